/** The webhooks of every configuration, ready to be matched. Most requests concern none: that is found by one look into a map. */
import { qualified } from '../../errors.ts';
import type { Kernel } from '../../kernel.ts';
import type { ResourceInfo } from '../../resources/info.ts';
import type { Dict } from '../../types.ts';
import type { Attempt } from '../attempt.ts';
import { type Class, coversClass } from '../match.ts';
import { type Condition, dictsOf, textOf, webhookConditions } from '../policy.ts';

export type Phase = 'mutating' | 'validating';

export interface Webhook {
  name: string;
  /** As its configuration has it. */
  body: Dict;
  rules: Dict[];
  conditions: Condition[];
  forgiving: boolean;
  /** Asked again where others changed the object after it. */
  again: boolean;
}

const RESOURCES: Record<Phase, string> = {
  mutating: 'mutatingwebhookconfigurations.admissionregistration.k8s.io',
  validating: 'validatingwebhookconfigurations.admissionregistration.k8s.io',
};

const ready = (body: Dict): Webhook => ({
  name: textOf(body.name),
  body,
  rules: dictsOf(body.rules),
  conditions: webhookConditions(body.matchConditions),
  forgiving: body.failurePolicy === 'Ignore',
  again: body.reinvocationPolicy === 'IfNeeded',
});

/** In the order of the configurations' names, and within them as they are written. */
function readAll(kernel: Kernel, info: ResourceInfo): Webhook[] {
  const entries = kernel.store.collection(info.storageKey).entriesIn();
  return entries.flatMap((entry) => dictsOf(kernel.store.object(info, entry).webhooks).map(ready));
}

class Registered {
  readonly #kernel: Kernel;
  readonly #info: ResourceInfo;
  #all: Webhook[] | undefined;
  readonly #byClass = new Map<string, readonly Webhook[]>();

  constructor(kernel: Kernel, resource: string) {
    this.#kernel = kernel;
    this.#info = kernel.registry.get(resource);
    kernel.store.collection(this.#info.storageKey).watchers.add(() => {
      this.#all = undefined;
      this.#byClass.clear();
    });
  }

  for(asked: Class): readonly Webhook[] {
    this.#all ??= readAll(this.#kernel, this.#info);
    if (this.#all.length === 0) return this.#all;
    const key = `${asked.operation} ${qualified(asked.info)}/${asked.subresource}`;
    let found = this.#byClass.get(key);
    if (!found) {
      found = this.#all.filter(({ rules }) => rules.some((rule) => coversClass(rule, asked)));
      this.#byClass.set(key, found);
    }
    return found;
  }
}

const known = new WeakMap<Kernel, Record<Phase, Registered>>();

/** The webhooks of a phase that may concern a request. */
export function webhooksFor(kernel: Kernel, phase: Phase, attempt: Attempt): readonly Webhook[] {
  let both = known.get(kernel);
  if (!both) {
    both = {
      mutating: new Registered(kernel, RESOURCES.mutating),
      validating: new Registered(kernel, RESOURCES.validating),
    };
    known.set(kernel, both);
  }
  return both[phase].for(attempt);
}
