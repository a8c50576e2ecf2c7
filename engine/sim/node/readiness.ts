/** Whether a running container has started and is ready. */
import { beginProbes, type Probed } from './probes.ts';
import type { ContainerSpec } from './status.ts';

export class Readiness {
  started = false;
  ready = false;
  readonly #serves: boolean;

  /** `serves`: others wait for it to be ready. */
  constructor(serves: boolean) {
    this.#serves = serves;
  }

  adopt(): void {
    this.started = true;
    this.ready = true;
  }

  /** It runs: what no probe is asked about is so from the beginning. */
  begin(spec: ContainerSpec): void {
    this.started = spec.startupProbe === undefined;
    this.ready = this.started && spec.readinessProbe === undefined && this.#serves;
  }

  end(): void {
    this.ready = false;
    this.started = false;
  }

  /** Asks its probes until it has ended. */
  watch(probed: Probed, told: { changed(): void; condemned(): void }): void {
    beginProbes(probed, {
      started: () => {
        this.started = true;
        this.ready = probed.spec.readinessProbe === undefined && this.#serves;
        told.changed();
      },
      ready: (yes) => {
        if (this.ready === yes) return;
        this.ready = yes;
        told.changed();
      },
      condemned: told.condemned,
    });
  }
}
