/** What a kubelet asks of a running container, and when: started first, then ready and alive, thresholds counted. */
import type { EventNote } from './events.ts';
import type { Answer } from './ports.ts';
import type { ContainerSpec, Probe } from './status.ts';

export interface Probed {
  spec: ContainerSpec;
  look(probe: Probe): Promise<Answer>;
  /** Whether the same container still runs. */
  alive(): boolean;
  note(type: EventNote['type'], reason: string, message: string): void;
  /** Forgotten when the container ends. */
  after(ms: number, work: () => void): void;
}

/** Each is told when the verdict may have changed. */
export interface Verdicts {
  started(): void;
  ready(yes: boolean): void;
  /** It is to be killed and started again. */
  condemned(): void;
}

export function beginProbes(probed: Probed, verdicts: Verdicts): void {
  const { spec, note } = probed;
  const condemn = (kind: string) => {
    note('Normal', 'Killing', `Container ${spec.name} failed ${kind} probe, will be restarted`);
    verdicts.condemned();
  };
  const others = () => {
    if (spec.readinessProbe) repeat(probed, spec.readinessProbe, 'Readiness', verdicts.ready);
    if (spec.livenessProbe)
      repeat(probed, spec.livenessProbe, 'Liveness', (ok) => {
        if (!ok) condemn('liveness');
      });
  };
  if (!spec.startupProbe) {
    others();
    return;
  }
  const stop = repeat(probed, spec.startupProbe, 'Startup', (ok) => {
    if (!ok) {
      condemn('startup');
      return;
    }
    stop();
    verdicts.started();
    others();
  });
}

/** Tells when the verdict changes; returns the way to stop. */
function repeat(probed: Probed, probe: Probe, kind: string, verdict: (ok: boolean) => void): () => void {
  const period = (probe.periodSeconds ?? 10) * 1000;
  let failures = 0;
  let successes = 0;
  let on = true;
  const look = async () => {
    const result = await probed.look(probe);
    if (!on || !probed.alive()) return;
    if (result.code === undefined)
      probed.note('Warning', 'Unhealthy', `${kind} probe errored and resulted in unknown state: ${result.text}`);
    else if (result.code === 0) {
      failures = 0;
      if (++successes === (probe.successThreshold ?? 1)) verdict(true);
    } else {
      successes = 0;
      probed.note('Warning', 'Unhealthy', `${kind} probe failed: ${result.text}`);
      if (++failures === (probe.failureThreshold ?? 3)) verdict(false);
    }
    if (on) probed.after(period, look);
  };
  probed.after((probe.initialDelaySeconds ?? 0) * 1000, look);
  return () => {
    on = false;
  };
}
