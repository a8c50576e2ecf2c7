/** Requests for certificates. */
import type { Dict, SimObject } from '../../types.ts';
import { dict, domainPath, text, words } from '../../validation/checks.ts';
import { duplicate, type FieldError, invalid, required, unsupported } from '../../validation/fielderror.ts';
import { subdomain } from '../../validation/names.ts';

const USAGES = [
  ...['any', 'cert sign', 'client auth', 'code signing', 'content commitment', 'crl sign', 'data encipherment'],
  ...['decipher only', 'digital signature', 'email protection', 'encipher only', 'ipsec end system', 'ipsec tunnel'],
  ...['ipsec user', 'key agreement', 'key encipherment', 'microsoft sgc', 'netscape sgc', 'ocsp signing', 's/mime'],
  ...['server auth', 'signing', 'timestamping'],
];
const LEAST_SECONDS = 600;
const LEGACY = 'kubernetes.io/legacy-unknown';
const REQUEST = /-----BEGIN CERTIFICATE REQUEST-----[\sA-Za-z0-9+/=]+-----END CERTIFICATE REQUEST-----/;

function signerName(name: string): FieldError[] {
  const field = 'spec.signerName';
  if (name === '') return [required(field)];
  if (name === LEGACY) return [invalid(field, name, 'the legacy signerName is not allowed via this API version')];
  if (name.includes('/')) return domainPath(name, field, subdomain);
  return [invalid(field, name, "must be a fully qualified domain and path of the form 'example.com/signer-name'")];
}

function usages(given: readonly string[]): FieldError[] {
  if (given.length === 0) return [required('spec.usages')];
  return given.flatMap((usage, index) => {
    const field = `spec.usages[${index}]`;
    if (!USAGES.includes(usage)) return [unsupported(field, usage, USAGES)];
    return given.indexOf(usage) < index ? [duplicate(field, usage)] : [];
  });
}

export function certificateRequest(object: SimObject, old: SimObject | undefined): FieldError[] {
  // What was asked for stays as it was asked.
  if (old) return [];
  const spec = dict(object.spec);
  const request = text(spec.request);
  const seconds = spec.expirationSeconds;
  return [
    ...(REQUEST.test(Buffer.from(request, 'base64').toString())
      ? []
      : [invalid('spec.request', request, 'PEM block type must be CERTIFICATE REQUEST')]),
    ...usages(words(spec.usages)),
    ...signerName(text(spec.signerName)),
    ...(typeof seconds === 'number' && seconds < LEAST_SECONDS
      ? [
          invalid(
            'spec.expirationSeconds',
            seconds,
            `may not specify a duration less than ${LEAST_SECONDS} seconds (10 minutes)`,
          ),
        ]
      : []),
  ];
}

/** The conditions with the times that they came without. */
export const timed = (conditions: unknown, now: string): unknown =>
  Array.isArray(conditions)
    ? conditions.map((one: Dict) => ({
        ...one,
        lastUpdateTime: one.lastUpdateTime ?? now,
        lastTransitionTime: one.lastTransitionTime ?? now,
      }))
    : conditions;
