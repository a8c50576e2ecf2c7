import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { REAL } from './connection.ts';

const path = (name: string): string => fileURLToPath(new URL(`./golden/${name}`, import.meta.url));

export const readYaml = (name: string): unknown => parse(readFileSync(path(name), 'utf8'));

/** Set while the answers of a real server are being recorded: CONFORMANCE_RECORD=1 beside CONFORMANCE_KUBECONFIG. */
export const RECORDING = REAL !== '' && process.env.CONFORMANCE_RECORD === '1';

/** Answers kept in a file, a line each: name, tab, JSON. A real server's run with RECORDING writes them; every other run compares. */
export class Golden {
  private readonly file: string;
  private readonly kept: Record<string, unknown>;

  constructor(name: string) {
    this.file = path(name);
    this.kept = {};
    if (RECORDING || !existsSync(this.file)) return;
    for (const line of readFileSync(this.file, 'utf8').split('\n')) {
      const tab = line.indexOf('\t');
      if (tab > 0) this.kept[line.slice(0, tab)] = JSON.parse(line.slice(tab + 1)) as unknown;
    }
  }

  /** What the answer must equal; while recording, the answer itself. */
  expected(name: string, answer: unknown): unknown {
    if (RECORDING) this.kept[name] = answer;
    return this.kept[name];
  }

  save(): void {
    if (!RECORDING) return;
    const lines = Object.entries(this.kept).map(([name, answer]) => `${name}\t${JSON.stringify(answer)}\n`);
    writeFileSync(this.file, lines.join(''));
  }
}

const VOLATILE: [RegExp, string][] = [
  [/\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z/g, 'TIME'],
  [/"storageVersionHash":"[^"]+"/g, '"storageVersionHash":"HASH"'],
  [/"description":"(?:[^"\\]|\\.)*",?/g, ''],
  [/resourceVersion: "\d+"/g, 'resourceVersion: "RV"'],
  [/(resourceVersion\\*":\\*")\d+/g, '$1RV'],
  [/in record \(\d+\)/g, 'in record (RV)'],
  [/selfType\d+/g, 'selfType'],
  [/\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/g, 'UID'],
];

/** The answer's text with times, uids, versions and the test's namespace replaced by words. */
export function normalise(text: string, namespace = ''): string {
  let result = text.replace(/"resourceVersion":\s?"\d+"/g, '"resourceVersion":"RV"');
  if (text.includes('"kind":"Table"')) result = result.replace(/"(\d+[smhdy]){1,2}"/g, '"AGE"');
  for (const [pattern, word] of VOLATILE) result = result.replace(pattern, word);
  return namespace ? result.replaceAll(namespace, 'NS') : result;
}

/** The value with managedFields in the order of their owners: with times a second apart they have another. */
export function sortOwners(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortOwners);
  if (typeof value !== 'object' || value === null) return value;
  const result: Record<string, unknown> = {};
  for (const [key, item] of Object.entries(value)) {
    result[key] = sortOwners(item);
    if (key === 'managedFields' && Array.isArray(item))
      result[key] = item.map(sortOwners).sort((a, b) => (owner(a) < owner(b) ? -1 : 1));
  }
  return result;
}

const owner = (entry: unknown): string => {
  const { manager, operation, subresource } = entry as Record<string, string>;
  return `${operation} ${manager} ${subresource}`;
};
