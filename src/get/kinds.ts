/** All that `get` lists. A further kind is one more entry here. */
import { clusters } from './clusters.ts';
import { definitions } from './definitions.ts';
import { instances } from './instances.ts';
import type { Kind } from './kind.ts';
import { runs } from './runs.ts';

export const KINDS: Kind[] = [clusters, instances, runs, definitions];
