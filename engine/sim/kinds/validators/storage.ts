/** Volumes, claims, classes. */
import { at, equal } from '../../json.ts';
import { quantityValue } from '../../schema/quantity.ts';
import type { Dict, SimObject } from '../../types.ts';
import { dict, named, oneOf, text, validateSelector, words } from '../../validation/checks.ts';
import { denied, type FieldError, immutable, invalid, required, unsupported } from '../../validation/fielderror.ts';
import { validateHostPath } from '../../validation/hostpath.ts';
import { qualifiedName, subdomain } from '../../validation/names.ts';

const MODES = ['ReadOnlyMany', 'ReadWriteMany', 'ReadWriteOnce', 'ReadWriteOncePod'];
const RECLAIM = ['Delete', 'Recycle', 'Retain'];
const VOLUME_MODES = ['Block', 'Filesystem'];
const POSITIVE = 'must be greater than zero';

function accessModes(spec: Dict, field: string): FieldError[] {
  const modes = words(spec.accessModes);
  const errors = modes
    .filter((mode) => !MODES.includes(mode))
    .map((mode) => unsupported(`${field}.accessModes`, mode, MODES));
  const others = modes.some((mode) => mode !== 'ReadWriteOncePod' && MODES.includes(mode));
  if (modes.includes('ReadWriteOncePod') && others)
    errors.push(denied(`${field}.accessModes`, 'may not use ReadWriteOncePod with other access modes'));
  return errors;
}

const positive = (value: unknown, field: string): FieldError[] =>
  quantityValue(String(value)) > 0 ? [] : [invalid(field, String(value), POSITIVE)];

export function claimSpec(spec: Dict, field: string): FieldError[] {
  const errors: FieldError[] = [];
  if (words(spec.accessModes).length === 0)
    errors.push(required(`${field}.accessModes`, 'at least 1 access mode is required'));
  if (spec.selector) errors.push(...validateSelector(dict(spec.selector), `${field}.selector`));
  errors.push(...accessModes(spec, field));
  const storage = at(spec, 'resources', 'requests', 'storage');
  if (storage === undefined) errors.push(required(`${field}.resources[storage]`));
  else errors.push(...positive(storage, `${field}.resources[storage]`));
  if (text(spec.storageClassName)) errors.push(...named(subdomain, spec.storageClassName, `${field}.storageClassName`));
  errors.push(...oneOf(spec, field, 'volumeMode', VOLUME_MODES));
  return errors;
}

export function claim(object: SimObject, old: SimObject | undefined): FieldError[] {
  const spec = dict(object.spec);
  const errors = claimSpec(spec, 'spec');
  if (!old) return errors;
  const fixed = (from: unknown): Dict => {
    const {
      resources: _resources,
      volumeAttributesClassName: _class,
      volumeName,
      storageClassName,
      ...rest
    } = dict(from);
    // A claim without a volume may still be bound, and one without a class be given its class.
    const bound = at(old, 'spec', 'volumeName') !== undefined;
    const classed = at(old, 'spec', 'storageClassName') !== undefined;
    return { ...rest, ...(bound ? { volumeName } : {}), ...(classed ? { storageClassName } : {}) };
  };
  if (!equal(fixed(spec), fixed(old.spec)))
    errors.push(
      denied(
        'spec',
        'spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims',
      ),
    );
  const amount = (from: SimObject, ...path: string[]): number =>
    quantityValue(String(at(from, ...path, 'storage') ?? ''));
  const [asked, before] = [object, old].map((one) => amount(one, 'spec', 'resources', 'requests')) as [number, number];
  if (asked < before && asked <= amount(old, 'status', 'capacity'))
    errors.push(denied('spec.resources.requests.storage', 'field can not be less than status.capacity'));
  return errors;
}

/** What a volume is made of; exactly one of them. */
const NOT_SOURCES = new Set([
  'accessModes',
  'capacity',
  'claimRef',
  'mountOptions',
  'nodeAffinity',
  'persistentVolumeReclaimPolicy',
  'storageClassName',
  'volumeAttributesClassName',
  'volumeMode',
]);

export function volume(object: SimObject, old: SimObject | undefined): FieldError[] {
  const spec = dict(object.spec);
  const errors: FieldError[] = [];
  if (words(spec.accessModes).length === 0) errors.push(required('spec.accessModes'));
  errors.push(...accessModes(spec, 'spec'));
  const capacity = dict(spec.capacity);
  const names = Object.keys(capacity);
  if (names.length === 0) errors.push(required('spec.capacity'));
  if (names.length !== 1 || names[0] !== 'storage')
    errors.push(unsupported('spec.capacity', spec.capacity ?? null, ['storage']));
  for (const name of names) errors.push(...positive(capacity[name], `spec.capacity[${name}]`));
  errors.push(...oneOf(spec, 'spec', 'persistentVolumeReclaimPolicy', RECLAIM));
  const sources = Object.keys(spec).filter((name) => !NOT_SOURCES.has(name));
  if (sources.length === 0) errors.push(required('spec', 'must specify a volume type'));
  for (const name of sources.slice(1)) errors.push(denied(`spec.${name}`, 'may not specify more than 1 volume type'));
  if (spec.hostPath) errors.push(...validateHostPath(dict(spec.hostPath), 'spec.hostPath'));
  if (text(at(spec, 'hostPath', 'path')) === '/' && spec.persistentVolumeReclaimPolicy === 'Recycle')
    errors.push(denied('spec.persistentVolumeReclaimPolicy', "may not be 'recycle' for a hostPath mount of '/'"));
  if (text(spec.storageClassName)) errors.push(...named(subdomain, spec.storageClassName, 'spec.storageClassName'));
  errors.push(...oneOf(spec, 'spec', 'volumeMode', VOLUME_MODES));
  if (!old) return errors;
  const source = (from: unknown): Dict =>
    Object.fromEntries(Object.entries(dict(from)).filter(([name]) => !NOT_SOURCES.has(name)));
  if (!equal(source(spec), source(old.spec)))
    errors.push(denied('spec.persistentvolumesource', 'spec.persistentvolumesource is immutable after creation'));
  if (!equal(spec.volumeMode, at(old, 'spec', 'volumeMode')))
    errors.push(immutable('spec.volumeMode', spec.volumeMode));
  return errors;
}

export function storageClass(object: SimObject, old: SimObject | undefined): FieldError[] {
  const provisioner = text(object.provisioner);
  const errors = provisioner
    ? qualifiedName(provisioner.toLowerCase()).map((problem) =>
        invalid('provisioner', provisioner.toLowerCase(), problem),
      )
    : [required('provisioner')];
  const parameters = dict(object.parameters);
  if (Object.hasOwn(parameters, '')) errors.push(invalid('parameters', '', 'field can not be empty.'));
  errors.push(
    ...oneOf(object, '', 'reclaimPolicy', ['Delete', 'Retain']),
    ...oneOf(object, '', 'volumeBindingMode', ['Immediate', 'WaitForFirstConsumer']),
  );
  for (const error of errors) error.field = error.field.replace(/^\./, '');
  if (!old) return errors;
  if (!equal(object.parameters, old.parameters))
    errors.push(denied('parameters', 'updates to parameters are forbidden.'));
  if (object.provisioner !== old.provisioner)
    errors.push(denied('provisioner', 'updates to provisioner are forbidden.'));
  if (object.reclaimPolicy !== old.reclaimPolicy)
    errors.push(denied('reclaimPolicy', 'updates to reclaimPolicy are forbidden.'));
  if (object.volumeBindingMode !== old.volumeBindingMode)
    errors.push(immutable('volumeBindingMode', object.volumeBindingMode));
  return errors;
}
