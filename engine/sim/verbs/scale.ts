/** The scale subresource: replicas of whatever has them, in one shape. */

import type { Shape } from '../admission/chain.ts';
import { ApiError, badRequest, conflict, internalError, MODIFIED } from '../errors.ts';
import { at, clone, setKey } from '../json.ts';
import type { Kernel, WriteContext } from '../kernel.ts';
import type { ResourceInfo } from '../resources/info.ts';
import type { Entry } from '../store/entry.ts';
import { selectorText } from '../table/cells.ts';
import { humanDuration } from '../table/duration.ts';
import { type Dict, isDict, type Labels, type SimObject } from '../types.ts';
import { invalid, invalidObject } from '../validation/fielderror.ts';
import type { Work } from '../work.ts';
import { current, inVersion } from './common.ts';
import { update } from './update.ts';

interface Paths {
  spec: string[];
  status: string[];
  /** Of a selector in text form; built-in kinds have one as an object. */
  selector: string[] | undefined;
}

const BUILTIN: Paths = { spec: ['spec', 'replicas'], status: ['status', 'replicas'], selector: undefined };
const steps = (path: string): string[] => path.split('.').filter(Boolean);

function pathsOf(info: ResourceInfo, version: string): Paths {
  const custom = info.custom?.scale(version);
  if (!custom) return BUILTIN;
  return {
    spec: steps(custom.specReplicasPath),
    status: steps(custom.statusReplicasPath),
    selector: custom.labelSelectorPath ? steps(custom.labelSelectorPath) : undefined,
  };
}

function selectorOf(info: ResourceInfo, object: SimObject, paths: Paths): string {
  if (info.custom) return paths.selector ? String(at(object, ...paths.selector) ?? '') : '';
  const selector = at(object, 'spec', 'selector');
  // A ReplicationController's is a plain map.
  const text = selectorText(info.group === '' ? { matchLabels: selector as Labels } : selector);
  return text === '<none>' ? '' : text;
}

export interface Scale extends Dict {
  metadata: Dict;
  spec: { replicas?: number };
  status: { replicas: number; selector?: string };
}

/** An object's Scale, of autoscaling/v1. */
export function readScale(kernel: Kernel, info: ResourceInfo, version: string, entry: Entry): Scale {
  const object = inVersion(kernel, info, entry, version);
  const wanted = at(object, ...pathsOf(info, version).spec);
  if (info.custom && (wanted === undefined || wanted === null)) {
    const why = `the spec replicas field "${info.custom.scale(version)?.specReplicasPath}" does not exist`;
    throw new ApiError(internalError(why));
  }
  return scaleOf(info, version, object);
}

function scaleOf(info: ResourceInfo, version: string, object: SimObject): Scale {
  const paths = pathsOf(info, version);
  const { name, namespace, uid, resourceVersion, creationTimestamp } = object.metadata;
  const wanted = at(object, ...paths.spec);
  const selector = selectorOf(info, object, paths);
  return {
    kind: 'Scale',
    apiVersion: 'autoscaling/v1',
    metadata: { name, ...(namespace ? { namespace } : {}), uid, resourceVersion, creationTimestamp },
    spec: typeof wanted === 'number' && wanted !== 0 ? { replicas: wanted } : {},
    status: { replicas: Number(at(object, ...paths.status) ?? 0), ...(selector ? { selector } : {}) },
  };
}

/** As kubectl shows a Scale. */
export function scaleTable({ metadata, spec, status }: Scale, now: number, metaVersion: string): object {
  const column = (name: string, type: string) => ({ name, type, format: '', description: '', priority: 0 });
  const age = humanDuration(now - Date.parse(String(metadata.creationTimestamp)));
  return {
    kind: 'Table',
    apiVersion: `meta.k8s.io/${metaVersion}`,
    metadata: { resourceVersion: metadata.resourceVersion },
    columnDefinitions: [
      column('Name', 'string'),
      column('Desired', 'integer'),
      column('Available', 'integer'),
      column('Age', 'string'),
    ],
    rows: [
      {
        cells: [metadata.name, spec.replicas ?? 0, status.replicas, age],
        object: { kind: 'PartialObjectMetadata', apiVersion: `meta.k8s.io/${metaVersion}`, metadata },
      },
    ],
  };
}

/** Whether anybody owns a field. A Scale has the owners of the replicas; where there are none, nobody comes to own them by it. */
const isOwned = ({ metadata }: SimObject, path: readonly string[]): boolean =>
  (metadata.managedFields ?? []).some(
    (entry) => at(entry, 'fieldsV1', ...path.map((step) => `f:${step}`)) !== undefined,
  );

/** Writes the replicas of a Scale to its object. */
export function* writeScale(
  kernel: Kernel,
  info: ResourceInfo,
  namespace: string,
  name: string,
  scale: Dict,
  context: WriteContext,
): Work<Entry> {
  const entry = current(kernel, info, namespace, name);
  const replicas = at(scale, 'spec', 'replicas') ?? 0;
  // A custom resource is looked at by its own rules.
  if (typeof replicas !== 'number' || (replicas < 0 && !info.custom))
    throw invalidObject('autoscaling', 'Scale', name, [
      invalid('spec.replicas', replicas, 'must be greater than or equal to 0'),
    ]);
  const given = at(scale, 'metadata', 'name');
  if (given && given !== name)
    throw badRequest(`the name of the object (${String(given)}) does not match the name on the URL (${name})`);
  const asked = at(scale, 'metadata', 'resourceVersion');
  if (asked && asked !== String(entry.rev)) throw conflict(info, name, MODIFIED);
  const object = clone(inVersion(kernel, info, entry, context.version));
  const path = pathsOf(info, context.version).spec;
  const write = (to: SimObject, amount: unknown): void => {
    let here = to as unknown as Dict;
    for (const step of path.slice(0, -1)) {
      if (!isDict(here[step])) setKey(here, step, {});
      here = here[step] as Dict;
    }
    setKey(here, path.at(-1) ?? 'replicas', amount);
  };
  write(object, replicas);
  const shape: Shape = {
    show: (one) => scaleOf(info, context.version, one) as unknown as SimObject,
    take: (shown, one) => write(one, at(shown, 'spec', 'replicas') ?? 0),
  };
  return (yield* update(kernel, info, object, context, { fromPatch: true, tracked: isOwned(object, path), shape }))
    .entry;
}
