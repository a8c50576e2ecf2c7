/** The Job of one attempt: its name is the claim, so that no other engine can start the same attempt. */
import { createHash } from 'node:crypto';
import type { KubeObject, OwnerReference } from '../../api/types.ts';
import { digest } from '../../expr/index.ts';
import { labelValue, RUN_LABELS } from '../store.ts';

export interface JobRequest {
  namespace: string;
  run: string;
  step: string;
  /** The instance it is for; '' for the cluster. */
  instance: string;
  n: number;
  image: string;
  argv: string[];
  /** How many elements of the argv are the command; the others are args. */
  commandLength: number;
  env: Record<string, string>;
  owner: OwnerReference | undefined;
}

/** Keeps the Job, and so its name, until its result is in the journal. */
export const FINALIZER = 'opsdeck.dev/result';
export const ARGV_ANNOTATION = 'opsdeck.dev/argv-digest';
/** On a Job that was made only to take the name: the attempt was cancelled before it was started. */
export const NEVER_ANNOTATION = 'opsdeck.dev/cancelled';
export const JOB_LABEL = 'batch.kubernetes.io/job-name';
export const RUN_NAME_LABEL = 'opsdeck.dev/run-name';
export const CONTAINER = 'main';

/** Seconds between TERM and KILL. */
export const GRACE = 30;

/** A day: long enough to look at what went wrong. */
const TTL_SECONDS = 86_400;

/** Unique for the attempt and a valid name, however long the parts are. */
export function jobName({ run, step, instance, n }: Pick<JobRequest, 'run' | 'step' | 'instance' | 'n'>): string {
  const whole = `${run}-${step}-${instance || 'cluster'}-${n}`;
  const plain = whole.toLowerCase().replace(/[^a-z0-9-]/g, '-');
  if (plain === whole && plain.length <= 63) return plain;
  const hash = createHash('sha256').update(`${run}\n${step}\n${instance}\n${n}`).digest('hex').slice(0, 10);
  return `${plain.slice(0, 52).replace(/-+$/, '')}-${hash}`;
}

/** Kubernetes expands `$(NAME)` and halves `$$` in commands, args and values; the plan's argv is meant literally. */
const literal = (text: string): string => text.replaceAll('$', '$$$$');

export const argvDigest = ({ image, argv, env }: Pick<JobRequest, 'image' | 'argv' | 'env'>): string =>
  digest({ image, argv, env });

export function jobManifest(request: JobRequest, options: { never?: boolean } = {}): KubeObject {
  const { image, argv, commandLength, env, owner } = request;
  const labels = {
    [RUN_LABELS.managedBy]: 'opsdeck',
    [RUN_NAME_LABEL]: labelValue(request.run),
    'opsdeck.dev/step': labelValue(request.step),
    'opsdeck.dev/attempt': String(request.n),
  };
  const command = argv.slice(0, commandLength).map(literal);
  const args = argv.slice(commandLength).map(literal);
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: {
      name: jobName(request),
      namespace: request.namespace,
      labels,
      annotations: {
        [ARGV_ANNOTATION]: argvDigest(request),
        ...(options.never ? { [NEVER_ANNOTATION]: 'true' } : {}),
      },
      finalizers: [FINALIZER],
      ...(owner ? { ownerReferences: [owner] } : {}),
    },
    spec: {
      // Kubernetes starts no second pod: not after a failure, not while the first may still run.
      backoffLimit: 0,
      completions: 1,
      parallelism: 1,
      podReplacementPolicy: 'Failed',
      ttlSecondsAfterFinished: TTL_SECONDS,
      ...(options.never ? { suspend: true } : {}),
      template: {
        metadata: { labels },
        spec: {
          restartPolicy: 'Never',
          automountServiceAccountToken: false,
          terminationGracePeriodSeconds: GRACE,
          containers: [
            {
              name: CONTAINER,
              image,
              ...(command.length > 0 ? { command } : {}),
              ...(args.length > 0 ? { args } : {}),
              env: Object.entries(env).map(([name, value]) => ({ name, value: literal(value) })),
              terminationMessagePolicy: 'FallbackToLogsOnError',
            },
          ],
        },
      },
    },
  };
}
