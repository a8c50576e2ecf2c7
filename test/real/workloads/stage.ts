/** A namespace of one server where a scenario is played: what it may do there, and what is seen of it. */
import { setTimeout as sleep } from 'node:timers/promises';
import { type Connection, connectReal } from '../../conformance/connection.ts';
import { Api } from '../../conformance/server.ts';
import { kubectl, kubectlFails } from '../kit/kubectl.ts';
import { until } from '../kit/until.ts';
import { timeline, type Wanted } from './timeline.ts';
import { Watched } from './watched.ts';

export interface Scenario extends Wanted {
  name: string;
  play(stage: Stage): Promise<void>;
}

/** What is written by others after the last thing a scenario waits for. */
const SETTLE_MS = 1500;

const MAKERS = [
  ...['cronjobs', 'jobs'].map((plural) => `/apis/batch/v1/namespaces/NS/${plural}`),
  ...['deployments', 'statefulsets', 'daemonsets', 'replicasets'].map(
    (plural) => `/apis/apps/v1/namespaces/NS/${plural}`,
  ),
  ...['replicationcontrollers', 'pods'].map((plural) => `/api/v1/namespaces/NS/${plural}`),
];

export class Stage extends Watched {
  readonly kubeconfig: string;
  readonly namespace: string;
  readonly api = new Api();

  constructor(kubeconfig: string, namespace: string) {
    super();
    this.kubeconfig = kubeconfig;
    this.namespace = namespace;
  }

  kubectl(...args: string[]): Promise<string> {
    return kubectl(args, { kubeconfig: this.kubeconfig, namespace: this.namespace });
  }

  /** Rejects where it does not fail. */
  async refused(...args: string[]): Promise<string> {
    const { code, stderr } = await kubectlFails(args, { kubeconfig: this.kubeconfig, namespace: this.namespace });
    if (code === 0) throw new Error(`kubectl ${args.join(' ')} went well`);
    return stderr;
  }

  async apply(...objects: object[]): Promise<void> {
    const input = JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects });
    await kubectl(['apply', '-f', '-'], { kubeconfig: this.kubeconfig, namespace: this.namespace, input });
  }

  patch(what: string, patch: object, ...more: string[]): Promise<string> {
    return this.kubectl('patch', what, '--type=merge', '-p', JSON.stringify(patch), ...more);
  }
}

/** Plays a scenario in a namespace of its own, which is deleted then, and tells what happened. */
export async function playOn(kubeconfig: string, namespace: string, scenario: Scenario): Promise<string[]> {
  const stage = new Stage(kubeconfig, namespace);
  const connection: Connection = connectReal(kubeconfig);
  await stage.api.open(connection);
  const root = `/api/v1/namespaces/${namespace}`;
  await kubectl(['create', 'namespace', namespace], { kubeconfig });
  await kubectl(['label', 'namespace', namespace, 'opsdeck.dev/test=true'], { kubeconfig });
  try {
    await until(
      'an account for pods',
      async () => (await stage.api.get(`${root}/serviceaccounts/default`)).code === 200,
    );
    await stage.open(stage.api, namespace);
    await scenario.play(stage);
    await sleep(SETTLE_MS);
    await until(
      'nothing is going any more',
      () => !stage.all('Pod').some(({ metadata }) => metadata.deletionTimestamp),
    );
    return timeline(stage.seen, scenario).map((line) => line.replaceAll(namespace, 'NAMESPACE'));
  } finally {
    stage.close();
    // At once: a busy cluster takes minutes to come to the pods of a namespace that goes.
    for (const collection of MAKERS)
      await stage.api.call('DELETE', collection.replace('NS', namespace), {
        body: { kind: 'DeleteOptions', apiVersion: 'v1', propagationPolicy: 'Background', gracePeriodSeconds: 0 },
      });
    await stage.api.delete(root);
    await stage.api.close();
  }
}
