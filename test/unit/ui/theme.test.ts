import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { chooseTheme, readTheme, SHIPPED } from '../../../ui/theme.ts';

const nothing = () => '';

it('loads every shipped theme', () => {
  for (const [name, document] of Object.entries(SHIPPED)) expect(readTheme(name, document, true).name).toBe(name);
});

it('gives a meaning its style, and drops colours but not bold and reverse without colour', () => {
  const text = { name: 'x', styles: { bad: 'bold bright-red', ok: 'green', selection: 'inverse' } };
  const colour = readTheme('x', text, true);
  expect(colour.style('bad', 'bad')).toBe('\x1b[1;91mbad\x1b[22;39m');
  expect(colour.style('busy', 'busy')).toBe('busy');
  expect(colour.style('bad', '')).toBe('');
  const mono = readTheme('x', text, false);
  expect(mono.style('bad', 'bad')).toBe('\x1b[1mbad\x1b[22m');
  expect(mono.style('ok', 'ok')).toBe('ok');
  expect(mono.style('selection', 's')).toBe('\x1b[7ms\x1b[27m');
});

it('refuses in one line that says what there is', () => {
  const message = (fn: () => unknown) => {
    try {
      fn();
    } catch (error) {
      return (error as Error).message;
    }
    return '';
  };
  const cases = [
    message(() => chooseTheme('solarized', true, nothing)),
    message(() => chooseTheme('./f', true, () => 'name: [')),
    message(() => readTheme('f', 3, true)),
    message(() => readTheme('f', parse('name: x'), true)),
    message(() => readTheme('f', parse('name: x\nstyles: {baad: red}'), true)),
    message(() => readTheme('f', parse('name: x\nstyles: {bad: purple}'), true)),
    message(() =>
      chooseTheme('./none.yaml', true, () => {
        throw Object.assign(new Error('x'), { code: 'ENOENT' });
      }),
    ),
  ];
  for (const text of cases) expect(text).toMatch(/^[^\n]{10,}$/);
  expect(cases[0]).toContain('default, light, mono');
  expect(cases[4]).toContain('styles.baad');
  expect(cases[5]).toContain('purple');
  expect(cases[6]).toContain('ENOENT');
});
