/** Golden screens: text pictures under snapshots/, compared as they are and rewritten by UPDATE_SNAPSHOTS=1. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const FOLDER = join(import.meta.dirname, '..', '..', 'snapshots');

const framed = (picture: string) =>
  picture
    .split('\n')
    .map((line) => `│${line}`)
    .join('\n');

/** Throws with both pictures when `name` looks different from its golden screen. */
export function expectGolden(name: string, picture: string, ext: 'txt' | 'svg' = 'txt'): void {
  const file = join(FOLDER, `${name}.${ext}`);
  const now = `${picture.replace(/ +$/gm, '')}\n`;
  if (process.env.UPDATE_SNAPSHOTS === '1') {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, now);
    return;
  }
  if (!existsSync(file))
    throw new Error(`no golden screen ${name}: UPDATE_SNAPSHOTS=1 writes it. It is now:\n${framed(now)}`);
  const wanted = readFileSync(file, 'utf8');
  if (wanted !== now)
    throw new Error(
      `${name} looks different (UPDATE_SNAPSHOTS=1 accepts it).\nwanted:\n${framed(wanted)}\nis:\n${framed(now)}`,
    );
}
