/** Leaving the cockpit: at once, unless something typed or under way would be lost. */
import type { App } from '../app.ts';

export function leaving(app: App, code: number): void {
  const lost = app
    .state()
    .stack.map((view) => app.views.of(view).loses?.(view) ?? '')
    .find((text) => text !== '');
  if (lost === undefined) app.host.quit(code);
  else app.set({ overlay: { kind: 'ask', text: `${lost} Leave all the same? y/n`, yes: () => app.host.quit(code) } });
}
