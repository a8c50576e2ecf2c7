/** Attempts in a container of a pod, by the wrapper. */

import { mayAll } from '../kube/access.ts';
import { clean } from '../kube/sanitise.ts';
import { type AccessQuestion, type KubeClient, KubeError } from '../kube/types.ts';
import { isRefused } from './insist.ts';
import type { Leftovers } from './leftovers.ts';
import type { AttemptTarget, Contacted, ContactOptions, Conversation, Seen } from './target.ts';
import {
  attemptDir,
  contactArgv,
  type Frame,
  FrameReader,
  followArgv,
  killArgv,
  readContact,
  runName,
  startArgv,
} from './wrapper/wrapper.ts';

export interface ExecPlace {
  namespace: string;
  pod: string;
  uid: string;
  container: string;
  /** Of the runtime, as the journal has it. */
  containerId: string;
}

/** Seconds between TERM and KILL. */
const GRACE = 10;
/** The follower sends a sign of life at least every 10 s; after this silence the link is taken for dead. */
const SILENCE_MS = 45_000;

type Client = Pick<KubeClient, 'exec' | 'request'>;

/** What an exec asks of the API server: which of the two verbs is checked depends on the server's version and the client's way. */
export const execQuestions = (namespace: string): AccessQuestion[] =>
  ['create', 'get'].map((verb) => ({ verb, group: '', resource: 'pods', subresource: 'exec', namespace }));

/** `leftovers`: what to remove there on first contact; where there are none nothing is. */
export function execTarget(client: Client, place: ExecPlace, leftovers?: Leftovers): AttemptTarget {
  const { namespace, pod, container } = place;

  async function contact(token: string, how: ContactOptions, signal: AbortSignal): Promise<Contacted> {
    let containerId = place.containerId;
    let successor: { uid: string; ip: string } | undefined;
    if (how.verify || how.successor) {
      const now = await look(signal);
      if (how.successor) successor = now?.successor;
      if (now?.gone && !successor) return { kind: 'refused', why: `${now.change}; nothing was started there` };
      containerId = now?.containerId || containerId;
    }
    let text = '';
    const onStdout = (chunk: Uint8Array) => {
      if (text.length < 4096) text += Buffer.from(chunk).toString('latin1');
    };
    const gone = (await leftovers?.due(place)) ?? [];
    // An engine may end before the answer is anywhere: then it is found by its name.
    await leftovers?.expect(place, runName(token), { namespace, name: how.run });
    const command = contactArgv(token, gone);
    try {
      const outcome = await client.exec({ namespace, pod, container, command, onStdout, signal });
      if (outcome.kind === 'refused') return { kind: 'refused', why: shellMissing(outcome.message) };
      const answer = readContact(text, token);
      if (answer?.kind === 'dir') {
        await leftovers?.drop(place, gone);
        return { kind: 'ready', dir: answer.dir, containerId, ...(successor ? { pod: successor } : {}) };
      }
      if (answer?.kind === 'lacks') {
        return {
          kind: 'refused',
          why: `container ${container} of ${pod} lacks "${answer.tool}": no command can be run there safely`,
        };
      }
      if (answer?.kind === 'nowhere') {
        return {
          kind: 'refused',
          why: `container ${container} of ${pod} has no writable directory: a run could not be found again there`,
        };
      }
      return outcome.kind === 'unknown'
        ? { kind: 'unreachable', why: outcome.why }
        : {
            kind: 'refused',
            why: `container ${container} of ${pod} answered nothing that makes sense: ${clean(text, 80) || `exit code ${outcome.code}`}`,
          };
    } catch (error) {
      const denied = await verbsMissing(error, signal);
      if (denied !== undefined) return { kind: 'refused', why: denied };
      const seen = await whyNot(error, false, signal);
      return { kind: seen.state === 'unreachable' ? 'unreachable' : 'refused', why: seen.why ?? '' };
    }
  }

  /** The server names the verb that it looked at first; which of the two an exec needs depends on its version. */
  async function verbsMissing(error: unknown, signal: AbortSignal): Promise<string | undefined> {
    if (!(error instanceof KubeError && error.status === 403)) return undefined;
    const questions = execQuestions(namespace);
    const may = await mayAll(client, questions, signal).catch(() => questions.map(() => true));
    const verbs = questions.filter((_, i) => may[i] === false).map(({ verb }) => verb);
    return verbs.length > 1 ? `you may not ${verbs.join(' and ')} pods/exec in ${namespace}` : undefined;
  }

  const shellMissing = (message: string): string =>
    /executable file not found|no such file/i.test(message)
      ? `container ${container} of ${pod} has no shell: no command can be run there safely`
      : message;

  /** One exec that is answered in frames. */
  async function converse(talk: Conversation, command: string[], starting = false): Promise<Seen> {
    const { have } = talk;
    const reader = new FrameReader();
    const link = new AbortController();
    const giveUp = () => link.abort();
    talk.signal.addEventListener('abort', giveUp, { once: true });
    if (talk.signal.aborted) link.abort();
    let silent: NodeJS.Timeout | undefined;
    const heard = () => {
      clearTimeout(silent);
      silent = setTimeout(giveUp, SILENCE_MS);
    };
    let end: Seen | undefined;
    let spoke = false;
    const take = (frame: Frame) => {
      if (frame.kind === 'end') {
        end = frame.at;
        return;
      }
      if (frame.kind === 'survivor') talk.onNote(`still running: ${clean(frame.name, 80)} (process ${frame.pid})`);
      if (frame.kind === 'truncated') {
        have[frame.stream] = 0;
        talk.onNote('the command truncated its own output');
      }
      if (frame.kind === 'output') {
        // What is known already is not shown twice, whatever the other side sends.
        const skip = have[frame.stream] - frame.offset;
        if (skip < 0) {
          reader.garbled = 'a gap in the output';
          link.abort();
          return;
        }
        if (skip >= frame.bytes.length) return;
        have[frame.stream] = frame.offset + frame.bytes.length;
        talk.onOutput(frame.stream, frame.bytes.subarray(skip));
      }
      if (!spoke && frame.kind !== 'survivor') {
        spoke = true;
        talk.onStarted?.();
      }
    };
    let said = '';
    try {
      heard();
      const outcome = await client.exec({
        namespace,
        pod,
        container,
        command,
        onStdout: (chunk) => {
          heard();
          for (const frame of reader.push(chunk)) take(frame);
        },
        onStderr: (chunk) => {
          if (said.length < 400) said += Buffer.from(chunk).toString('utf8');
        },
        signal: link.signal,
      });
      if (end?.state === 'gone' || end?.state === 'barred') return await gone(end.state, talk.signal);
      if (end !== undefined) return end;
      if (outcome.kind === 'refused') return await gone(starting ? 'barred' : 'gone', talk.signal, outcome.message);
      const why = outcome.kind === 'unknown' ? outcome.why : clean(said, 200) || 'it ended without an answer';
      return await stillThere(
        reader.garbled ? `an answer that makes no sense: ${clean(reader.garbled, 60)}` : why,
        talk.signal,
      );
    } catch (error) {
      return await whyNot(error, starting, talk.signal);
    } finally {
      clearTimeout(silent);
      talk.signal.removeEventListener('abort', giveUp);
    }
  }

  /** A request that failed as such: had it an effect, and is there any use in another? */
  async function whyNot(error: unknown, starting: boolean, signal: AbortSignal): Promise<Seen> {
    if (!(error instanceof KubeError)) throw error;
    if (error.status === 404) return await gone(starting ? 'barred' : 'gone', signal, error.message);
    if (isRefused(error)) return { state: 'refused', why: error.message };
    return await stillThere(error.message, signal);
  }

  /** No answer from the container: its pod may tell that there will never be one. */
  async function stillThere(why: string, signal: AbortSignal): Promise<Seen> {
    if (signal.aborted) return { state: 'unreachable', why };
    const change = await podChange(signal);
    return change === undefined ? { state: 'unreachable', why } : { state: 'gone', why: change };
  }

  async function gone(state: 'gone' | 'barred', signal: AbortSignal, otherwise?: string): Promise<Seen> {
    const change = signal.aborted ? undefined : await podChange(signal);
    return { state, why: change ?? otherwise ?? `the files of the run in container ${container} of ${pod} are gone` };
  }

  const podChange = async (signal: AbortSignal) => (await look(signal))?.change;

  /** How the pod differs from the one that the journal speaks of; undefined where it can't be asked. */
  async function look(signal: AbortSignal): Promise<PodNow | undefined> {
    let found: PodObject;
    try {
      found = await client.request<PodObject>(`/api/v1/namespaces/${namespace}/pods/${pod}`, { signal });
    } catch (error) {
      const missing = error instanceof KubeError && error.status === 404;
      return missing ? { gone: true, containerId: '', change: `${pod} was deleted` } : undefined;
    }
    const status = found.status?.containerStatuses?.find(({ name }) => name === container);
    const containerId = status?.containerID ?? '';
    const uid = found.metadata?.uid ?? '';
    if (uid !== place.uid) {
      const successor = { uid, ip: clean(found.status?.podIP ?? '', 60) };
      return { gone: true, containerId, change: `${pod} was deleted and another pod has its name`, successor };
    }
    const here = { gone: false, containerId };
    if (place.containerId !== '' && containerId !== '' && containerId !== place.containerId) {
      const since = at(status?.state?.running?.startedAt);
      return { ...here, change: `container ${container} of ${pod} was restarted${since}` };
    }
    const ended = status?.state?.terminated ?? (containerId === '' ? status?.lastState?.terminated : undefined);
    if (!ended) return here;
    const reason = clean(ended.reason ?? '', 60);
    return { ...here, change: `container ${container} of ${pod} ended (${reason})${at(ended.finishedAt)}` };
  }

  const dirOf = (talk: Conversation) => attemptDir(talk.dir, talk.step, talk.n);

  return {
    grace: GRACE,
    contact,
    start: (talk, env, argv) => converse(talk, startArgv(dirOf(talk), talk.have, env, argv), true),
    follow: (talk) => converse(talk, followArgv(dirOf(talk), talk.have)),
    async end(talk) {
      const seen = await converse(talk, killArgv(dirOf(talk), GRACE));
      // Its last words, which often say what it leaves behind.
      return seen.state === 'done' || seen.state === 'killed'
        ? converse(talk, followArgv(dirOf(talk), talk.have))
        : seen;
    },
    release: async () => {},
    kept: async (dir) => leftovers?.drop(place, [dir.slice(dir.lastIndexOf('/') + 1)]),
    leave: async (dir) => leftovers?.add(place, dir),
  };
}

const at = (time: string | undefined) => (time ? ` at ${clean(time, 40)}` : '');

interface PodNow {
  /** The pod itself is no more. */
  gone: boolean;
  /** The one that has its name now. */
  successor?: { uid: string; ip: string };
  containerId: string;
  change?: string;
}

interface PodObject {
  metadata?: { uid?: string };
  status?: {
    podIP?: string;
    containerStatuses?: {
      name: string;
      containerID?: string;
      state?: { running?: { startedAt?: string }; terminated?: Ended };
      lastState?: { terminated?: Ended };
    }[];
  };
}

interface Ended {
  reason?: string;
  finishedAt?: string;
}
