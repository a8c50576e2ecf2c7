/** What the tests of engine/kube on a real API server share. */
import { afterAll } from 'vitest';
import { type ConnectOptions, connect } from '../../../engine/kube/connect.ts';
import type { KubeClient } from '../../../engine/kube/types.ts';
import { ADMIN, apply, kubectl } from '../kit.ts';

/** Closed when the test file has ended. */
export async function client(options: Partial<ConnectOptions> = {}): Promise<KubeClient> {
  const made = await connect({ kubeconfig: ADMIN, env: process.env, ...options });
  afterAll(() => made.close());
  return made;
}

/** A pod of that name with the container `main`, which runs the script. */
export async function pod(ns: string, name: string, script: string, restartPolicy = 'Never'): Promise<void> {
  const container = {
    name: 'main',
    image: 'local/redis:7',
    command: ['sh', '-c', script],
    volumeMounts: [{ name: 'kept', mountPath: '/kept' }],
  };
  const spec = {
    restartPolicy,
    terminationGracePeriodSeconds: 0,
    containers: [container],
    volumes: [{ name: 'kept', emptyDir: {} }],
  };
  await apply(JSON.stringify({ apiVersion: 'v1', kind: 'Pod', metadata: { name }, spec }), ns);
}

export const ready = (ns: string, name: string) =>
  kubectl(['wait', '--for=condition=Ready', `pod/${name}`, '--timeout=60s'], { namespace: ns });
