/** How a pod finds names. */
import { type Dict, isDict } from '../types.ts';
import { address, list, named, oneOf, text, words } from './checks.ts';
import { type FieldError, invalid, required } from './fielderror.ts';
import { searchPath, subdomain } from './names.ts';

const POLICIES = ['ClusterFirst', 'ClusterFirstWithHostNet', 'Default', 'None'];
const MOST = { servers: 3, searches: 32, letters: 2048 };

function config(of: Dict, field: string, alone: boolean): FieldError[] {
  const servers = words(of.nameservers);
  const searches = words(of.searches);
  const errors: FieldError[] = [];
  if (alone && servers.length === 0)
    errors.push(required(`${field}.nameservers`, 'must provide at least one DNS nameserver when `dnsPolicy` is None'));
  if (servers.length > MOST.servers)
    errors.push(invalid(`${field}.nameservers`, servers, `must not have more than ${MOST.servers} nameservers`));
  for (const [index, one] of servers.entries()) errors.push(...address(one, `${field}.nameservers[${index}]`));
  if (searches.length > MOST.searches)
    errors.push(invalid(`${field}.searches`, searches, `must not have more than ${MOST.searches} search paths`));
  if (searches.join(' ').length > MOST.letters)
    errors.push(
      invalid(
        `${field}.searches`,
        searches,
        `must not have more than ${MOST.letters} characters (including spaces) in the search list`,
      ),
    );
  for (const [index, one] of searches.entries())
    if (one !== '.')
      errors.push(...named((name) => searchPath(name.replace(/\.$/, '')), one, `${field}.searches[${index}]`));
  for (const [index, one] of list(of.options).entries())
    if (!text(one.name)) errors.push(required(`${field}.options[${index}]`, 'must not be empty'));
  return errors;
}

export function validateDnsConfig(spec: Dict, field: string): FieldError[] {
  const alone = spec.dnsPolicy === 'None';
  if (isDict(spec.dnsConfig)) return config(spec.dnsConfig, `${field}.dnsConfig`, alone);
  return alone ? [required(`${field}.dnsConfig`, 'must provide `dnsConfig` when `dnsPolicy` is None')] : [];
}

export const validateDnsPolicy = (spec: Dict, field: string): FieldError[] =>
  oneOf(spec, field, 'dnsPolicy', POLICIES, true);

export const validateHostAliases = (aliases: Dict[], field: string): FieldError[] =>
  aliases.flatMap((alias, index) => [
    ...address(alias.ip, `${field}[${index}].ip`),
    ...words(alias.hostnames).flatMap((name, at) => named(subdomain, name, `${field}[${index}].hostnames[${at}]`)),
  ]);
