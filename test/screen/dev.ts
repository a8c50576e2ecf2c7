/**
 * The cockpit on the scripted estate in a real terminal, for eyes and stopwatches: build it as the product is built
 * (`node test/screen/build-dev.mjs OUT`) and run OUT. `--pods N` makes the list of pods large; `--live` moves things;
 * `--warn` has Node.js warn of something.
 */
import { startCockpit } from '../../ui/start.tsx';
import { createEstate, NOW } from './estate.ts';
import { instance, m } from './rows.ts';
import { logLine, UNKNOWN_DETAIL } from './runs.ts';

const arg = (name: string) => {
  const at = process.argv.indexOf(name);
  return at < 0 ? undefined : (process.argv[at + 1] ?? '');
};
const has = (name: string) => process.argv.includes(name);

const estate = createEstate();
const shift = Date.now() - NOW;
const pods = Number(arg('--pods') ?? 0);
if (pods > 0)
  estate.rows.instances = Array.from({ length: pods }, (_, i) => ({
    ...instance({ name: `orders-redis-${Math.floor(i / 3)}-shard-${i % 3}`, cluster: `orders-${Math.floor(i / 30)}` }),
    uid: `u-${i}`,
    namespace: `team-${i % 40}`,
    role: i % 3 === 0 ? 'primary' : 'replica',
    node: `node-${i % 97}`,
    createdAt: NOW - (i + 120) * m,
  }));
if (has('--unknown')) estate.run = UNKNOWN_DETAIL;

if (has('--warn')) setTimeout(() => process.emitWarning('eleven listeners'), 50);

let timer: NodeJS.Timeout | undefined;
if (has('--live')) {
  let n = 2_000;
  timer = setInterval(() => {
    for (const topic of estate.topics())
      if (topic.startsWith('run:') || topic.startsWith('podlog:'))
        estate.emit({
          t: 'log',
          topic,
          lines: [logLine(n++), logLine(n++), logLine(n++)],
          dropped: 0,
          reset: false,
          ended: false,
        });
  }, 100);
}

try {
  const { code, farewell } = await startCockpit({
    port: estate.port,
    stdin: process.stdin,
    stdout: process.stdout,
    env: process.env,
    options: {
      ascii: has('--ascii'),
      color: !has('--no-color'),
      readonly: has('--readonly'),
      ...(arg('--theme') === undefined ? {} : { theme: arg('--theme') ?? '' }),
    },
    now: () => Date.now() - shift,
  });
  for (const line of farewell) process.stdout.write(`${line}\n`);
  process.exitCode = code;
} catch (error) {
  process.stderr.write(`opsdeck: ${(error as Error).message}\n`);
  process.exitCode = 2;
}
clearInterval(timer);
process.stdin.pause();
