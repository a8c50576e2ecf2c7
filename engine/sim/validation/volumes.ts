/** Volumes of a pod, and how containers mount them. */
import { quantityValue } from '../schema/quantity.ts';
import { type Dict, isDict } from '../types.ts';
import { dict, list, oneOf, text } from './checks.ts';
import { denied, duplicate, type FieldError, invalid, missing, required } from './fielderror.ts';
import { validateHostPath } from './hostpath.ts';
import { dnsLabel } from './names.ts';

type Check = (of: Dict, field: string) => FieldError[];

const MODE = 'must be a number between 0 and 0777 (octal), both inclusive';

function mode(of: Dict, field: string, name: string): FieldError[] {
  const value = of[name];
  return typeof value === 'number' && (value < 0 || value > 0o777) ? [invalid(`${field}.${name}`, value, MODE)] : [];
}

/** A path below another one. */
function descending(path: string, field: string): FieldError[] {
  const errors = path.startsWith('/') ? [invalid(field, path, 'must be a relative path')] : [];
  if (path.split('/').includes('..')) errors.push(invalid(field, path, "must not contain '..'"));
  return errors;
}

function keyToPath(item: Dict, field: string): FieldError[] {
  const path = text(item.path);
  const errors = text(item.key) ? [] : [required(`${field}.key`)];
  if (!path) return [...errors, required(`${field}.path`)];
  errors.push(...descending(path, `${field}.path`));
  if (/^\.\.[^/]/.test(path)) errors.push(invalid(`${field}.path`, path, "must not start with '..'"));
  return [...errors, ...mode(item, field, 'mode')];
}

/** Files from the keys of an object whose name is in `name`. */
const files =
  (name: string): Check =>
  (of, field) => [
    ...(text(of[name]) ? [] : [required(`${field}.${name}`)]),
    ...mode(of, field, 'defaultMode'),
    ...list(of.items).flatMap((item, index) => keyToPath(item, `${field}.items[${index}]`)),
  ];

/** Every kind of volume in the order in which a server looks for it; of two, the later is one too many. */
const KINDS: [name: string, check?: Check][] = [
  [
    'emptyDir',
    (of, field) =>
      of.sizeLimit !== undefined && quantityValue(String(of.sizeLimit)) < 0
        ? [denied(`${field}.sizeLimit`, 'SizeLimit field must be a valid resource quantity')]
        : [],
  ],
  ['hostPath', validateHostPath],
  ['gitRepo'],
  ['gcePersistentDisk'],
  ['awsElasticBlockStore'],
  ['secret', files('secretName')],
  [
    'nfs',
    (of, field) => [
      ...(text(of.server) ? [] : [required(`${field}.server`)]),
      ...(text(of.path) ? [] : [required(`${field}.path`)]),
      ...(text(of.path) && !text(of.path).startsWith('/')
        ? [invalid(`${field}.path`, of.path, 'must be an absolute path')]
        : []),
    ],
  ],
  ['iscsi'],
  ['glusterfs'],
  ['flocker'],
  ['persistentVolumeClaim', (of, field) => (text(of.claimName) ? [] : [required(`${field}.claimName`)])],
  ['rbd'],
  ['cinder'],
  ['cephfs'],
  ['quobyte'],
  ['downwardAPI', (of, field) => mode(of, field, 'defaultMode')],
  ['fc'],
  ['flexVolume'],
  ['configMap', files('name')],
  ['azureFile'],
  ['vsphereVolume'],
  ['photonPersistentDisk'],
  ['portworxVolume'],
  ['azureDisk'],
  ['storageos'],
  ['projected', (of, field) => mode(of, field, 'defaultMode')],
  ['scaleIO'],
  ['csi'],
  ['ephemeral'],
  ['image'],
];

function source(volume: Dict, field: string): FieldError[] {
  const [first, ...more] = KINDS.filter(([name]) => isDict(volume[name]));
  if (!first) return [required(field, 'must specify a volume type')];
  const [name, check] = first;
  return [
    ...(check?.(dict(volume[name]), `${field}.${name}`) ?? []),
    ...more.map(([other]) => denied(`${field}.${other}`, 'may not specify more than 1 volume type')),
  ];
}

/** The names of the volumes go into `names`. */
export function validateVolumes(volumes: readonly Dict[], field: string, names: Set<string>): FieldError[] {
  return volumes.flatMap((volume, index) => {
    const where = `${field}[${index}]`;
    const name = text(volume.name);
    const errors = source(volume, where);
    if (!name) errors.push(required(`${where}.name`));
    else errors.push(...dnsLabel(name).map((problem) => invalid(`${where}.name`, name, problem)));
    if (names.has(name)) errors.push(duplicate(`${where}.name`, name));
    names.add(name);
    return errors;
  });
}

function propagation(mount: Dict, privileged: boolean, field: string): FieldError[] {
  const errors = oneOf(mount, field, 'mountPropagation', ['Bidirectional', 'HostToContainer', 'None']);
  if (mount.mountPropagation === 'Bidirectional' && !privileged)
    errors.push(
      denied(`${field}.mountPropagation`, 'Bidirectional mount propagation is available only to privileged containers'),
    );
  return errors;
}

function recursive(mount: Dict, field: string): FieldError[] {
  const errors = oneOf(mount, field, 'recursiveReadOnly', ['Disabled', 'Enabled', 'IfPossible']);
  const wants = mount.recursiveReadOnly === 'Enabled' || mount.recursiveReadOnly === 'IfPossible';
  if (wants && mount.readOnly !== true)
    errors.push(denied(`${field}.recursiveReadOnly`, 'may only be specified when readOnly is true'));
  return errors;
}

export function validateMounts(container: Dict, field: string, volumes: ReadonlySet<string>): FieldError[] {
  const errors: FieldError[] = [];
  const paths = new Set<string>();
  const privileged = dict(container.securityContext).privileged === true;
  for (const [index, mount] of list(container.volumeMounts).entries()) {
    const at = `${field}[${index}]`;
    const [name, path, below, computed] = [mount.name, mount.mountPath, mount.subPath, mount.subPathExpr].map(text);
    if (!name) errors.push(required(`${at}.name`));
    if (!path) errors.push(required(`${at}.mountPath`));
    else if (paths.has(path)) errors.push(invalid(`${at}.mountPath`, path, 'must be unique'));
    paths.add(path!);
    if (!volumes.has(name!)) errors.push(missing(`${at}.name`, name));
    if (below) errors.push(...descending(below, `${field}.subPath`));
    if (computed) {
      if (below) errors.push(invalid(`${at}.subPathExpr`, computed, 'subPathExpr and subPath are mutually exclusive'));
      errors.push(...descending(computed, `${field}.subPathExpr`));
    }
    errors.push(...propagation(mount, privileged, field), ...recursive(mount, field));
  }
  return errors;
}
