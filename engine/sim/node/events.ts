/**
 * Events as the controllers of a real cluster write them: one object a kind of event, counted when it comes again; many that differ only
 * in their message become one; and whoever says too much about one object is not heard.
 */

import type { KubeObject } from '../../api/types.ts';
import { wholeSeconds } from '../clock.ts';
import type { SimCluster } from '../cluster.ts';
import { unlessRefused } from '../errors.ts';

export interface EventNote {
  type: 'Normal' | 'Warning';
  reason: string;
  message: string;
  /** e.g. `spec.containers{redis}`. */
  fieldPath?: string;
  /** Of the scheduler, where it is not the scheduling itself. */
  action?: string;
  /** The other object that it is about. */
  related?: KubeObject;
}

export interface Recorder {
  /**
   * `component` is who says it, e.g. `kubelet`; `host` the node it runs on. An event that the API refuses is lost, as on a real cluster:
   * what a namespace that goes still has to say must not end who says it.
   */
  record(about: KubeObject, component: string, note: EventNote, host?: string): void;
}

const LIMIT = 5000;
/** From so many messages on, within so many milliseconds, they are told as one. */
const SIMILAR = { most: 10, within: 600_000 };
/** So many at once about one object, and one more for each so many milliseconds. */
const HEARD = { burst: 25, refill: 300_000 };

/** What an event of the newer kind may say; of one that says more the end is cut off. */
const LONGEST = 1024;
const cut = (message: string): string =>
  Buffer.byteLength(message) > LONGEST
    ? `${Buffer.from(message)
        .subarray(0, LONGEST - 4)
        .toString('utf8')
        .replace(/\ufffd$/, '')} ...`
    : message;

/** Forgets the oldest. */
class Recent<V> extends Map<string, V> {
  override set(key: string, value: V): this {
    super.set(key, value);
    if (this.size > LIMIT) this.delete(this.keys().next().value as string);
    return this;
  }
}

/** How many events a cluster has had: two that are said at one time, by whom ever, must have two names. */
const sequences = new WeakMap<SimCluster, number>();

const referenceTo = ({ apiVersion, kind, metadata: { name, namespace, uid, resourceVersion } }: KubeObject) => ({
  apiVersion,
  kind,
  name,
  namespace,
  uid,
  resourceVersion,
});

/** `since`: what happened before is not recorded; a real server has forgotten it after an hour. */
export function makeRecorder(cluster: SimCluster, since = Number.NEGATIVE_INFINITY): Recorder {
  const known = new Recent<{ name: string; count: number }>();
  const similar = new Recent<{ messages: Set<string>; last: number }>();
  const said = new Recent<{ left: number; at: number }>();

  /** Whether the one that says so has said much of the kind. */
  const isOneOfMany = (key: string, message: string, now: number): boolean => {
    const before = similar.get(key);
    const record = before && now - before.last <= SIMILAR.within ? before : { messages: new Set<string>(), last: now };
    record.last = now;
    record.messages.add(message);
    similar.set(key, record);
    if (record.messages.size < SIMILAR.most) return false;
    record.messages.delete(record.messages.values().next().value as string);
    return true;
  };
  const isHeard = (key: string, now: number): boolean => {
    const { left, at } = said.get(key) ?? { left: HEARD.burst, at: now };
    const credit = Math.min(HEARD.burst, left + (now - at) / HEARD.refill);
    said.set(key, { left: credit >= 1 ? credit - 1 : credit, at: now });
    return credit >= 1;
  };
  return {
    record(about, component, note, host) {
      if (cluster.clock.now() < since) return;
      const namespace = about.metadata.namespace ?? 'default';
      const scheduler = component === 'default-scheduler';
      const now = cluster.clock.now();
      const speaker = [component, host, about.metadata.uid, note.type].join('\0');
      const kind = [speaker, note.reason].join('\0');
      // The scheduler writes events of the newer kind, which nobody gathers.
      const many = !scheduler && isOneOfMany(kind, note.message, now);
      const whole = many ? `(combined from similar events): ${note.message}` : note.message;
      const message = scheduler ? cut(whole) : whole;
      if (!scheduler && !isHeard(speaker, now)) return;
      const key = many ? kind : [kind, note.fieldPath, note.message].join('\0');
      const at = wholeSeconds(now);
      const seen = known.get(key);
      if (seen && cluster.get('events', namespace, seen.name)) {
        seen.count++;
        unlessRefused(() =>
          cluster.patch('events', namespace, seen.name, { count: seen.count, lastTimestamp: at, message }),
        );
        return;
      }
      const within = sequences.get(cluster) ?? 0;
      sequences.set(cluster, (within + 1) % 1_000_000);
      const name = `${about.metadata.name}.${(BigInt(now) * 1_000_000n + BigInt(within)).toString(16)}`;
      known.set(key, { name, count: 1 });
      const event = {
        metadata: { name, namespace },
        involvedObject: { ...referenceTo(about), ...(note.fieldPath ? { fieldPath: note.fieldPath } : {}) },
        reason: note.reason,
        message,
        type: note.type,
        ...(scheduler
          ? {
              action: note.action ?? (note.reason === 'Scheduled' ? 'Binding' : 'Scheduling'),
              ...(note.related ? { related: referenceTo(note.related) } : {}),
              eventTime: `${new Date(now).toISOString().slice(0, -1)}000Z`,
              firstTimestamp: null,
              lastTimestamp: null,
              source: {},
              reportingInstance: `${component}-control-plane`,
            }
          : {
              count: 1,
              eventTime: null,
              firstTimestamp: at,
              lastTimestamp: at,
              source: { component, ...(host ? { host } : {}) },
              reportingInstance: host ?? '',
            }),
        reportingComponent: component,
      };
      unlessRefused(() => cluster.create('events', event));
    },
  };
}
