import { expect, test } from 'vitest';
import { followPod } from '../../../engine/podlog.ts';
import type { FromEngine } from '../../../engine/protocol.ts';
import { FakeKubelet, lineAt } from './kube/kubelet.ts';

const TOPIC = 'podlog:n/p/c';

/** What the ui is told of the container's log until it has ended. */
function told(pod: FakeKubelet): Promise<Extract<FromEngine, { t: 'log' }>[]> {
  const all: Extract<FromEngine, { t: 'log' }>[] = [];
  return new Promise((done) => {
    followPod(pod, TOPIC, (message) => {
      if (message.t !== 'log') return;
      all.push(message);
      if (message.ended) done(all);
    });
  });
}

test('lines have their times, remarks are notes, numbers have no hole, and only the first message resets', async () => {
  const pod = new FakeKubelet();
  pod.policy = 'Always';
  pod.start([lineAt(1, 'one'), lineAt(2, '\u001b[2Jtwo')]);
  pod.onLook = (looks) => {
    if (looks === 2) {
      pod.runs[0]!.code = 3;
      pod.start([lineAt(9, 'again')]);
    }
    if (looks === 3) pod.exists = false;
  };
  const messages = await told(pod);
  const lines = messages.flatMap((message) => message.lines);
  expect(lines.map(({ stream, text }) => `${stream} ${text}`)).toEqual([
    'out one',
    'out two',
    'note the container was restarted after exit code 3',
    'out again',
    'note the pod is gone',
  ]);
  expect(lines.map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 5]);
  expect(lines[0]).toMatchObject({ instance: 'p', at: Date.UTC(2026, 0, 1, 0, 0, 1) });
  expect(messages.map(({ reset }) => reset)).toEqual(messages.map((_, i) => i === 0));
  expect(messages.every(({ topic }) => topic === TOPIC)).toBe(true);
});

test('a container that is not there ends the topic with the reason', async () => {
  const pod = new FakeKubelet();
  pod.start([]);
  const request = pod.request.bind(pod);
  pod.request = async (path, options) => {
    const answer = await request<{ spec: { containers: { name: string }[] } }>(path, options);
    answer.spec.containers = [{ name: 'other' }];
    return answer as never;
  };
  const messages = await told(pod);
  expect(messages.at(-1)).toMatchObject({
    ended: true,
    lines: [{ stream: 'note', text: 'pod p has no container "c"; it has other' }],
  });
});
