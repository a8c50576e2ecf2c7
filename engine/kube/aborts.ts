/** Giving up: signals that come from several sides, and what a request was at when they did. */
import { abortedError } from './errors.ts';
import { KubeError } from './types.ts';

/** Rejects as soon as the signal fires. What `work` then does is nobody's concern. */
export function unless<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  if (signal.aborted) {
    work.catch(() => {});
    return Promise.reject(notSentYet(signal.reason));
  }
  return new Promise((resolve, reject) => {
    const abort = () => reject(notSentYet(signal.reason));
    signal.addEventListener('abort', abort, { once: true });
    work
      .then(resolve, (error) => (signal.aborted ? abort() : reject(error)))
      .finally(() => signal.removeEventListener('abort', abort));
  });
}

/** While logging in or waiting for another try nothing is on its way. */
function notSentYet(reason: unknown): unknown {
  if (!(reason instanceof KubeError) || !reason.sent) return reason;
  return new KubeError(reason.message, { status: reason.status, reason: reason.reason, sent: false });
}

/** Passes aborts on as KubeErrors; the returned function stops listening, so that a long-lived signal keeps no requests. */
export function forward(from: (AbortSignal | undefined)[], to: AbortController): () => void {
  const abort = () => to.abort(abortedError(true));
  const signals = from.filter((signal) => signal !== undefined);
  for (const signal of signals) {
    if (signal.aborted) abort();
    else signal.addEventListener('abort', abort, { once: true });
  }
  return () => {
    for (const signal of signals) signal.removeEventListener('abort', abort);
  };
}
