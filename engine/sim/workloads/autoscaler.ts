/** Autoscalers of a cluster without a metrics server: they keep to their bounds, and say that they can't do more. */
import { notFound, qualified } from '../errors.ts';
import { at, equal } from '../json.ts';
import type { Condition, SimObject } from '../types.ts';
import { readScale } from '../verbs/scale.ts';
import type { Controller, Kit } from './controller.ts';

/** Milliseconds between two looks, and from the second of its making to the first. */
const EVERY = 15_000;
const FIRST = 1_500;

interface Status {
  currentReplicas?: number;
  desiredReplicas: number;
  currentMetrics: object[] | null;
  conditions: Condition[];
  lastScaleTime?: string;
}

interface Metric {
  type: 'Resource' | 'ContainerResource' | 'Pods' | 'Object' | 'External';
  resource?: Source;
  containerResource?: Source & { container: string };
  pods?: Source;
  object?: Source & { describedObject: { kind: string; name: string } };
  external?: Source;
}

interface Source {
  name?: string;
  metric?: { name: string };
  target?: { type: string };
}

interface Spec {
  minReplicas?: number;
  maxReplicas: number;
  scaleTargetRef: { apiVersion?: string; kind: string; name: string };
  metrics?: Metric[];
}

export const autoscalers: Controller = {
  name: 'horizontal-pod-autoscaler',
  resource: 'horizontalpodautoscalers.autoscaling',
  kind: 'HorizontalPodAutoscaler',
  owns: [],
  // One that has been looked at waits for its next turn, whatever happens to it.
  concerns: (sight) => !sight.mentions('"conditions"'),
  sync(scaler, kit) {
    if (scaler.metadata.deletionTimestamp) return;
    const before = scaler.status as Partial<Status> | undefined;
    const young = FIRST - (kit.view.now - Date.parse(scaler.metadata.creationTimestamp ?? ''));
    if (young > 0 && !before?.conditions) {
      kit.again(young);
      return;
    }
    kit.again(EVERY);
    const status: Status = { desiredReplicas: 0, currentMetrics: null, ...before, conditions: [] };
    const conditions = [...(before?.conditions ?? [])];
    const say = (type: string, ok: boolean, reason: string, message: string) => {
      const found = conditions.findIndex((one) => one.type === type);
      const known = conditions[found];
      const said = ok ? 'True' : 'False';
      const lastTransitionTime = known?.status === said ? known.lastTransitionTime : kit.now;
      const next = { type, status: said, reason, message, ...(lastTransitionTime ? { lastTransitionTime } : {}) };
      conditions.splice(found < 0 ? conditions.length : found, found < 0 ? 0 : 1, next);
    };
    look(scaler, status, say, kit);
    status.conditions = conditions;
    if (!equal(status, before))
      kit.view.update('horizontalpodautoscalers.autoscaling', { ...scaler, status } as unknown as SimObject, 'status');
  },
};

type Say = (type: string, ok: boolean, reason: string, message: string) => void;

function look(scaler: SimObject, status: Status, say: Say, kit: Kit): void {
  const spec = scaler.spec as unknown as Spec;
  const warn = (reason: string, message: string) => kit.record(scaler, { type: 'Warning', reason, message });
  const target = targetOf(scaler, spec.scaleTargetRef, kit);
  if ('why' in target) {
    warn('FailedGetScale', target.why);
    say(
      'AbleToScale',
      false,
      'FailedGetScale',
      `the HPA controller was unable to get the target's current scale: ${target.why}`,
    );
    return;
  }
  const { current, wanted } = target;
  say('AbleToScale', true, 'SucceededGetScale', "the HPA controller was able to get the target's current scale");
  if (current > 0) status.currentReplicas = current;
  else delete status.currentReplicas;
  const { minReplicas = 1, maxReplicas, metrics = [] } = spec;
  if (wanted === 0 && minReplicas !== 0) {
    status.desiredReplicas = 0;
    say('ScalingActive', false, 'ScalingDisabled', 'scaling is disabled since the replica count of the target is zero');
    return;
  }
  const bound = wanted > maxReplicas ? maxReplicas : wanted < minReplicas ? minReplicas : undefined;
  if (bound !== undefined) {
    const over = wanted > maxReplicas;
    const reason = `Current number of replicas ${over ? 'above Spec.MaxReplicas' : 'below Spec.MinReplicas'}`;
    if (!target.scale(bound)) return;
    kit.record(scaler, {
      type: 'Normal',
      reason: 'SuccessfulRescale',
      message: `New size: ${bound}; reason: ${reason}`,
    });
    say('AbleToScale', true, 'SucceededRescale', `the HPA controller was able to update the target scale to ${bound}`);
    Object.assign(status, { desiredReplicas: bound, currentMetrics: null, lastScaleTime: kit.now });
    return;
  }
  const unknown = metrics.map((metric) => unmeasured(metric, scaler.metadata.namespace ?? ''));
  for (const { reason, message } of unknown) warn(reason, message);
  const [first] = unknown;
  if (!first) return;
  say('ScalingActive', false, first.reason, `the HPA was unable to compute the replica count: ${first.message}`);
  const count = unknown.length;
  warn(
    'FailedComputeMetricsReplicas',
    `invalid metrics (${count} invalid out of ${count}), first error is: failed to get ${first.what} metric value: ${first.message}`,
  );
  status.currentMetrics = unknown.map(() => ({ type: '' }));
}

interface Target {
  /** How many there are. */
  current: number;
  wanted: number;
  /** False where somebody else has just written it. */
  scale(to: number): boolean;
}

function targetOf(scaler: SimObject, ref: Spec['scaleTargetRef'], kit: Kit): Target | { why: string } {
  const { kernel } = kit.cluster;
  const [version = '', group = ''] = (ref.apiVersion ?? '').split('/').reverse();
  const info = kernel.registry.forKind(group, ref.kind);
  if (!info?.versions.includes(version))
    return { why: `no matches for kind ${JSON.stringify(ref.kind)} in group ${JSON.stringify(group)}` };
  if (!info.subresources.some(({ name }) => name === 'scale'))
    return { why: 'the server could not find the requested resource' };
  const namespace = scaler.metadata.namespace ?? '';
  const entry = kernel.store.entry(info, namespace, ref.name);
  if (!entry) return { why: notFound(info, ref.name).message };
  const { spec, status } = readScale(kernel, info, version, entry);
  const path = info.custom?.scale(version)?.specReplicasPath ?? '.spec.replicas';
  return {
    current: status.replicas,
    wanted: spec.replicas ?? 0,
    scale(to) {
      const steps = path.split('.').filter(Boolean);
      const patch = steps.reduceRight<unknown>((inner, step) => ({ [step]: inner }), to) as object;
      return kit.view.patch(qualified(info), kernel.store.object(info, entry), patch) !== undefined;
    },
  };
}

const NO_RESOURCE =
  'unable to fetch metrics from resource metrics API: the server could not find the requested resource (get pods.metrics.k8s.io)';
const NO_CUSTOM =
  'unable to fetch metrics from custom metrics API: no custom metrics API (custom.metrics.k8s.io) registered';

interface Unmeasured {
  reason: string;
  message: string;
  /** The kind of metric, in the sentence about all of them. */
  what: string;
}

/** Why there is no value: nothing in the cluster measures. */
function unmeasured(metric: Metric, namespace: string): Unmeasured {
  const source = at(metric, metric.type.charAt(0).toLowerCase() + metric.type.slice(1)) as Source | undefined;
  const name = source?.name ?? source?.metric?.name ?? '';
  const how = source?.target?.type === 'Utilization' ? 'utilization' : 'usage';
  const reason = `FailedGet${metric.type}Metric`;
  const measured = `failed to get ${name} ${how}: unable to get metrics for resource ${name}: ${NO_RESOURCE}`;
  switch (metric.type) {
    case 'Resource':
      return { reason, message: measured, what: `${name} resource` };
    case 'ContainerResource':
      return { reason, message: measured, what: `${metric.containerResource?.container} container` };
    case 'Pods':
      return { reason, message: `unable to get metric ${name}: ${NO_CUSTOM}`, what: 'pods' };
    case 'Object': {
      const { kind = '', name: of = '' } = metric.object?.describedObject ?? {};
      return {
        reason,
        message: `unable to get metric ${name}: ${kind} on ${namespace} ${of}/${NO_CUSTOM}`,
        what: 'object',
      };
    }
    default: {
      const missing = `the server could not find the requested resource (get ${name}.external.metrics.k8s.io)`;
      const message = `unable to get external metric ${namespace}/${name}/nil: unable to fetch metrics from external metrics API: ${missing}`;
      return { reason, message, what: `${name} external` };
    }
  }
}
