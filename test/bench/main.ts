/** `npm run bench`: the program's figures beside a peer's from the same run. It may use the program from outside and nothing of its code. */
import { cpus, loadavg, totalmem } from 'node:os';
import { parseArgs } from 'node:util';
import { CASES, type CaseName } from './cases/index.ts';
import { Clusters } from './clusters.ts';
import { print, type Row } from './table.ts';

const USAGE = `usage: npm run bench -- [--only ${Object.keys(CASES).join('|')}] [--no-peer] [--pods N]`;

/** Of the last minute: what else the machine did, the measured programs included. */
const load = () => (loadavg()[0] ?? 0).toFixed(1);

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      only: { type: 'string' },
      'no-peer': { type: 'boolean', default: false },
      pods: { type: 'string', default: '10000' },
    },
  });
  const names = Object.keys(CASES) as CaseName[];
  const chosen = values.only ? names.filter((name) => name === values.only) : names;
  const pods = Number(values.pods);
  if (chosen.length === 0 || !(pods > 0)) {
    process.stderr.write(`${USAGE}\n`);
    return 2;
  }
  const gibibytes = Math.round(totalmem() / 2 ** 30);
  process.stdout.write(`${cpus().length} processors, ${gibibytes} GiB; compare ratios, not seconds\n`);
  const clusters = new Clusters();
  const rows: Row[] = [];
  let broken = false;
  try {
    for (const name of chosen) {
      try {
        const before = load();
        const found = await CASES[name]({ clusters, pods, peer: !values['no-peer'] });
        rows.push(...found);
        print(found);
        process.stdout.write(`  ${name}: load average ${before} before, ${load()} after\n`);
      } catch (error) {
        broken = true;
        process.stderr.write(`bench ${name}: ${(error as Error).message}\n`);
      }
    }
  } finally {
    await clusters.stop();
  }
  const over = rows.filter((row) => row.fails);
  for (const row of over) process.stderr.write(`bench: ${row.what}: ${row.ours} is over ${row.goal}\n`);
  return over.length || broken ? 1 : 0;
}

process.exitCode = await main();
