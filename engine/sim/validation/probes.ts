/** Probes and lifecycle hooks of a container. */
import { type Dict, isDict } from '../types.ts';
import { dict, list, nonNegative, oneOf, portNumber, portNumberOrName, text } from './checks.ts';
import { denied, type FieldError, invalid, required } from './fielderror.ts';

function httpGet(of: Dict, field: string): FieldError[] {
  const errors = text(of.path) ? [] : [required(`${field}.path`)];
  errors.push(...portNumberOrName(of.port, `${field}.port`), ...oneOf(of, field, 'scheme', ['HTTP', 'HTTPS'], true));
  for (const header of list(of.httpHeaders))
    if (!/^[-A-Za-z0-9]+$/.test(text(header.name)))
      errors.push(
        invalid(
          `${field}.httpHeaders`,
          text(header.name),
          "a valid HTTP header must consist of alphanumeric characters or '-' (e.g. 'X-Header-Name', regex used for validation is '[-A-Za-z0-9]+')",
        ),
      );
  return errors;
}

const HANDLERS: Record<string, (of: Dict, field: string, grace: number) => FieldError[]> = {
  exec: (of, field) => (Array.isArray(of.command) && of.command.length > 0 ? [] : [required(`${field}.command`)]),
  httpGet,
  tcpSocket: (of, field) => portNumberOrName(of.port, `${field}.port`),
  grpc: (of, field) => portNumber(of.port, `${field}.port`),
  sleep: (of, field, grace) =>
    Number(of.seconds ?? 0) < 0 || Number(of.seconds ?? 0) > grace
      ? [invalid(field, of.seconds, `must be non-negative and less than terminationGracePeriodSeconds (${grace})`)]
      : [],
};

/** What is to be done: exactly one thing. */
function handler(of: Dict, field: string, grace = 0): FieldError[] {
  const given = Object.keys(HANDLERS).filter((name) => isDict(of[name]));
  const [first, ...more] = given;
  if (first === undefined) return [required(field, 'must specify a handler type')];
  return [
    ...HANDLERS[first]!(dict(of[first]), `${field}.${first}`, grace),
    ...more.map((name) => denied(`${field}.${name}`, 'may not specify more than 1 handler type')),
  ];
}

const TIMES = ['initialDelaySeconds', 'timeoutSeconds', 'periodSeconds', 'successThreshold', 'failureThreshold'];

function probe(of: Dict, field: string): FieldError[] {
  const errors = [...handler(of, field), ...nonNegative(of, field, ...TIMES)];
  const grace = of.terminationGracePeriodSeconds;
  if (typeof grace === 'number' && grace <= 0)
    errors.push(invalid(`${field}.terminationGracePeriodSeconds`, grace, 'must be greater than 0'));
  return errors;
}

export function validateProbes(container: Dict, field: string, grace: number): FieldError[] {
  const errors: FieldError[] = [];
  for (const [name, hook] of Object.entries(dict(container.lifecycle)))
    if (isDict(hook)) errors.push(...handler(hook, `${field}.lifecycle.${name}`, grace));
  for (const name of ['livenessProbe', 'readinessProbe', 'startupProbe']) {
    const of = container[name];
    if (!isDict(of)) continue;
    const at = `${field}.${name}`;
    errors.push(...probe(of, at));
    if (name === 'readinessProbe') {
      if (of.terminationGracePeriodSeconds !== undefined)
        errors.push(
          invalid(
            `${at}.terminationGracePeriodSeconds`,
            of.terminationGracePeriodSeconds,
            'must not be set for readinessProbes',
          ),
        );
    } else if (of.successThreshold !== 1)
      errors.push(invalid(`${at}.successThreshold`, of.successThreshold, 'must be 1'));
  }
  return errors;
}
