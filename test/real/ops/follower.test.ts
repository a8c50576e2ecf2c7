/** What a follower leaves in a container when nobody reads what it writes any more: nothing. By the tools of Debian and of BusyBox. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { apply, kubectl, namespace, startOpsdeck, until } from '../kit.ts';

const ns = await namespace('follower');
const folder = mkdtempSync(join(tmpdir(), 'opsdeck-follower-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Its first process reaps nothing: what is left behind shows. */
const workload = (name: string, container: object) => ({
  apiVersion: 'apps/v1',
  kind: 'StatefulSet',
  metadata: { name },
  spec: {
    serviceName: name,
    selector: { matchLabels: { app: name } },
    template: {
      metadata: { labels: { app: name } },
      spec: {
        terminationGracePeriodSeconds: 0,
        containers: [{ name: 'main', command: ['sleep', '100000'], imagePullPolicy: 'Never', ...container }],
      },
    },
  },
});

const CONTAINERS: Record<string, object> = {
  debian: { image: 'local/redis:7' },
  busybox: { image: 'local/busybox:1', env: [{ name: 'PATH', value: '/tools' }] },
};

beforeAll(async () => {
  const items = Object.entries(CONTAINERS).map(([name, container]) => workload(name, container));
  await apply(JSON.stringify({ apiVersion: 'v1', kind: 'List', items }), ns);
  for (const { metadata } of items)
    await kubectl(['rollout', 'status', `statefulset/${metadata.name}`, '--timeout=60s'], { namespace: ns });
});

const inside = (pod: string, script: string) => kubectl(['exec', pod, '--', 'sh', '-c', script], { namespace: ns });

interface Left {
  followers: string[];
  /** Ended, and reaped by nobody. */
  zombies: string[];
}

async function left(pod: string): Promise<Left> {
  const script =
    'for p in /proc/[0-9]*; do [ "${p#/proc/}" != $$ ] || continue; read -r l <$p/stat || continue; echo "$l"; tr "\\0\\n" "  " <$p/cmdline; echo; done 2>/dev/null';
  const lines = (await inside(pod, script)).split('\n');
  const found: Left = { followers: [], zombies: [] };
  for (let i = 0; i + 1 < lines.length; i += 2) {
    const [stat = '', command = ''] = [lines[i], lines[i + 1]];
    if (/\) Z/.test(stat)) found.zombies.push(stat);
    else if (/ -c m=\$1 |sleep 20|head -c|tail -c/.test(command)) found.followers.push(command.slice(0, 60));
  }
  return found;
}

describe.each(Object.keys(CONTAINERS))('in a container of %s', (name) => {
  const pod = `${name}-0`;

  // A reader that is gone, and one that stands still with its connection open.
  test.each(['SIGKILL', 'SIGSTOP'] as const)('a reader that got %s', async (signal) => {
    const run = `${name}-${signal.toLowerCase()}`;
    const file = join(folder, `${run}.json`);
    const flag = `/tmp/${run}`;
    // More than all that lies between the container and a reader that stands still takes.
    const count = signal === 'SIGSTOP' ? 150_000 : 50_000;
    const print =
      'echo "line $i of a log that is longer than every pipe on the way and every buffer between here and there"';
    const awaits = (what: string) => `until [ -e ${flag}.${what} ]; do sleep 0.1; done`;
    const script = `echo begun; ${awaits('go')}; i=0; while [ $i -lt ${count} ]; do i=$((i+1)); ${print}; done; ${awaits('end')}; exit 3`;
    const strategies = { container: { command: ['sh', '-c', script] }, components: [{ type: '*', pickOne: true }] };
    const document = { apiVersion: 'opsdeck.dev/v1alpha1', kind: 'OpsDefinition', metadata: { name: run } };
    writeFileSync(file, JSON.stringify({ ...document, spec: { effect: 'read', strategies } }));
    const { zombies } = await left(pod);
    const reading = startOpsdeck(['run', '-f', file, '--cluster', name, '-n', ns, '--name', run], { limit: 300_000 });
    await reading.until('begun');
    expect((await left(pod)).followers).not.toEqual([]);
    if (signal === 'SIGSTOP') reading.kill(signal);
    await inside(pod, `: >${flag}.go`);
    if (signal === 'SIGKILL') {
      await reading.until('line 100 ');
      reading.kill(signal);
    }
    const began = Date.now();
    await until('nothing follows any more', async () => (await left(pod)).followers.length === 0, { seconds: 120 });
    console.log(`${name}, ${signal}: nothing followed after ${Math.round((Date.now() - began) / 1000)} s`);
    expect((await left(pod)).zombies).toHaveLength(zombies.length);
    // The command goes on, and so does its log, to their end.
    const dir = `/tmp/opsdeck-${run}-*/0.1`;
    await until('all is printed', async () => (await inside(pod, `wc -l <$(echo ${dir}/out)`)) === `${count + 1}\n`);
    await inside(pod, `: >${flag}.end`);
    await until('it has ended', async () => (await inside(pod, `cat ${dir}/rc`)) === '3\n');
    reading.kill('SIGKILL');
    await reading.done;
  });
});
