/** Takes away pods that nobody else would: their node is there no more, or they ended long ago and are too many. */
import { disrupted } from '../kinds/disrupted.ts';
import type { SimObject } from '../types.ts';
import type { Controller, Kit } from './controller.ts';
import { isDone, statusOf } from './template.ts';

/** Milliseconds that a node may be gone, for it may come back. */
const QUARANTINE = 40_000;
/** So many pods that have ended may be left. */
const MOST = 12_500;

const FORCED = { gracePeriodSeconds: 0 };

/** Of pods whose node is not there: nobody on it can say that they have ended. */
export function orphanCollector(): Controller {
  const since = new Map<string, number>();
  return {
    name: 'pod-garbage-collector',
    resource: 'nodes',
    kind: 'Node',
    owns: [],
    also: {
      pods: ({ fields: { 'spec.nodeName': node } }, view) =>
        node && view.sight('nodes', '', node) === undefined ? [`/${node}`] : [],
    },
    sync(node) {
      since.delete(node.metadata.name);
    },
    gone(_namespace, node, kit) {
      const pods = [...kit.view.sights('pods')].filter(({ fields }) => fields['spec.nodeName'] === node);
      if (pods.length === 0) {
        since.delete(node);
        return;
      }
      const first = since.get(node) ?? kit.view.now;
      since.set(node, first);
      const left = first + QUARANTINE - kit.view.now;
      if (left > 0) kit.again(left);
      else for (const { object } of pods) collect(object, kit, 'PodGC: node no longer exists');
    },
  };
}

/** `most`: of those that have ended, how many are left. */
export function endedCollector(most = MOST): Controller {
  /** When each was created, oldest first to go. */
  const ended = new Map<string, string>();
  return {
    name: 'pod-garbage-collector',
    resource: 'pods',
    kind: 'Pod',
    owns: [],
    concerns: (pod) =>
      /^(Succeeded|Failed)$/.test(pod.fields['status.phase'] ?? '') ||
      (!pod.fields['spec.nodeName'] && pod.mentions('"deletionTimestamp"')),
    sync(pod, kit) {
      const { namespace = '', name, creationTimestamp = '', deletionTimestamp } = pod.metadata;
      const key = `${namespace}/${name}`;
      if (!isDone(pod)) {
        ended.delete(key);
        if (deletionTimestamp && !(pod.spec as { nodeName?: string }).nodeName) collect(pod, kit);
        return;
      }
      if (deletionTimestamp) return;
      ended.set(key, creationTimestamp);
      while (ended.size > most) drop(ended, kit);
    },
    gone(namespace, name) {
      ended.delete(`${namespace}/${name}`);
    },
  };
}

function drop(ended: Map<string, string>, kit: Kit): void {
  let [oldest, since] = ['', ''];
  for (const [key, created] of ended) if (!oldest || created < since) [oldest, since] = [key, created];
  ended.delete(oldest);
  const [namespace = '', name = ''] = oldest.split('/');
  const pod = kit.view.get('pods', namespace, name);
  if (pod && isDone(pod)) collect(pod, kit);
}

/** A pod that has not ended is told to have failed, and goes at once; `why` it is disrupted, where it is. */
function collect(pod: SimObject, kit: Kit, why?: string): void {
  if (!isDone(pod)) {
    const told = why === undefined ? pod : disrupted(pod, 'DeletionByPodGC', why, kit.now);
    kit.view.update('pods', { ...told, status: { ...statusOf(told), phase: 'Failed' } } as SimObject, 'status');
  }
  kit.view.delete('pods', pod, FORCED);
}
