/** One container's log as a topic of the ui: what was said lately, then what is said, over broken links and restarts. */
import { followLog } from './kube/logs.ts';
import type { KubeClient } from './kube/types.ts';
import type { FromEngine, LogLine, Topic } from './protocol.ts';

/** What a newcomer to the log wants to see; more is asked for by a range. */
const TAIL = 500;

type Client = Pick<KubeClient, 'request' | 'stream'>;

/** Returns the way to stop. */
export function followPod(client: Client, topic: Topic, send: (message: FromEngine) => void): () => void {
  const [namespace = '', pod = '', container = ''] = topic.slice('podlog:'.length).split('/');
  const stopping = new AbortController();
  const { signal } = stopping;
  let seq = 0;
  let broken = '';
  let first = true;

  function tell(lines: Pick<LogLine, 'stream' | 'text' | 'at'>[], ended = false): void {
    if (signal.aborted) return;
    const numbered = lines.map((line) => ({ seq: ++seq, step: '', instance: pod, ...line }));
    send({ t: 'log', topic, lines: numbered, dropped: 0, reset: first, ended });
    first = false;
  }
  const note = (text: string, ended = false) => tell([{ stream: 'note', text }], ended);

  async function run(): Promise<void> {
    const events = followLog(client, { namespace, pod, container }, { tailLines: TAIL, acrossRestarts: true, signal });
    for await (const event of events) {
      if (event.kind === 'lines') {
        broken = '';
        tell(event.lines.map(({ at, text }) => ({ stream: 'out', text, ...(at > 0 ? { at } : {}) })));
        if (event.dropped > 0) note(`${event.dropped} bytes of endless lines were left out`);
      } else if (event.kind === 'broken') {
        if (event.why !== broken) note(`the log is interrupted: ${event.why}`);
        broken = event.why;
      } else if (event.kind === 'gap') note(event.text);
      else if (event.kind === 'waiting')
        note(`the container is not running${event.why === '' ? '' : `: ${event.why}`}`);
      else if (event.kind === 'restarted') note(`the container was restarted${exitText(event.code, ' after ')}`);
      else if (event.kind === 'ended') {
        note(event.why === 'gone' ? 'the pod is gone' : `the container has ended${exitText(event.code)}`, true);
      }
    }
  }

  run().catch((error: unknown) => note(error instanceof Error ? error.message : String(error), true));
  return () => stopping.abort();
}

const exitText = (code: number | undefined, word = ' with '): string =>
  code === undefined ? '' : `${word}exit code ${code}`;
