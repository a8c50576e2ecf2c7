/** The log of a Job's pod, from where it is known, without a gap that is not told and without a repeat. */
import { LogReader } from '../../kube/log-reader.ts';
import { followLog } from '../../kube/logs.ts';
import { type KubeClient, KubeError } from '../../kube/types.ts';
import type { Conversation } from '../target.ts';
import { CONTAINER } from './manifest.ts';

export interface LogPlace {
  namespace: string;
  pod: string;
}

/** Kept as long as the attempt: a conversation after a broken link begins where the last one stopped. */
export interface LogMark {
  reader: LogReader;
  /** It was read to its end, or can't be read: there is nothing to come. */
  whole: boolean;
}

/** In silence the stream is opened anew: a dead link looks like a command that says nothing. */
const IDLE_MS = 15_000;

/**
 * Until the container has ended and its log was read to the end; undefined then, or why it was broken off before. What can't
 * be had is told as a remark: it doesn't change how the command ended.
 */
export async function readPodLog(
  client: Pick<KubeClient, 'request' | 'stream'>,
  { namespace, pod }: LogPlace,
  talk: Conversation,
  signal = talk.signal,
): Promise<string | undefined> {
  talk.have.log ??= { reader: new LogReader({ raw: true, known: 0 }), whole: false };
  const mark = talk.have.log;
  if (mark.whole) return undefined;
  const source = { namespace, pod, container: CONTAINER };
  try {
    const options = { raw: true, reader: mark.reader, signal, timing: { idleMs: IDLE_MS } };
    for await (const event of followLog(client, source, options)) {
      if (event.kind === 'bytes') {
        talk.have.out += event.bytes.length;
        talk.onOutput('out', event.bytes);
      } else if (event.kind === 'gap') talk.onNote(event.text);
      else if (event.kind === 'broken') return event.why;
      else if (event.kind === 'ended') {
        mark.whole = true;
        return undefined;
      }
    }
    return 'given up here';
  } catch (error) {
    if (!(error instanceof KubeError)) throw error;
    mark.whole = true;
    talk.onNote(`its log can't be read: ${error.message}`);
    return undefined;
  }
}
