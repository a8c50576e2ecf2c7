/** LimitRanges: what containers get that say nothing, and what containers, pods and claims may ask for. */
import { forbidden, qualified } from '../errors.ts';
import { at } from '../json.ts';
import type { Kernel } from '../kernel.ts';
import type { ResourceInfo } from '../resources/info.ts';
import { canonicalQuantity } from '../schema/quantity.ts';
import type { Dict, SimObject } from '../types.ts';
import { type Amount, amountOf, dict, dicts, podAmounts, shown } from './amounts.ts';

type Amounts = ReadonlyMap<string, Amount>;

/** The limits of each LimitRange of a namespace. */
function* rangesOf(kernel: Kernel, namespace: string): Generator<Dict[]> {
  const info = kernel.registry.get('limitranges');
  const collection = kernel.store.collection(info.storageKey);
  if (!collection.hasIn(namespace)) return;
  for (const entry of collection.entriesIn(namespace))
    yield dicts(at(kernel.store.object(info, entry), 'spec', 'limits'));
}

/** Completes the containers of a pod. */
export function applyLimits(kernel: Kernel, pod: SimObject, spec: Dict): void {
  const all: [Dict, string][] = [
    ...dicts(spec.containers).map((one): [Dict, string] => [one, 'container']),
    ...dicts(spec.initContainers).map((one): [Dict, string] => [one, 'init container']),
  ];
  for (const limits of rangesOf(kernel, pod.metadata.namespace ?? '')) {
    const own = limits.filter(({ type }) => type === 'Container');
    const given = all.flatMap(([container, what]) => own.flatMap((limit) => complete(container, what, limit)));
    if (given.length > 0)
      pod.metadata.annotations = {
        ...pod.metadata.annotations,
        'kubernetes.io/limit-ranger': `LimitRanger plugin set: ${given.join('; ')}`,
      };
  }
}

const PARTS = [
  ['requests', 'request', 'defaultRequest'],
  ['limits', 'limit', 'default'],
] as const;

function complete(container: Dict, what: string, limit: Dict): string[] {
  const resources = dict(container.resources);
  container.resources = resources;
  return PARTS.flatMap(([part, word, source]) => {
    const amounts = dict(resources[part]);
    const missing = Object.keys(dict(limit[source]))
      .filter((name) => amounts[name] === undefined)
      .sort();
    if (missing.length === 0) return [];
    for (const name of missing) amounts[name] = dict(limit[source])[name];
    resources[part] = amounts;
    return [`${missing.join(', ')} ${word} for ${what} ${String(container.name)}`];
  });
}

/** Refuses a pod or a claim that is out of the bounds of its namespace. */
export function checkLimits(kernel: Kernel, info: ResourceInfo, object: SimObject, old?: SimObject): void {
  const resource = info.custom ? '' : qualified(info);
  if (resource !== 'persistentvolumeclaims' && (resource !== 'pods' || old)) return;
  for (const limits of rangesOf(kernel, object.metadata.namespace ?? '')) {
    const check = resource === 'pods' ? podBounds : claimBounds;
    const wrong = [...new Set(limits.flatMap((limit) => check(dict(object.spec), limit)))];
    if (wrong.length > 0)
      throw forbidden(info, object.metadata.name, wrong.length === 1 ? wrong[0]! : `[${wrong.join(', ')}]`);
  }
}

function claimBounds(spec: Dict, limit: Dict): string[] {
  if (limit.type !== 'PersistentVolumeClaim') return [];
  const asked = asAmounts(at(spec, 'resources', 'requests'));
  return [...least(limit, asked, new Map()), ...mostAsked(limit, asked)];
}

function podBounds(spec: Dict, limit: Dict): string[] {
  if (limit.type === 'Pod') return bounds(limit, podAmounts(spec, 'requests'), podAmounts(spec, 'limits'));
  if (limit.type !== 'Container') return [];
  return [...dicts(spec.containers), ...dicts(spec.initContainers)].flatMap((container) =>
    bounds(limit, asAmounts(at(container, 'resources', 'requests')), asAmounts(at(container, 'resources', 'limits'))),
  );
}

const asAmounts = (given: unknown): Amounts =>
  new Map(Object.entries(dict(given)).map(([name, value]) => [name, amountOf(value)]));

const bounds = (limit: Dict, requests: Amounts, limits: Amounts): string[] => [
  ...least(limit, requests, limits),
  ...most(limit, requests, limits),
  ...ratios(limit, requests, limits),
];

const each = (limit: Dict, bound: string, check: (name: string, bound: Amount, text: string) => string | undefined) =>
  Object.entries(dict(limit[bound])).flatMap(
    ([name, value]) => check(name, amountOf(value), canonicalQuantity(String(value)) ?? String(value)) ?? [],
  );

const least = (limit: Dict, requests: Amounts, limits: Amounts): string[] =>
  each(limit, 'min', (name, bound, text) => {
    const usage = `minimum ${name} usage per ${String(limit.type)} is ${text}`;
    const [request, ceiling] = [requests.get(name), limits.get(name)];
    if (!request) return `${usage}.  No request is specified`;
    if (request.nano < bound.nano) return `${usage}, but request is ${shown(request)}`;
    return ceiling && ceiling.nano < bound.nano ? `${usage}, but limit is ${shown(ceiling)}` : undefined;
  });

const most = (limit: Dict, requests: Amounts, limits: Amounts): string[] =>
  each(limit, 'max', (name, bound, text) => {
    const usage = `maximum ${name} usage per ${String(limit.type)} is ${text}`;
    const [request, ceiling] = [requests.get(name), limits.get(name)];
    if (!ceiling) return `${usage}.  No limit is specified`;
    if (ceiling.nano > bound.nano) return `${usage}, but limit is ${shown(ceiling)}`;
    return request && request.nano > bound.nano ? `${usage}, but request is ${shown(request)}` : undefined;
  });

const mostAsked = (limit: Dict, requests: Amounts): string[] =>
  each(limit, 'max', (name, bound, text) => {
    const usage = `maximum ${name} usage per ${String(limit.type)} is ${text}`;
    const request = requests.get(name);
    if (!request) return `${usage}.  No request is specified`;
    return request.nano > bound.nano ? `${usage}, but request is ${shown(request)}` : undefined;
  });

const ratios = (limit: Dict, requests: Amounts, limits: Amounts): string[] =>
  each(limit, 'maxLimitRequestRatio', (name, bound, text) => {
    const ratio = `${name} max limit to request ratio per ${String(limit.type)} is ${text}`;
    const [request, ceiling] = [requests.get(name), limits.get(name)];
    if (!request || request.nano === 0n) return `${ratio}, but no request is specified or request is 0`;
    if (!ceiling || ceiling.nano === 0n) return `${ratio}, but no limit is specified or limit is 0`;
    const given = Number(ceiling.nano) / Number(request.nano);
    return given > Number(bound.nano) / 1e9 ? `${ratio}, but provided ratio is ${given.toFixed(6)}` : undefined;
  });
