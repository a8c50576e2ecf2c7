/** Asks the webhooks that a request concerns: those that change it one after the other, those that only look at it all together. */
import { RuleError } from '../../cel/values.ts';
import { inOther } from '../../conversion/convert.ts';
import { forbidden } from '../../errors.ts';
import { equal } from '../../json.ts';
import type { Kernel } from '../../kernel.ts';
import type { SimObject } from '../../types.ts';
import { awaited, type Work } from '../../work.ts';
import { type Attempt, type Kind, requestOf, scopeOf } from '../attempt.ts';
import { isSelected, versionMet } from '../match.ts';
import { callWebhook } from './call.ts';
import { patchedBy } from './patched.ts';
import { placeOf } from './place.ts';
import { failedCalling, noDryRun, rejected, WebhookFailure } from './refusals.ts';
import { type Phase, type Webhook, webhooksFor } from './registered.ts';
import { question, type Verdict, verdictOf } from './reviews.ts';

interface Matched {
  version: string;
  kind: Kind;
  /** The objects of the request in that version. */
  object: SimObject | undefined;
  old: SimObject | undefined;
}

/** The kind of a request's object where another version of the resource is asked for. */
const kindIn = ({ kind, info }: Attempt, version: string): Kind =>
  kind.kind === info.kind ? { ...kind, version } : kind;

function* inVersion(
  kernel: Kernel,
  { kind, info }: Attempt,
  object: SimObject | undefined,
  version: string,
): Work<SimObject | undefined> {
  return object && kind.kind === info.kind ? yield* inOther(kernel, info, object, version) : object;
}

/** Whether a webhook is to be asked, and for which version of the object. Throws where its conditions can't tell. */
function* matched(kernel: Kernel, hook: Webhook, attempt: Attempt): Work<Matched | undefined> {
  const version = versionMet(hook.rules, attempt, hook.body.matchPolicy === 'Exact');
  if (version === undefined || !isSelected(kernel, hook.body, attempt)) return undefined;
  const found = {
    version,
    kind: kindIn(attempt, version),
    object: yield* inVersion(kernel, attempt, attempt.object, version),
    old: yield* inVersion(kernel, attempt, attempt.old, version),
  };
  return hook.conditions.length === 0 || meetsConditions(kernel, hook, attempt, found) ? found : undefined;
}

function meetsConditions(kernel: Kernel, hook: Webhook, attempt: Attempt, found: Matched): boolean {
  const { info } = attempt;
  const request = requestOf(attempt, { ...found, group: info.group });
  const seen = { ...attempt, object: found.object, old: found.old };
  const scope = scopeOf(kernel, seen, request, found.kind, false);
  const errors: string[] = [];
  for (const { source, expression } of hook.conditions)
    try {
      if (expression.run(scope) !== true) return false;
    } catch (error) {
      if (!(error instanceof RuleError)) throw error;
      errors.push(`expression '${source}' resulted in error: ${error.message}`);
    }
  if (errors.length === 0) return true;
  if (hook.forgiving) return false;
  const distinct = [...new Set(errors)];
  throw forbidden(info, attempt.name, distinct.length === 1 ? distinct[0]! : `[${distinct.join(', ')}]`);
}

const SAFE = ['None', 'NoneOnDryRun'];

/** What the webhook says. Throws WebhookFailure where it can't be asked or understood. */
async function ask(
  kernel: Kernel,
  phase: Phase,
  hook: Webhook,
  attempt: Attempt,
  found: Matched,
  warn: (message: string) => void,
): Promise<Verdict> {
  if (attempt.dryRun && !SAFE.includes(String(hook.body.sideEffects))) throw noDryRun(hook.name);
  const seconds = Number(hook.body.timeoutSeconds ?? 10);
  const asked = question(kernel, hook, attempt, found, found);
  const place = placeOf(kernel, hook.body.clientConfig as never, seconds);
  const verdict = verdictOf(phase, asked, await callWebhook(place, asked.review, seconds));
  for (const text of verdict.warnings) warn(text);
  if (!verdict.allowed) throw rejected(hook.name, verdict.result);
  return verdict;
}

/** As a client hears of it; undefined where the webhook's policy forgives. */
function heard(hook: Webhook, error: unknown): Error | undefined {
  if (!(error instanceof WebhookFailure)) return error as Error;
  return hook.forgiving ? undefined : failedCalling(hook.name, error.message);
}

/** Asks all that are concerned. Throws the first refusal. */
export function* validateByWebhooks(kernel: Kernel, attempt: Attempt, warn: (message: string) => void): Work<void> {
  const hooks = webhooksFor(kernel, 'validating', attempt);
  if (hooks.length === 0) return;
  const concerned: { hook: Webhook; found: Matched }[] = [];
  for (const hook of hooks) {
    const found = yield* matched(kernel, hook, attempt);
    if (found) concerned.push({ hook, found });
  }
  if (concerned.length === 0) return;
  const refusals: Error[] = [];
  yield* awaited(() =>
    Promise.all(
      concerned.map(({ hook, found }) =>
        ask(kernel, 'validating', hook, attempt, found, warn).catch((error: unknown) => {
          const refusal = heard(hook, error);
          if (refusal) refusals.push(refusal);
        }),
      ),
    ),
  );
  if (refusals[0]) throw refusals[0];
}

/** What has been asked so far, and who must be asked again. */
class Rounds {
  /** Somebody has changed the object. */
  changed = false;
  readonly again = new Set<Webhook>();
  readonly #asked = new Set<Webhook>();

  asked(hook: Webhook): void {
    if (hook.again) this.#asked.add(hook);
  }

  /** Those that were asked before a change are asked again. */
  change(): void {
    for (const hook of this.#asked) this.again.add(hook);
    this.#asked.clear();
  }
}

/**
 * The object as the webhooks leave it. Where one of them changed it, `complete` does to it once more what the server itself does before
 * webhooks, and those are asked again that want to see the changes of others.
 */
export function* mutateByWebhooks(
  kernel: Kernel,
  attempt: Attempt,
  warn: (message: string) => void,
  complete: (object: SimObject) => SimObject = (object) => object,
): Work<SimObject | undefined> {
  const hooks = webhooksFor(kernel, 'mutating', attempt);
  if (hooks.length === 0) return attempt.object;
  const rounds = new Rounds();
  let object = yield* round(kernel, hooks, attempt, rounds, warn);
  if (!rounds.changed || !object) return object;
  const completed = complete(object);
  if (!equal(completed, object)) rounds.change();
  object = completed;
  const second = hooks.filter((hook) => hook.again);
  return second.length === 0 ? object : yield* round(kernel, second, { ...attempt, object }, rounds, warn, true);
}

function* round(
  kernel: Kernel,
  hooks: readonly Webhook[],
  attempt: Attempt,
  rounds: Rounds,
  warn: (message: string) => void,
  second = false,
): Work<SimObject | undefined> {
  let { object } = attempt;
  for (const hook of hooks) {
    const current = { ...attempt, object };
    const found = yield* matched(kernel, hook, current);
    if (!found || (second && !rounds.again.has(hook))) continue;
    let failure: Error | undefined;
    let next: SimObject | undefined;
    try {
      const verdict = yield* awaited(() => ask(kernel, 'mutating', hook, current, found, warn));
      const patched = patchedBy(hook, current, found, verdict);
      next = patched && (yield* inVersion(kernel, attempt, patched, attempt.version));
    } catch (error) {
      failure = heard(hook, error);
    }
    if (next && !equal(next, object)) {
      rounds.changed = true;
      rounds.change();
      object = next;
    }
    rounds.asked(hook);
    if (failure) throw failure;
  }
  return object;
}
