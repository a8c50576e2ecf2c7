/** What a container's run needs of its pod and its node. */
import type { Clock } from '../clock.ts';
import type { Container } from './container.ts';
import type { Prepared } from './environment.ts';
import type { EventNote } from './events.ts';
import type { Images } from './image.ts';
import type { Answer } from './ports.ts';
import type { ProcessEnd } from './process.ts';
import type { ContainerRun } from './run.ts';
import type { ContainerSpec, Probe } from './status.ts';
import type { Timing } from './timing.ts';

export interface RunContext extends Images {
  clock: Clock;
  timing: Timing;
  /** `name_namespace(uid)`, as back-off messages have it. */
  podName: string;
  prepare(spec: ContainerSpec): Prepared;
  make(spec: ContainerSpec, prepared: Prepared, restarts: number, onExit: (end: ProcessEnd) => void): Container;
  /** Asks a port of the pod. */
  knock(probe: Probe, spec: ContainerSpec): Promise<Answer>;
  /** How long one is given to end, in milliseconds. */
  grace(): number;
  record(note: EventNote): void;
  changed(run: ContainerRun): void;
}

/** By the list of the pod's spec that has it. */
export type ContainerKind = 'initContainers' | 'containers' | 'ephemeralContainers';
