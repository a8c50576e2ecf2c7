/** How long a kubelet takes, and how the pauses before it tries again grow. */

/** Milliseconds by the cluster's clock. */
export interface Timing {
  /** Until a pod has its address. */
  sandbox: number;
  pull: number;
  start: number;
  /** How often a kubelet looks again: the first restart, the turn from an error to its back-off. */
  sync: number;
  /** For how long changes are gathered before a pod's status is written. */
  report: number;
  /** How often a node renews its lease. */
  lease: number;
}

export const REAL_TIMING: Timing = { sandbox: 500, pull: 1500, start: 250, sync: 1000, report: 0, lease: 10_000 };

export const BACKOFF = { first: 10_000, most: 300_000, forgetAfter: 600_000 };

/** The pause after a pause of so long; 0 for the first. */
export const longer = (pause: number): number => Math.min(pause === 0 ? BACKOFF.first : pause * 2, BACKOFF.most);
