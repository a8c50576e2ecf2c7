/** What a run of one step costs beyond `kubectl exec` of the same command, in time, memory and requests to the API server. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { program } from '../../kit/program.ts';
import { compare } from '../command.ts';
import { environment, kubectl, OPSDECK } from '../peers.ts';
import { type Row, row } from '../table.ts';
import type { Bench } from './index.ts';

const ROUNDS = 9;
const NAMESPACE = 'bench';

const WORKLOAD = `
apiVersion: v1
kind: Namespace
metadata: {name: ${NAMESPACE}}
---
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: bench, namespace: ${NAMESPACE}}
spec:
  serviceName: bench
  selector: {matchLabels: {app: bench}}
  template:
    metadata: {labels: {app: bench}}
    spec:
      terminationGracePeriodSeconds: 0
      containers: [{name: redis, image: "local/redis:7", command: [redis-server]}]
`;

const DEFINITION = `
apiVersion: opsdeck.dev/v1alpha1
kind: OpsDefinition
metadata: {name: bench-true}
spec:
  effect: read
  strategies:
    container: {name: redis, command: ["true"]}
    components: [{type: bench, pickOne: true}]
`;

export async function oneStepRun({ clusters, peer }: Bench): Promise<Row[]> {
  const state = await clusters.withNode();
  process.env.OPSDECK_REAL_STATE = state;
  const { audit } = await import('../../real/kit/audit.ts');
  const env = environment(join(state, 'admin.kubeconfig'));
  const control = async (args: string[], input?: string) => {
    const { code, stderr } = await program(kubectl(state), args, { env, input }).done;
    if (code !== 0) throw new Error(`kubectl ${args[0]}: ${stderr.trim()}`);
  };
  await control(['apply', '-f', '-'], WORKLOAD);
  try {
    await control(['-n', NAMESPACE, 'rollout', 'status', 'statefulset/bench', '--timeout=60s']);
    const definition = join(env.HOME!, 'bench-true.yaml');
    writeFileSync(definition, DEFINITION);
    const run = { file: OPSDECK, args: ['run', '-n', NAMESPACE, '--cluster', 'bench', '-f', definition], env };
    const exec = { file: kubectl(state), args: ['exec', '-n', NAMESPACE, 'bench-0', '--', 'true'], env };
    await compare([run], 1); // discovery and the like, once
    const mark = audit.mark();
    await compare([run], 1);
    const requests = await audit.since(mark, 'opsdeck');
    const [ours, theirs] = await compare(peer ? [run, exec] : [run], ROUNDS);
    const beside = (value: number | undefined) => (theirs ? { name: 'kubectl exec', value } : undefined);
    process.stderr.write(requests.map((r) => `  ${r.verb} ${r.uri.slice(0, 100)} ${r.status}\n`).join(''));
    return [
      row('run of `true`: time', 's', undefined, ours?.seconds, beside(theirs?.seconds)),
      row('run of `true`: beyond kubectl exec', 's', 0.5, theirs && ours ? ours.seconds - theirs.seconds : undefined),
      row('run of `true`: highest memory', 'MiB', undefined, ours?.peak, beside(theirs?.peak), { digits: 0 }),
      row('run of `true`: requests to the API server', '', 8, requests.length, undefined, { digits: 0, counts: true }),
    ];
  } finally {
    await control(['delete', 'namespace', NAMESPACE, '--wait=false']);
  }
}
