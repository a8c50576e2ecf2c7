/** New amounts for the containers of a living pod: only processors and memory, none of them gone, and the pod's class stays. */
import { equal } from '../json.ts';
import type { Dict, SimObject } from '../types.ts';
import { dict, list, text } from './checks.ts';
import { denied, type FieldError, invalid } from './fielderror.ts';

const PARTS = ['containers', 'initContainers'];
const AMOUNTS = ['requests', 'limits'];
const MUTABLE = ['cpu', 'memory'];

const fixed = (container: Dict): Dict[] =>
  AMOUNTS.map((part) =>
    Object.fromEntries(
      Object.entries(dict(dict(container.resources)[part])).filter(([name]) => !MUTABLE.includes(name)),
    ),
  );

function removed(container: Dict, before: Dict, field: string): FieldError[] {
  return AMOUNTS.flatMap((part) => {
    const [now, then] = [container, before].map((one) => dict(dict(one.resources)[part])) as [Dict, Dict];
    return MUTABLE.some((name) => then[name] !== undefined && now[name] === undefined)
      ? [denied(`${field}.resources.${part}`, `resource ${part} cannot be removed`)]
      : [];
  });
}

export function validateResize(pod: SimObject, old: SimObject, qosOf: (spec: Dict) => string): FieldError[] {
  const [spec, before] = [dict(pod.spec), dict(old.spec)];
  const errors: FieldError[] = [];
  const qos = text(dict(old.status).qosClass) || qosOf(before);
  if (qosOf(spec) !== qos) errors.push(invalid('spec', qos, 'Pod QOS Class may not change as a result of resizing'));
  for (const part of PARTS)
    for (const [index, one] of list(spec[part]).entries())
      errors.push(...removed(one, dict(list(before[part])[index]), `spec.${part}[${index}]`));
  if (PARTS.some((part) => !equal(list(spec[part]).map(fixed), list(before[part]).map(fixed))))
    errors.push(denied('spec', 'only cpu and memory resources are mutable'));
  return errors;
}
