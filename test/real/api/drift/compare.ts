/** What of two servers' answers must be the same, and the first thing that isn't. */
import { parse } from 'yaml';
import { normalise, sortOwners } from '../../../conformance/golden.ts';
import type { Answer } from '../../../conformance/server.ts';

/** Chosen by each server for itself. */
const CHOSEN: [RegExp, string][] = [
  [/-----BEGIN CERTIFICATE-----[^"]*/g, 'CERTIFICATE'],
  [/"continue":\s?"[^"]+"/g, '"continue":"TOKEN"'],
  [/"description":\s"(?:[^"\\]|\\.)*",?/g, ''],
  [/\b10\.96\.\d+\.\d+\b/g, 'CLUSTERIP'],
  [/(nodePort\\*":)3\d{4}/g, '$10'],
  [/kube-api-access-\w{5}/g, 'kube-api-access-XXXXX'],
  [/"healthCheckNodePort":3\d{4}/g, '"healthCheckNodePort":0'],
  // A set's claims become volumes in the order of a map.
  [/(spec\.template\.spec\.volumes\[)\d+(?=\]\.(?:name|persistentVolumeClaim)\b)/g, '$1N'],
];

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // YAML is compared by what it says: two writers fold lines in two ways.
    return text.startsWith('apiVersion: ') ? parse(text) : text;
  }
}

/** What controllers have written, which only the real server has here. */
const CONTROLLERS = new Set(['kube-controller-manager', 'kube-scheduler']);
const OBSERVED = new Set([
  'Deployment',
  'ReplicaSet',
  'StatefulSet',
  'DaemonSet',
  'ReplicationController',
  'PodDisruptionBudget',
  'Job',
  'CronJob',
  'PersistentVolume',
  'PersistentVolumeClaim',
]);

interface Written {
  kind?: string;
  status?: unknown;
  metadata?: { managedFields?: { manager: string }[] };
}

function withoutControllers(object: Written, kind = object.kind): void {
  if (OBSERVED.has(kind ?? '')) delete object.status;
  const fields = object.metadata?.managedFields;
  if (fields && object.metadata) {
    object.metadata.managedFields = fields.filter((entry) => !CONTROLLERS.has(entry.manager));
    if (object.metadata.managedFields.length === 0) delete object.metadata.managedFields;
  }
}

/** The answer without times, ids, choices, and with its causes in one order: some servers' maps have none. */
export function comparable(answer: Answer, namespace: string): Record<string, unknown> {
  let text = normalise(answer.text.trim(), namespace);
  for (const [pattern, word] of CHOSEN) text = text.replace(pattern, word);
  const body = sortOwners(parsed(text));
  if (typeof body === 'object' && body !== null) {
    const { items, kind } = body as { items?: Written[]; kind?: string };
    withoutControllers(body as Written);
    const { rows } = body as { rows?: { cells?: unknown; object?: Written }[] };
    for (const row of rows ?? []) {
      // What a row says is compared by the conformance suite; here it would show what controllers did.
      delete row.cells;
      if (row.object) withoutControllers(row.object);
    }
    if (Array.isArray(items)) for (const item of items) withoutControllers(item, kind?.replace(/List$/, ''));
  }
  const result: Record<string, unknown> = { code: answer.code, body };
  // Over HTTP/2 they come as one text, over HTTP/1.1 as a list.
  const warnings = [answer.headers.warning ?? []].flat().join(', ');
  if (warnings) result.warning = warnings.split(/, (?=299 - )/).sort();
  const type = String(answer.headers['content-type'] ?? '');
  if (type) result.type = type;
  const status = body as { kind?: string; message?: string; details?: { causes?: object[] } };
  if (status?.kind === 'Status' && status.details?.causes) {
    // Some are told twice, where a kind checks its metadata once more.
    const causes = new Set(status.details.causes.map((cause) => JSON.stringify(cause)));
    status.details.causes = [...causes].sort() as unknown as object[];
    // The message is its causes in the order of the map.
    const list = /: \[(.*)\]$/s.exec(status.message ?? '');
    if (list) status.message = status.message!.replace(list[0], `: [${list[1]!.split(', ').sort().join(', ')}]`);
  }
  return result;
}

/** Where the two first differ, as `path: one | other`; empty where they don't. */
export function difference(one: unknown, other: unknown, path = ''): string {
  if (Object.is(one, other)) return '';
  if (
    typeof one !== 'object' ||
    typeof other !== 'object' ||
    one === null ||
    other === null ||
    Array.isArray(one) !== Array.isArray(other)
  )
    return `${path}: ${JSON.stringify(one)} | ${JSON.stringify(other)}`;
  const left = one as Record<string, unknown>;
  const right = other as Record<string, unknown>;
  for (const key of new Set([...Object.keys(left), ...Object.keys(right)])) {
    const found = difference(left[key], right[key], `${path}/${key}`);
    if (found) return found;
  }
  return '';
}
