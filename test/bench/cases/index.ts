/** What is measured, by name. A case starts what it needs and says its figures as rows. */
import type { Clusters } from '../clusters.ts';
import type { Row } from '../table.ts';
import { embeddedApi } from './embedded.ts';
import { cockpitPods } from './pods.ts';
import { oneStepRun } from './run.ts';
import { startUp } from './start.ts';

export interface Bench {
  clusters: Clusters;
  /** How many fake pods of 13 KB the large cluster holds. */
  pods: number;
  peer: boolean;
}

export const CASES = {
  start: startUp,
  run: oneStepRun,
  pods: cockpitPods,
  embedded: embeddedApi,
} satisfies Record<string, (bench: Bench) => Promise<Row[]>>;

export type CaseName = keyof typeof CASES;
