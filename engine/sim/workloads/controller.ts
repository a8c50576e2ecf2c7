import { wholeSeconds } from '../clock.ts';
import type { SimCluster } from '../cluster.ts';
import { ApiError } from '../errors.ts';
import { Undecided } from '../held.ts';
import { type EventNote, makeRecorder, type Recorder } from '../node/events.ts';
import type { SimObject } from '../types.ts';
import { type Sight, View } from './view.ts';

/** What a controller works with. */
export interface Kit {
  readonly view: View;
  readonly cluster: SimCluster;
  /** `by`: where it is another program of the control plane that says it. */
  record(about: SimObject, note: EventNote, by?: string): void;
  /** Syncs the same key again, so many milliseconds from now; the soonest of several wins. */
  again(ms: number): void;
  /** RFC 3339, seconds. */
  readonly now: string;
}

/** One kind's controller: brings the world to what the object asks for, a step at a time, from whatever state it finds. */
export interface Controller {
  /** Who its events say they are from. */
  name: string;
  resource: string;
  kind: string;
  /** Resources whose objects it owns. */
  owns: readonly string[];
  /** Further objects whose change concerns it, as `namespace/name` of its own. */
  also?: Readonly<Record<string, (sight: Sight, view: View) => readonly string[]>>;
  /** Whether an object of its resource is any of its business; by default each is. */
  concerns?(sight: Sight): boolean;
  sync(object: SimObject, kit: Kit): void;
  /** Once the object is there no more: for what no owner reference takes away with it. */
  gone?(namespace: string, name: string, kit: Kit): void;
}

export interface Controllers {
  /** As if that object had changed: for what concerns it and is no object. */
  poke(resource: string, namespace: string, name: string): void;
  close(): void;
}

/** Milliseconds. */
const RETRY = { base: 100, cap: 60_000 };

/** A refusal that its owner must hear of; a namespace that goes is none. */
function isRefused({ code, status }: ApiError): boolean {
  const cause = status.details?.causes?.[0];
  if (code === 403) return cause?.reason !== 'NamespaceTerminating';
  // By a policy: what is invalid by itself names a field.
  return code === 422 && cause !== undefined && cause.field === undefined;
}

/** Runs controllers on the cluster's own queue: each key once per round of changes, in the order the changes came. */
export function runControllers(
  cluster: SimCluster,
  controllers: readonly Controller[],
  eventsSince?: number,
): Controllers {
  const view = new View(cluster);
  const recorder: Recorder = makeRecorder(cluster, eventsSince);
  const waiting = new Map<string, { controller: Controller; key: string }>();
  const refusals = new Map<string, number>();
  const timers = new Map<string, { at: number; cancel: () => void }>();
  let scheduled = false;
  let on = true;

  const idOf = (controller: Controller, key: string) => `${controller.name} ${controller.resource} ${key}`;
  const enqueue = (controller: Controller, key: string) => {
    waiting.set(idOf(controller, key), { controller, key });
    if (scheduled) return;
    scheduled = true;
    cluster.defer(flush);
  };
  const flush = () => {
    scheduled = false;
    const batch = [...waiting.values()];
    waiting.clear();
    if (on) for (const { controller, key } of batch) sync(controller, key);
  };
  const sync = (controller: Controller, key: string) => {
    const [namespace = '', name = ''] = key.split('/');
    const id = idOf(controller, key);
    const object = view.get(controller.resource, namespace, name);
    const again = (ms: number) => {
      const at = view.now + ms;
      const known = timers.get(id);
      if (known && known.at <= at && known.at > view.now) return;
      known?.cancel();
      const cancel = cluster.clock.after(ms, () => {
        timers.delete(id);
        enqueue(controller, key);
      });
      timers.set(id, { at, cancel });
    };
    const kit: Kit = {
      view,
      cluster,
      record: (about, note, by = controller.name) => recorder.record(about as never, by, note),
      again,
      get now() {
        return wholeSeconds(view.now);
      },
    };
    if (!object) {
      refusals.delete(id);
      controller.gone?.(namespace, name, kit);
      return;
    }
    try {
      controller.sync(object, kit);
      refusals.delete(id);
    } catch (error) {
      // What the API refuses, in a namespace that goes or of a template that a rule forbids, is tried again, ever more seldom.
      if (!(error instanceof ApiError)) throw error;
      if (isRefused(error))
        recorder.record(object as never, controller.name, {
          type: 'Warning',
          reason: 'FailedCreate',
          message: `Error creating: ${error.message}`,
        });
      // The pod comes by itself, or is refused at the next attempt.
      if (error instanceof Undecided) {
        again(RETRY.base);
        return;
      }
      const times = (refusals.get(id) ?? 0) + 1;
      refusals.set(id, times);
      again(Math.min(RETRY.base * 2 ** times, RETRY.cap));
    }
  };

  const byResource = new Map<string, ((now: Sight, before: Sight | undefined) => void)[]>();
  const listen = (resource: string, react: (now: Sight, before: Sight | undefined) => void) =>
    byResource.set(resource, [...(byResource.get(resource) ?? []), react]);
  for (const controller of controllers) {
    listen(controller.resource, (now) => {
      if (controller.concerns?.(now) ?? true) enqueue(controller, `${now.namespace}/${now.name}`);
    });
    for (const resource of controller.owns)
      listen(resource, (now, before) => {
        for (const one of [now, before]) {
          const owner = one?.owners.find((reference) => reference.controller);
          if (owner?.kind === controller.kind) enqueue(controller, `${now.namespace}/${owner.name}`);
        }
      });
    for (const [resource, concerned] of Object.entries(controller.also ?? {}))
      listen(resource, (now, before) => {
        for (const one of [now, before]) if (one) for (const key of concerned(one, view)) enqueue(controller, key);
      });
  }
  for (const [resource, reactions] of byResource)
    view.watch(resource, (now, before) => {
      for (const react of reactions) react(now, before);
    });

  return {
    poke(resource, namespace, name) {
      const sight = view.sight(resource, namespace, name);
      if (sight) for (const react of byResource.get(resource) ?? []) react(sight, undefined);
    },
    close() {
      on = false;
      view.close();
      for (const { cancel } of timers.values()) cancel();
      timers.clear();
    },
  };
}
