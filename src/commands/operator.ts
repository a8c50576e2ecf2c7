/** `opsdeck operator`: the engine alone, without a screen, until it is told to stop. Its log is JSON lines on stderr. */
import { Desk } from '../../engine/ops/desk.ts';
import { findClusterBy } from '../../engine/ops/request.ts';
import type { Mode } from '../../engine/protocol.ts';
import { systemClock } from '../../engine/runtime/clock.ts';
import { thisProcess } from '../../engine/runtime/identity.ts';
import { scopeOf, withClient } from '../client.ts';
import { EXIT, type ExitCode } from '../exit.ts';
import type { GlobalOptions } from '../options.ts';
import { providers } from '../providers.ts';

const BAD = new Set(['trouble', 'vanished', 'incapable', 'Failed', 'unknown']);

interface OperatorOptions extends GlobalOptions {
  trustConfigmaps?: boolean;
}

export async function operator(_: string[], options: OperatorOptions): Promise<ExitCode> {
  const { default: pino } = await import('pino');
  const log = pino({ base: null, timestamp: pino.stdTimeFunctions.isoTime }, pino.destination({ fd: 2, sync: true }));
  return withClient(options, async (client) => {
    const known = await providers(process.env);
    const namespace = scopeOf(client, options);
    const identity = thisProcess();
    const sources = new Map<string, string>();
    const desk = await Desk.open({
      client,
      namespace,
      clock: systemClock,
      identity,
      env: process.env,
      readonly: options.readonly ?? false,
      trustConfigMaps: options.trustConfigmaps ?? false,
      cluster: () => undefined,
      findCluster: findClusterBy(client, known),
      kind: 'operator',
      onState: (id, state) => {
        const why = 'why' in state ? state.why : '';
        const now = `${state.state} ${why}`;
        if (state.state === 'syncing' || sources.get(id) === now) return;
        sources.set(id, now);
        log[state.state === 'live' ? 'info' : 'warn'](
          { source: id, state: state.state, ...(why ? { why } : {}) },
          'watch',
        );
      },
      onMode: (mode: Mode) => log.info(mode, 'mode'),
      onEvent: ({ run, what, why }) => log[BAD.has(what) ? 'warn' : 'info']({ run, ...(why ? { why } : {}) }, what),
    });
    log.info({ server: client.target.server, namespace: namespace ?? '*', engine: identity.identity }, 'started');
    const signal = await new Promise<NodeJS.Signals>((resolve) => {
      for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(name, () => resolve(name));
    });
    log.info({ signal }, 'stopping');
    await desk.stop();
    log.info('stopped');
    return signal === 'SIGINT' ? EXIT.interrupted : EXIT.ok;
  });
}
