/** The phases of an OpsRequest: the seed documents' words, and what they lack. */
export const PHASES = [
  'Pending',
  'Waiting',
  'Approving',
  'Running',
  'Cancelling',
  'Succeed',
  'Failed',
  'Cancelled',
  'Unknown',
] as const;
export type Phase = (typeof PHASES)[number];

/** In these a run has ended and will not change again. */
export const FINAL_PHASES: readonly Phase[] = ['Succeed', 'Failed', 'Cancelled'];
