/** The containers of one pod: which there are, and which is to begin next. */
import type { KubeObject } from '../../api/types.ts';
import type { ContainerRun } from './run.ts';
import type { ContainerKind } from './runContext.ts';
import type { ContainerSpec, PodSpec, PodView, State } from './status.ts';

type Make = (spec: ContainerSpec, kind: ContainerKind, waiting: string) => ContainerRun;

export class PodContainers {
  readonly inits: readonly ContainerRun[];
  readonly runs: readonly ContainerRun[];
  /** Added while it runs, to look into it: they are started once, and decide nothing of the pod. */
  readonly ephemeral: ContainerRun[] = [];
  readonly #make: Make;

  constructor(spec: PodSpec, make: Make) {
    const waiting = spec.initContainers?.length ? 'PodInitializing' : 'ContainerCreating';
    this.#make = make;
    this.inits = (spec.initContainers ?? []).map((one) => make(one, 'initContainers', waiting));
    this.runs = spec.containers.map((one) => make(one, 'containers', waiting));
  }

  get all(): readonly ContainerRun[] {
    return [...this.runs, ...this.inits, ...this.ephemeral];
  }

  get anyRunning(): boolean {
    return this.all.some((run) => run.running);
  }

  named(name: string): ContainerRun | undefined {
    return this.all.find((run) => run.spec.name === name);
  }

  /** Those that the spec has and that are not there yet. */
  add({ ephemeralContainers = [] }: PodSpec): ContainerRun[] {
    const added = ephemeralContainers
      .filter(({ name }) => !this.named(name))
      .map((one) => this.#make(one, 'ephemeralContainers', 'ContainerCreating'));
    this.ephemeral.push(...added);
    return added;
  }

  /** Those whose image is another one in the spec now, which they follow from here on. */
  renewed({ containers }: PodSpec): ContainerRun[] {
    return containers.flatMap((spec) => {
      const run = this.named(spec.name);
      if (!run || run.spec.image === spec.image) return [];
      run.spec = spec;
      return [run];
    });
  }

  /** Init containers one after the other, each to its end; then the others, each as soon as the one before has been started or can't be. */
  beginNext(): void {
    for (const run of this.ephemeral) if (!run.begun) run.begin();
    for (const run of this.inits) {
      if (run.ended?.exitCode === 0) continue;
      if (run.spec.restartPolicy === 'Always' && run.started) continue;
      if ('waiting' in run.state && !run.container) run.begin();
      return;
    }
    for (const run of this.runs) {
      if (!run.begun) run.begin();
      if (!run.settled) return;
    }
  }

  /** Takes over what a pod's status says of them. */
  adopt(pod: KubeObject): void {
    const { containerStatuses, initContainerStatuses } = pod.status as {
      containerStatuses?: { name: string; restartCount: number; lastState?: State; state?: State }[];
      initContainerStatuses?: { name: string; state?: State }[];
    };
    for (const run of this.inits) {
      const state = initContainerStatuses?.find((one) => one.name === run.spec.name)?.state;
      if (state) run.state = state;
    }
    for (const run of this.runs) {
      const before = containerStatuses?.find((one) => one.name === run.spec.name);
      if (!before?.state) continue;
      if ('running' in before.state)
        run.adopt(before.state.running.startedAt, before.restartCount, before.lastState, (container) =>
          container.start(),
        );
      else {
        run.state = before.state;
        run.restarts = before.restartCount;
      }
    }
  }

  views(): Pick<PodView, 'init' | 'containers' | 'ephemeral'> {
    return {
      init: this.inits.map((run) => run.view()),
      containers: this.runs.map((run) => run.view()),
      ephemeral: this.ephemeral.map((run) => run.view()),
    };
  }
}
