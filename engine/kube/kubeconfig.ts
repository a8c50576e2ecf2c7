/** Kubeconfig files, found, read and merged as kubectl does it. Nothing here connects to anything. */
import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, dirname, isAbsolute, join, resolve } from 'node:path';
import { parseDocument } from 'yaml';
import { KubeError } from './types.ts';

export type Environment = Record<string, string | undefined>;

/** A mapping as the file has it: every scalar is a string. */
export type Fields = Record<string, unknown>;

/** One named entry and the file it stands in: its relative paths are relative to that file's folder. */
export interface Entry {
  name: string;
  fields: Fields;
  file: string;
}

export interface Kubeconfig {
  /** The files that were looked for, in order of precedence. */
  searched: string[];
  /** Those of them that exist. */
  files: string[];
  currentContext: string;
  clusters: Map<string, Entry>;
  users: Map<string, Entry>;
  contexts: Map<string, Entry>;
}

export function configError(message: string, cause?: unknown): KubeError {
  return new KubeError(message, {
    status: 0,
    reason: 'Config',
    sent: false,
    ...(cause === undefined ? {} : { cause }),
  });
}

/** Text of a scalar field; '' where it is missing or null. */
export function text(fields: Fields, key: string): string {
  const value = fields[key];
  return typeof value === 'string' && value !== 'null' && value !== '~' ? value : '';
}

export function flag(fields: Fields, key: string): boolean {
  return text(fields, key).toLowerCase() === 'true';
}

export function mapping(value: unknown): Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : {};
}

export function list(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

/** A path of an entry, made absolute; '' stays ''. */
export function pathOf(entry: Entry, key: string): string {
  const path = text(entry.fields, key);
  return path === '' || isAbsolute(path) ? path : resolve(dirname(entry.file), path);
}

/** The files that count: the one asked for, else KUBECONFIG's, else the one of the home directory. */
export function kubeconfigPaths(explicit: string | undefined, env: Environment): string[] {
  if (explicit !== undefined && explicit !== '') return [explicit];
  const fromEnv = (env.KUBECONFIG ?? '').split(delimiter).filter((path) => path !== '');
  if (fromEnv.length > 0) return [...new Set(fromEnv)];
  return [join(env.HOME || homedir(), '.kube', 'config')];
}

/**
 * Reads and merges. Missing files are skipped, except one that was asked for by name; the first file to define a name
 * or to set current-context wins, and whole entries win: fields of two files are never mixed.
 */
export function loadKubeconfig(explicit: string | undefined, env: Environment): Kubeconfig {
  const searched = kubeconfigPaths(explicit, env);
  const merged: Kubeconfig = {
    searched,
    files: [],
    currentContext: '',
    clusters: new Map(),
    users: new Map(),
    contexts: new Map(),
  };
  for (const file of searched) {
    const source = read(file, explicit !== undefined && explicit !== '');
    if (source === undefined) continue;
    merged.files.push(file);
    const document = parse(file, source);
    merged.currentContext ||= text(document, 'current-context');
    for (const [plural, singular] of [
      ['clusters', 'cluster'],
      ['users', 'user'],
      ['contexts', 'context'],
    ] as const) {
      for (const item of list(document[plural])) {
        const name = text(mapping(item), 'name');
        if (name !== '' && !merged[plural].has(name)) {
          merged[plural].set(name, { name, fields: mapping(mapping(item)[singular]), file });
        }
      }
    }
  }
  return merged;
}

function read(file: string, required: boolean): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOENT' || code === 'ENOTDIR') {
      if (required) throw configError(`kubeconfig ${file} does not exist; check --kubeconfig`, error);
      return undefined;
    }
    const why =
      code === 'EACCES'
        ? 'may not be read by this user; check its mode and owner'
        : code === 'EISDIR'
          ? 'is a directory; name a file'
          : `cannot be read (${code}); check the file`;
    throw configError(`kubeconfig ${file} ${why}`, error);
  }
}

function parse(file: string, source: string): Fields {
  // The failsafe schema keeps every scalar as the text that stands there: a token of digits stays what it is.
  const document = parseDocument(source, { schema: 'failsafe', uniqueKeys: false, prettyErrors: false });
  const error = document.errors[0];
  if (error) {
    const line = source.slice(0, error.pos[0]).split('\n').length;
    throw configError(
      `kubeconfig ${file}, line ${line}: not valid YAML: ${firstLine(error.message)}; fix that line`,
      error,
    );
  }
  let content: unknown;
  try {
    content = document.toJS();
  } catch (error) {
    throw configError(
      `kubeconfig ${file}: not valid YAML: ${firstLine((error as Error).message)}; fix the file`,
      error,
    );
  }
  if (content === null || content === undefined || content === '') return {};
  if (typeof content !== 'object' || Array.isArray(content)) {
    throw configError(
      `kubeconfig ${file} is not a kubeconfig: a mapping with clusters, users and contexts was expected`,
    );
  }
  const kind = text(content as Fields, 'kind');
  if (kind !== '' && kind !== 'Config') {
    throw configError(`kubeconfig ${file} is not a kubeconfig: its kind is ${kind.slice(0, 40)}, expected Config`);
  }
  return content as Fields;
}

const firstLine = (message: string) =>
  message
    .split('\n', 1)[0]!
    .replace(/[:\s]+$/, '')
    .slice(0, 160);
