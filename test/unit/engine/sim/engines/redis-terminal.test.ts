/** redis-cli as somebody at a terminal meets it. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type LiveSim, startLive } from '../../../../../engine/sim/live.ts';

let sim: LiveSim;
beforeAll(async () => {
  sim = await startLive({ nodes: ['n1'], pace: 0.05 });
  const ready = new Promise<void>((done) => {
    const stop = sim.cluster.watch('pods', {}, (_type, pod) => {
      const { containerStatuses: [one] = [] } = (pod.status ?? {}) as { containerStatuses?: { ready: boolean }[] };
      if (!one?.ready) return;
      stop();
      done();
    });
  });
  sim.cluster.create('pods', {
    metadata: { name: 'r', namespace: 'default' },
    spec: { containers: [{ name: 'c', image: 'redis:7' }] },
  });
  await ready;
});
afterAll(() => sim.close());

/** What is on the screen after each line was typed and its answer seen; at the end how it ended. */
function sit(command: string[]) {
  let screen = '';
  let end: object | undefined;
  const process = sim.nodes.exec({
    namespace: 'default',
    pod: 'r',
    container: 'c',
    command,
    stdin: true,
    tty: true,
    onStdout: (chunk) => {
      screen += Buffer.from(chunk).toString();
    },
    onStderr: () => {},
    onExit: (how) => {
      end = how;
    },
  });
  return {
    type: (text: string) => process.write(Buffer.from(text)),
    sees: (text: string | RegExp) => expect.poll(() => screen).toMatch(text),
    ends: () => expect.poll(() => end),
    screen: () => screen,
  };
}

it('prompts, answers line by line, shows kinds of answers, and leaves with ctrl-d', async () => {
  const { type, sees, ends, screen } = sit(['redis-cli']);
  await sees(/127\.0\.0\.1:6379> $/);
  for (const [line, answer] of [
    ['ping', 'PONG'],
    ['set greeting "hello there"', 'OK'],
    ['get greeting', '"hello there"'],
    ['get nothing', '(nil)'],
    ['incr count', '(integer) 1'],
    ['keys *t*', '1) "greeting"\r\n2) "count"'],
    ['nosuch', "(error) ERR unknown command 'nosuch', with args beginning with: "],
  ] as const) {
    type(`${line}\r`);
    await sees(`${line}\r\n${answer}\r\n127.0.0.1:6379> `);
  }
  type('\x04');
  await ends().toEqual({ code: 0 });
  expect(screen()).not.toContain('redis-cli:');
});

it('ends with ctrl-c and with quit', async () => {
  const interrupted = sit(['redis-cli']);
  await interrupted.sees('6379> ');
  interrupted.type('\x03');
  await interrupted.ends().toEqual({ code: 130 });
  const left = sit(['sh', '-c', 'redis-cli; echo "left with $?"']);
  await left.sees('6379> ');
  left.type('quit\r');
  await left.sees('left with 0');
});
