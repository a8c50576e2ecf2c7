/**
 * Pods that the cluster's own controllers make, while a webhook is asked about them. A controller can't wait: its attempt is put off, goes on
 * by itself, and the pod is there when the webhook has let it pass. What is refused is told at the next attempt.
 */
import { ApiError, failure } from './errors.ts';
import type { SimObject } from './types.ts';
import { done, type Work } from './work.ts';

/** Nothing is wrong: it is not yet known whether the pod may be made. */
export class Undecided extends ApiError {
  constructor() {
    super(failure(503, 'ServiceUnavailable', 'a webhook is being asked').status);
  }
}

const WAITING = Symbol('waiting');

export class Held {
  /** By whose pods they are. */
  readonly #outcomes = new Map<string, unknown>();

  /** The result of work on a pod; throws Undecided where it has to wait, as long as it does, and then once what went wrong. */
  make<T>(pod: SimObject, work: () => Work<T>, made: (result: T) => void): T {
    const key = ownerOf(pod);
    const outcome = this.#outcomes.get(key);
    if (outcome === WAITING) throw new Undecided();
    if (outcome !== undefined) {
      this.#outcomes.delete(key);
      throw outcome;
    }
    const result = done(work());
    if (!(result instanceof Promise)) return result;
    this.#outcomes.set(key, WAITING);
    result.then(
      (value) => {
        this.#outcomes.delete(key);
        made(value);
      },
      (error: unknown) => {
        this.#outcomes.set(key, error);
      },
    );
    throw new Undecided();
  }
}

const ownerOf = ({ metadata }: SimObject): string =>
  metadata.ownerReferences?.find((owner) => owner.controller)?.uid ?? `${metadata.namespace}/${metadata.name}`;
