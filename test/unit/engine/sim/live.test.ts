import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connect } from '../../../../engine/kube/connect.ts';
import type { KubeClient } from '../../../../engine/kube/types.ts';
import { type LiveSim, startLive } from '../../../../engine/sim/live.ts';
import { makeRecorder } from '../../../../engine/sim/node/events.ts';

let sim: LiveSim;
let client: KubeClient;
const dir = mkdtempSync(join(tmpdir(), 'opsdeck-test-'));

beforeAll(async () => {
  sim = await startLive();
  const kubeconfig = join(dir, 'kubeconfig');
  writeFileSync(kubeconfig, sim.kubeconfig, { mode: 0o600 });
  client = await connect({ kubeconfig, env: {} });
  const spec = (command: string[]) => ({ nodeName: 'node-a', containers: [{ name: 'c', image: 'x', command }] });
  const make = (name: string, body: object) =>
    client.request('/api/v1/namespaces/default/pods', { method: 'POST', body: { metadata: { name }, spec: body } });
  await make('one', spec(['sh', '-c', 'echo first; echo second; exec sleep 100']));
  await make('two', {
    ...spec(['sleep', '100']),
    containers: [
      { name: 'a', image: 'x' },
      { name: 'b', image: 'local/nope:1' },
    ],
  });
  await new Promise<void>((done) => {
    const stop = sim.cluster.watch('pods', {}, (_type, pod) => {
      const status = pod.status as { phase?: string; containerStatuses?: { ready: boolean }[] } | undefined;
      if (pod.metadata.name !== 'one' || !status?.containerStatuses?.[0]?.ready) return;
      stop();
      done();
    });
  });
});
afterAll(async () => {
  await client.close();
  await sim.close();
  rmSync(dir, { recursive: true });
});

const run = async (command: string[], stdin?: string, pod = 'one', container = 'c') => {
  let out = '';
  let err = '';
  const outcome = await client.exec({
    namespace: 'default',
    pod,
    container,
    command,
    ...(stdin === undefined ? {} : { stdin: Buffer.from(stdin) }),
    onStdout: (chunk) => {
      out += Buffer.from(chunk).toString();
    },
    onStderr: (chunk) => {
      err += Buffer.from(chunk).toString();
    },
  });
  return { out, err, outcome };
};

describe('exec over the API', () => {
  it('carries streams, stdin and the exit code', async () => {
    expect(await run(['sh', '-c', 'cat; echo no >&2; exit 7'], 'in\n')).toEqual({
      out: 'in\n',
      err: 'no\n',
      outcome: { kind: 'exit', code: 7 },
    });
    expect((await run(['true'])).outcome).toEqual({ kind: 'exit', code: 0 });
    expect((await run(['sh', '-c', 'kill -9 $$'])).outcome).toEqual({ kind: 'exit', code: 137 });
  });

  it('carries a megabyte each way, and a slow reader makes the command wait', async () => {
    const big = 'x'.repeat(1_000_000);
    expect((await run(['wc', '-c'], big)).out.trim()).toBe('1000000');
    expect((await run(['sh', '-c', 'yes | head -c 3000000'])).out).toHaveLength(3_000_000);
  });

  it('refuses with a real server’s words', async () => {
    const missing = await run(['nosuch']);
    expect(missing.outcome).toMatchObject({ kind: 'refused' });
    expect(JSON.stringify(missing.outcome)).toContain('executable file not found in $PATH');
    await expect(run(['true'], undefined, 'one', 'zz')).rejects.toThrow('container zz is not valid for pod one');
    await expect(run(['true'], undefined, 'absent')).rejects.toMatchObject({ status: 404 });
    expect((await run(['true'], undefined, 'two', 'b')).outcome).toEqual({
      kind: 'refused',
      message: 'unable to upgrade connection: container not found ("b")',
    });
    await expect(run(['true'], undefined, 'two', '')).rejects.toThrow('choose one of: [a b]');
  });
});

describe('logs over the API', () => {
  const logs = async (query: Record<string, string | number | boolean>, heard = () => {}) => {
    const stream = await client.stream('/api/v1/namespaces/default/pods/one/log', { query });
    let text = '';
    for await (const chunk of stream) {
      text += Buffer.from(chunk).toString();
      heard();
      if (query.follow && text.includes('third')) break;
    }
    return text;
  };

  it('tell lines with their times, the last ones, and those to come', async () => {
    expect(await logs({})).toBe('first\nsecond\n');
    expect(await logs({ tailLines: 1, timestamps: true })).toMatch(/^\d{4}-.*Z second\n$/);
    expect(await logs({ limitBytes: 3 })).toBe('fir');
    const say = () => sim.nodes.say('default', 'one', 'c', 'third');
    expect(await logs({ follow: true, tailLines: 1 }, say)).toMatch(/^second\nthird\n/);
    await expect(logs({ previous: true })).rejects.toThrow('previous terminated container "c" in pod "one" not found');
  });
});

it('outlives a namespace that goes while its pods still complain', async () => {
  const spec = { containers: [{ name: 'c', image: 'local/nope:1' }], terminationGracePeriodSeconds: 0 };
  await client.request('/api/v1/namespaces', { method: 'POST', body: { metadata: { name: 'doomed' } } });
  await client.request('/apis/apps/v1/namespaces/doomed/deployments', {
    method: 'POST',
    body: {
      metadata: { name: 'bad' },
      spec: {
        replicas: 3,
        selector: { matchLabels: { app: 'bad' } },
        template: { metadata: { labels: { app: 'bad' } }, spec },
      },
    },
  });
  const complaints = () => sim.cluster.list('events', { namespace: 'doomed' }).filter(({ type }) => type === 'Warning');
  await expect.poll(() => complaints().length).toBeGreaterThan(2);
  const complaining = sim.cluster.list('pods', { namespace: 'doomed' });
  expect(complaining).toHaveLength(3);
  await client.request('/api/v1/namespaces/doomed', { method: 'DELETE' });
  // As a controller that has not heard of it yet: what the namespace refuses must end nobody.
  const recorder = makeRecorder(sim.cluster);
  for (const pod of complaining)
    recorder.record(pod as never, 'kubelet', { type: 'Warning', reason: 'Late', message: 'x' });
  await expect.poll(() => sim.cluster.get('namespaces', '', 'doomed')).toBeUndefined();
  expect(sim.cluster.get('namespaces', '', 'default')).toBeDefined();
});
