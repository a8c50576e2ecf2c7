/** Writes one pod's status, as its kubelet does. */
import type { KubeObject } from '../../api/types.ts';
import { wholeSeconds } from '../clock.ts';
import type { SimCluster } from '../cluster.ts';
import { unlessRefused } from '../errors.ts';
import { type PodView, podStatus } from './status.ts';
import type { Timing } from './timing.ts';

interface Reported {
  pod(): KubeObject;
  view(): PodView;
  /** Whether nothing is to be said of it after this. */
  last(): boolean;
}

export class PodReport {
  readonly #to: { cluster: SimCluster; timing: Timing };
  readonly #of: Reported;
  #pending: (() => void) | undefined;

  constructor(to: { cluster: SimCluster; timing: Timing }, of: Reported) {
    this.#to = to;
    this.#of = of;
  }

  /** Once for all that changes in one instant: a kubelet's writes are batched too. */
  soon(): void {
    const { cluster, timing } = this.#to;
    this.#pending ??= cluster.clock.after(timing.report, () => this.now());
  }

  forget(): void {
    this.#pending?.();
    this.#pending = undefined;
  }

  now(): void {
    this.forget();
    const { cluster } = this.#to;
    const { name, namespace = '', uid } = this.#of.pod().metadata;
    const current = cluster.get('pods', namespace, name);
    if (current?.metadata.uid !== uid) return;
    const now = wholeSeconds(cluster.clock.now());
    const status = podStatus(current as KubeObject, this.#of.view(), now, this.#of.last());
    unlessRefused(() =>
      cluster.update('pods', { ...current, status } as typeof current & object, {
        subresource: 'status',
        manager: 'kubelet',
      }),
    );
  }
}
