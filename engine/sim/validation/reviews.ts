/** The versions of reviews that a webhook says it understands. */
import { type FieldError, invalid, required } from './fielderror.ts';
import { dns1035 } from './names.ts';

/** Those that a server of 1.34 can send. */
export const REVIEWS = ['v1', 'v1beta1'];

/** `missing`: what is said where none is named. */
export function reviewErrors(versions: readonly string[], field: string, missing = ''): FieldError[] {
  if (versions.length === 0) return [required(field, missing)];
  const errors = versions.flatMap((version, at) =>
    versions.indexOf(version) < at
      ? [invalid(`${field}[${at}]`, version, 'duplicate version')]
      : dns1035(version).map((why) => invalid(`${field}[${at}]`, version, why)),
  );
  if (!versions.some((version) => REVIEWS.includes(version)))
    errors.push(invalid(field, versions, `must include at least one of ${REVIEWS.join(', ')}`));
  return errors;
}
