/** Containers that are added to a running pod to look into it: what they may not have, and that they stay as they are. */
import { equal } from '../json.ts';
import type { Dict, SimObject } from '../types.ts';
import { dict, list, text } from './checks.ts';
import { denied, duplicate, type FieldError, missing } from './fielderror.ts';
import { validateContainer } from './podspec.ts';

const FIELD = 'spec.ephemeralContainers';
const UNFIT = [
  'ports',
  'livenessProbe',
  'readinessProbe',
  'startupProbe',
  'lifecycle',
  'resources',
  'resizePolicy',
  'restartPolicy',
];
const given = (value: unknown): boolean =>
  value !== undefined && !(Array.isArray(value) && value.length === 0) && !equal(value, {});

export function validateEphemeral(pod: SimObject, old: SimObject): FieldError[] {
  const spec = dict(pod.spec);
  const volumes = new Set(list(spec.volumes).map((volume) => text(volume.name)));
  const targets = [...list(spec.containers), ...list(spec.initContainers)].map(({ name }) => text(name));
  const names = new Set(targets);
  const errors: FieldError[] = [];
  for (const [index, one] of list(spec.ephemeralContainers).entries()) {
    const at = `${FIELD}[${index}]`;
    errors.push(
      ...validateContainer(one, at, { volumes, grace: 0, runs: 'beside', hostUsers: spec.hostUsers !== false }),
    );
    if (names.has(text(one.name))) errors.push(duplicate(`${at}.name`, one.name));
    names.add(text(one.name));
    for (const field of UNFIT)
      if (given(one[field])) errors.push(denied(`${at}.${field}`, 'cannot be set for an Ephemeral Container'));
    const target = text(one.targetContainerName);
    if (target && !targets.includes(target)) errors.push(missing(`${at}.targetContainerName`, target));
  }
  return [...errors, ...stay(list(spec.ephemeralContainers), list(dict(old.spec).ephemeralContainers))];
}

function stay(now: Dict[], before: Dict[]): FieldError[] {
  return before.flatMap((one) => {
    const same = now.find(({ name }) => name === one.name);
    if (!same) return [denied(FIELD, `existing ephemeral containers ${JSON.stringify(one.name)} may not be removed\n`)];
    return equal(same, one)
      ? []
      : [denied(FIELD, `existing ephemeral containers ${JSON.stringify(one.name)} may not be changed\n`)];
  });
}
