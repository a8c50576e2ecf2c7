/** Attempts as Jobs. */
import { listIn } from '../../kube/answers.ts';
import type { ListOf } from '../../kube/pages.ts';
import { type KubeClient, KubeError } from '../../kube/types.ts';
import { type Clock, sleep } from '../../runtime/clock.ts';
import type { AttemptTarget, Conversation, Seen } from '../target.ts';
import { readPodLog } from './log.ts';
import {
  ARGV_ANNOTATION,
  argvDigest,
  GRACE,
  JOB_LABEL,
  type JobRequest,
  jobManifest,
  jobName,
  NEVER_ANNOTATION,
} from './manifest.ts';
import { lasting, releaseJob } from './release.ts';
import { type JobObject, type JobState, jobState, type PodObject } from './state.ts';

type Client = Pick<KubeClient, 'request' | 'stream'>;

/** Milliseconds between looks at a pod that is on its way: soon after each other at first. */
const LOOKS = [150, 250, 400, 600, 1000];

/** How long the rest of the log of a container that has ended is asked for. */
const REST_MS = 30_000;
/** What a stream is given to begin before the pod that it reads is deleted. */
const AHEAD_MS = 1000;

/** `readonly`: a Job that doesn't come up is left to the engine that executes the run. */
export function jobTarget(
  client: Client,
  request: Omit<JobRequest, 'n'>,
  clock: Clock,
  readonly = false,
): AttemptTarget {
  const jobs = `/apis/batch/v1/namespaces/${request.namespace}/jobs`;
  const pods = `/api/v1/namespaces/${request.namespace}/pods`;
  const of = (n: number): JobRequest => ({ ...request, n });
  const pathOf = (n: number) => `${jobs}/${jobName(of(n))}`;

  const failure = (error: unknown): Seen => {
    if (!(error instanceof KubeError)) throw error;
    return { state: lasting(error) ? 'refused' : 'unreachable', why: error.message };
  };

  /** The Job that has the attempt's name; undefined where there is none. */
  async function find(n: number, signal: AbortSignal): Promise<JobObject | undefined> {
    try {
      return await client.request<JobObject>(pathOf(n), { signal });
    } catch (error) {
      if (error instanceof KubeError && error.status === 404) return undefined;
      throw error;
    }
  }

  /** Takes the name. `there`: it was taken before, by this attempt; `theirs`: by something else. */
  async function claim(n: number, never: boolean, signal: AbortSignal): Promise<'made' | 'there' | 'never' | 'theirs'> {
    try {
      await client.request(jobs, { method: 'POST', body: jobManifest(of(n), { never }), signal });
      return 'made';
    } catch (error) {
      if (!(error instanceof KubeError && error.status === 409)) throw error;
      const present = await find(n, signal);
      if (!present) throw new KubeError('the Job came and went', { status: 0, reason: 'Conflict' });
      const { annotations = {}, ownerReferences = [] } = present.metadata;
      const same = annotations[ARGV_ANNOTATION] === argvDigest(of(n));
      const owned = !request.owner || ownerReferences.some(({ uid }) => uid === request.owner?.uid);
      if (!same || !owned) return 'theirs';
      return annotations[NEVER_ANNOTATION] ? 'never' : 'there';
    }
  }

  /** How its newest pod and the Job stand; undefined where there is neither. */
  async function look(n: number, signal: AbortSignal): Promise<{ state: JobState; pod?: PodObject } | undefined> {
    const query = { labelSelector: `${JOB_LABEL}=${jobName(of(n))}` };
    const list = listIn(await client.request<ListOf<PodObject>>(pods, { query, signal }), pods);
    const found = list.items ?? [];
    const job = found.length > 0 ? undefined : await find(n, signal);
    if (found.length === 0 && !job) return undefined;
    const [pod] = found;
    return { state: jobState(job, found, request.image), ...(pod ? { pod } : {}) };
  }

  const pause = (looks: number, signal: AbortSignal) =>
    sleep(clock, LOOKS[Math.min(looks, LOOKS.length - 1)] ?? 1000, signal);

  /** Until it has ended, or the link breaks. */
  async function watch(talk: Conversation): Promise<Seen> {
    const { n, signal } = talk;
    let stuckSince: number | undefined;
    let known = false;
    for (let looks = 0; !signal.aborted; looks++) {
      const now = await look(n, signal);
      const name = jobName(of(n));
      if (!now) return { state: 'gone', why: known ? `Job ${name} was deleted` : `there is no Job ${name}` };
      known = true;
      const { state } = now;
      if (state.at !== 'waiting') {
        const seen = await further(talk, state, looks);
        if (seen) return seen;
        continue;
      }
      if (!state.stuck) stuckSince = undefined;
      else if (!readonly) {
        stuckSince ??= clock.monotonic();
        if (clock.monotonic() - stuckSince >= state.stuck.patienceMs) return await giveUp(talk, state.stuck.why);
      }
      await pause(looks, signal);
    }
    return { state: 'unreachable', why: 'given up here' };
  }

  /** What follows from a state other than waiting; undefined: to be looked at again. No end is told before its log is. */
  async function further(talk: Conversation, state: JobState, looks: number): Promise<Seen | undefined> {
    switch (state.at) {
      case 'running':
        talk.onStarted?.();
        if (talk.have.log?.whole) await pause(looks, talk.signal);
        else if (await readPodLog(client, { ...request, pod: state.pod }, talk)) await pause(looks, talk.signal);
        return undefined;
      case 'ended':
        talk.onStarted?.();
        if (!(await readRest(talk, state.pod))) return { state: 'unreachable', why: 'given up here' };
        if (state.why !== '') talk.onNote(state.why);
        return { state: 'done', code: state.code };
      case 'succeeded':
        if (!talk.have.log?.whole) talk.onNote('its pod is gone; the end of its output could not be read');
        return { state: 'done', code: 0 };
      case 'never':
        return { state: 'lost', why: 'its pod was ended before its container was made' };
      case 'lost':
        if (!talk.have.log?.whole) talk.onNote('the end of its output could not be read');
        return { state: 'lost', why: state.why };
      default:
        return undefined;
    }
  }

  /** Of a container that has ended, in as many tries as it takes within REST_MS. False where this engine gave up before. */
  async function readRest(talk: Conversation, pod: string): Promise<boolean> {
    const late = new AbortController();
    const stop = clock.after(REST_MS, () => late.abort());
    try {
      let why: string | undefined;
      for (let tries = 0; ; tries++) {
        const signal = AbortSignal.any([talk.signal, late.signal]);
        const broken = await readPodLog(client, { ...request, pod }, talk, signal);
        if (broken === undefined) return true;
        if (talk.signal.aborted) return false;
        if (!signal.aborted) why = broken;
        else {
          talk.onNote(`the end of its output can't be read: ${why ?? 'no answer'}`);
          return true;
        }
        await pause(tries, signal);
      }
    } finally {
      stop();
    }
  }

  /** Ends what doesn't come up. What its pod says last decides: its container may have started after all. */
  async function giveUp(talk: Conversation, why: string): Promise<Seen> {
    const end = await endPod(talk);
    if (end.state !== 'killed') return end;
    return end.why ? { state: 'lost', why: end.why } : { state: 'impossible', why };
  }

  /**
   * Ends its pod in a way that keeps it: the log of a pod that is deleted goes with it, often before its end was read. The Job
   * itself stays, and its name with it, until `release`.
   */
  async function endPod(talk: Conversation): Promise<Seen> {
    const { n, signal } = talk;
    let asked: 'deadline' | 'delete' | undefined;
    let ran = false;
    for (let looks = 0; !signal.aborted; looks++) {
      const now = await look(n, signal);
      const state = now?.state;
      const over =
        state?.at === 'ended' || state?.at === 'succeeded' || (state?.at === 'lost' && now?.pod !== undefined);
      const seen = over ? await further(talk, state, looks) : undefined;
      if (seen) return seen;
      if (!now || state?.at === 'never' || state?.at === 'lost') {
        return ran ? { state: 'killed', why: 'its end was not seen' } : { state: 'killed' };
      }
      if (state?.at === 'running') ran = true;
      const first = asked === undefined;
      asked ??= await askToEnd(now.pod, talk);
      // Nothing of a pod that was deleted can be read later: its log is followed while it ends.
      if (state?.at === 'running' && !first) await further(talk, state, looks);
      else await pause(looks, signal);
    }
    return { state: 'unreachable', why: 'given up here' };
  }

  async function askToEnd(pod: PodObject | undefined, talk: Conversation): Promise<'deadline' | 'delete'> {
    // Without a node nothing of it runs, and nothing will: a pod that is being deleted is bound to none.
    if (pod?.spec?.nodeName && !pod.metadata.deletionTimestamp) {
      try {
        await client.request(`${pods}/${pod.metadata.name}`, {
          method: 'PATCH',
          contentType: 'application/merge-patch+json',
          body: { spec: { activeDeadlineSeconds: 1 } },
          signal: talk.signal,
        });
        return 'deadline';
      } catch (error) {
        if (!(error instanceof KubeError) || !lasting(error)) {
          if (!(error instanceof KubeError && error.status === 404)) throw error;
        } else {
          talk.onNote(`its pod has to be deleted, and the end of its output may be lost: ${error.message}`);
          const reading = readPodLog(client, { ...request, pod: pod.metadata.name }, talk).catch(() => undefined);
          await Promise.race([reading, sleep(clock, AHEAD_MS, talk.signal)]);
          await remove(talk.n, talk.signal);
          await reading;
          return 'delete';
        }
      }
    }
    await remove(talk.n, talk.signal);
    return 'delete';
  }

  async function remove(n: number, signal: AbortSignal): Promise<void> {
    await client
      .request(pathOf(n), { method: 'DELETE', body: { propagationPolicy: 'Foreground' }, signal })
      .catch((error: unknown) => {
        if (!(error instanceof KubeError && error.status === 404)) throw error;
      });
  }

  return {
    grace: GRACE,
    contact: async () => ({ kind: 'ready', dir: '' }),

    async start(talk) {
      try {
        const claimed = await claim(talk.n, false, talk.signal);
        if (claimed === 'theirs')
          return { state: 'refused', why: `a Job ${jobName(of(talk.n))} is there that is not this run's` };
        if (claimed === 'never') return { state: 'never' };
      } catch (error) {
        return failure(error);
      }
      return this.follow(talk);
    },

    async follow(talk) {
      try {
        return await watch(talk);
      } catch (error) {
        const seen = failure(error);
        // It was made: that reading it is refused says nothing of what it does.
        return seen.state === 'refused' ? { state: 'unreachable', why: seen.why } : seen;
      }
    },

    async end(talk) {
      try {
        const claimed = await claim(talk.n, true, talk.signal);
        if (claimed === 'made' || claimed === 'never') return { state: 'never' };
        if (claimed === 'theirs')
          return { state: 'refused', why: `a Job ${jobName(of(talk.n))} is there that is not this run's` };
        return await endPod(talk);
      } catch (error) {
        return failure(error);
      }
    },

    async release(n, discard, signal) {
      if (discard) await remove(n, signal);
      await releaseJob(client, clock, request.namespace, jobName(of(n)), signal);
    },
  };
}
