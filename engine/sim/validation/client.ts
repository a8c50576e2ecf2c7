/** Where a webhook is reached: a URL, or a Service of the cluster. */
import { type FieldError, invalid, required } from './fielderror.ts';
import { subdomain } from './names.ts';

const FORM = '; desired format: https://host[/path]';

interface Service {
  name?: string;
  namespace?: string;
  port?: number;
  path?: string;
}
export interface ClientConfig {
  url?: string;
  service?: Service;
}

function urlErrors(url: string, field: string): FieldError[] {
  const [, scheme, rest = ''] = /^(?:([A-Za-z][A-Za-z\d+.-]*):)?(.*)$/s.exec(url)!;
  const [, authority = '', path = '', query = '', fragment = ''] =
    /^(?:\/\/([^/?#]*))?([^?#]*)(?:\?([^#]*))?(?:#(.*))?$/s.exec(rest)!;
  const unread = (why: string): FieldError[] => [
    required(field, `url must be a valid URL: parse ${JSON.stringify(url)}: ${why}${FORM}`),
  ];
  if (url.startsWith(':')) return unread('missing protocol scheme');
  if (scheme === undefined && path.split('/')[0]!.includes(':'))
    return unread('first path segment in URL cannot contain colon');
  const errors: FieldError[] = [];
  const at = authority.lastIndexOf('@');
  const host = authority.slice(at + 1);
  if (scheme?.toLowerCase() !== 'https')
    errors.push(invalid(field, scheme?.toLowerCase() ?? '', `'https' is the only allowed URL scheme${FORM}`));
  if (!host) errors.push(invalid(field, host, `host must be specified${FORM}`));
  if (at >= 0) errors.push(invalid(field, authority.slice(0, at), 'user information is not permitted in the URL'));
  if (fragment) errors.push(invalid(field, fragment, 'fragments are not permitted in the URL'));
  if (query) errors.push(invalid(field, query, 'query parameters are not permitted in the URL'));
  return errors;
}

function pathErrors(path: string, field: string): FieldError[] {
  if (path === '/' || path === '') return [];
  const errors: FieldError[] = [];
  if (!path.startsWith('/')) errors.push(invalid(field, path, "must start with a '/'"));
  for (const [at, step] of path.slice(1).replace(/\/$/, '').split('/').entries()) {
    if (!step) errors.push(invalid(field, path, `segment[${at}] may not be empty`));
    else for (const why of subdomain(step)) errors.push(invalid(field, path, `segment[${at}]: ${why}`));
  }
  return errors;
}

function serviceErrors({ name, namespace, port, path }: Service, field: string): FieldError[] {
  return [
    ...(name ? [] : [required(`${field}.name`)]),
    ...(namespace ? [] : [required(`${field}.namespace`)]),
    ...(port === undefined || (port >= 1 && port <= 65535)
      ? []
      : [invalid(`${field}.port`, port, 'port is not valid: must be between 1 and 65535, inclusive')]),
    ...(path === undefined ? [] : pathErrors(path, `${field}.path`)),
  ];
}

export function clientErrors({ url, service }: ClientConfig, field: string): FieldError[] {
  if ((url === undefined) === (service === undefined))
    return [required(field, 'exactly one of url or service is required')];
  return url === undefined ? serviceErrors(service!, `${field}.service`) : urlErrors(url, `${field}.url`);
}
