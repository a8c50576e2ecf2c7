/** Query parameters of writes, and what is wrong with them. */
import type { FieldValidation, WriteContext } from '../kernel.ts';
import type { Dict } from '../types.ts';
import {
  denied,
  type FieldError,
  invalid,
  invalidObject,
  required,
  tooLong,
  unsupported,
} from '../validation/fielderror.ts';
import type { DeleteOptions } from '../verbs/delete.ts';
import type { Target } from './request.ts';
import type { Call } from './server.ts';

type OptionsKind = 'CreateOptions' | 'UpdateOptions' | 'PatchOptions';

const MANAGER_LIMIT = 128;
const PRINTED = /^[\p{L}\p{M}\p{N}\p{P}\p{S} ]$/u;

/** Who wrote, where the request doesn't say: the program's name at the start of the User-Agent. */
const agentName = (call: Call): string => {
  const agent = call.request.headers['user-agent'] ?? '';
  return (agent.split('/')[0] || 'unknown').slice(0, MANAGER_LIMIT);
};

/** A parameter that is there is true, unless it says false or 0: clients write True, 1, or nothing. */
export const isTrue = (value: string | null): boolean =>
  value !== null && value !== '0' && value.toLowerCase() !== 'false';

const codePoint = (letter: string): string => `U+${letter.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0')}`;

function check(call: Call, kind: OptionsKind, apply: boolean): void {
  const { query } = call;
  const errors: FieldError[] = [];
  const dryRun = query.getAll('dryRun');
  if (dryRun.some((value) => value !== 'All')) errors.push(unsupported('dryRun', dryRun, ['All']));
  const validation = query.get('fieldValidation');
  if (validation && !['Ignore', 'Strict', 'Warn'].includes(validation))
    errors.push(unsupported('fieldValidation', validation, ['', 'Ignore', 'Strict', 'Warn']));
  const manager = query.get('fieldManager') ?? '';
  if (apply && !manager) errors.push(required('fieldManager', 'is required for apply patch'));
  if (kind === 'PatchOptions' && !apply && query.get('force') !== null)
    errors.push(denied('force', 'may not be specified for non-apply patch'));
  if (Buffer.byteLength(manager) > MANAGER_LIMIT) errors.push(tooLong('fieldManager', MANAGER_LIMIT));
  const odd = [...manager].findIndex((letter) => !PRINTED.test(letter));
  if (odd >= 0)
    errors.push(
      invalid('fieldManager', manager, `invalid character ${codePoint([...manager][odd]!)} (at position ${odd})`),
    );
  if (errors.length > 0) throw invalidObject('meta.k8s.io', kind, '', errors);
}

/** Throws 422 for options that make no sense. */
export function writeContext(call: Call, target: Target, kind: OptionsKind, apply = false): WriteContext {
  check(call, kind, apply);
  const given: Dict = {};
  for (const name of ['fieldManager', 'fieldValidation']) if (call.query.get(name)) given[name] = call.query.get(name);
  const dryRun = call.query.getAll('dryRun');
  if (dryRun.length > 0) given.dryRun = dryRun;
  return contextOf(call, target, dryRun.includes('All'), given);
}

/** A deletion's options may be in its body; its own code checks them. */
export const deletionContext = (
  call: Call,
  target: Target,
  options: DeleteOptions & { dryRun?: string[] },
): WriteContext => contextOf(call, target, options.dryRun?.includes('All') ?? false, { ...options });

function contextOf(call: Call, target: Target, dryRun: boolean, options: Dict): WriteContext {
  const validation = call.query.get('fieldValidation');
  return {
    user: call.user,
    manager: call.query.get('fieldManager') || agentName(call),
    version: target.version,
    subresource: target.subresource,
    dryRun,
    options,
    fieldValidation: (validation || 'Warn') as FieldValidation,
    warn: (message) => call.warnings.push(message),
  };
}
