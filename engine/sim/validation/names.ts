/** Rules for names, label keys and label values; each answers with what is wrong, in the server's words. */

const pattern = (what: string, hint: string, examples: string, regex: string): string =>
  `${what} ${hint} (e.g. ${examples}, regex used for validation is '${regex}')`;

const SUBDOMAIN_TEXT = pattern(
  'a lowercase RFC 1123 subdomain',
  "must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character",
  "'example.com'",
  '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*',
);
const LABEL_TEXT = pattern(
  'a lowercase RFC 1123 label',
  "must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character",
  "'my-name',  or '123-abc'",
  '[a-z0-9]([-a-z0-9]*[a-z0-9])?',
);
const LABEL_1035_TEXT = pattern(
  'a DNS-1035 label',
  "must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character",
  "'my-name',  or 'abc-123'",
  '[a-z]([-a-z0-9]*[a-z0-9])?',
);
const QUALIFIED_TEXT = pattern(
  'name part',
  "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character",
  "'MyName',  or 'my.name',  or '123-abc'",
  '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]',
);
const LABEL_VALUE_TEXT = pattern(
  'a valid label',
  "must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character",
  "'MyValue',  or 'my_value',  or '12345'",
  '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?',
);
const CONFIG_KEY_TEXT = pattern(
  'a valid config key',
  "must consist of alphanumeric characters, '-', '_' or '.'",
  "'key.name',  or 'KEY_NAME',  or 'key-name'",
  '[-._a-zA-Z0-9]+',
);

const SUBDOMAIN = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const LABEL = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;
const LABEL_1035 = /^[a-z]([-a-z0-9]*[a-z0-9])?$/;
const NAME_PART = /^([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]$/;
const LABEL_VALUE = /^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?$/;

export type NameRule = (name: string, prefix?: boolean) => string[];

/** A generateName may end in a dash, which what is appended follows. */
const whole = (name: string, prefix: boolean): string =>
  prefix && name.endsWith('-') ? `${name.slice(0, -1)}a` : name;

function rule(regex: RegExp, text: string, limit: number): NameRule {
  return (name, prefix = false) => {
    const problems: string[] = [];
    if (name.length > limit) problems.push(`must be no more than ${limit} characters`);
    if (!regex.test(whole(name, prefix))) problems.push(text);
    return problems;
  };
}

/** What is appended to a name that is looked up: labels may begin with and hold an underscore. */
export const searchPath = rule(
  /^_?[a-z0-9]([-_a-z0-9]*[a-z0-9])?(\._?[a-z0-9]([-_a-z0-9]*[a-z0-9])?)*$/,
  pattern(
    'a lowercase RFC 1123 subdomain',
    "must consist of lower case alphanumeric characters, '_', '-' or '.', and must start and end with an alphanumeric character",
    "'example.com'",
    '_?[a-z0-9]([-_a-z0-9]*[a-z0-9])?(\\._?[a-z0-9]([-_a-z0-9]*[a-z0-9])?)*',
  ),
  253,
);
export const subdomain = rule(SUBDOMAIN, SUBDOMAIN_TEXT, 253);
export const dnsLabel = rule(LABEL, LABEL_TEXT, 63);
export const dns1035 = rule(LABEL_1035, LABEL_1035_TEXT, 63);

/** Names that only have to be usable in a URL: roles and the like. */
export const pathSegment: NameRule = (name) => {
  if (name === '.' || name === '..') return [`may not be '${name}'`];
  return ['/', '%'].filter((mark) => name.includes(mark)).map((mark) => `may not contain '${mark}'`);
};

/** `prefix/name` of labels, annotations and finalizers. */
export function qualifiedName(name: string): string[] {
  const parts = name.split('/');
  const problems: string[] = [];
  if (parts.length > 2)
    return [
      `a qualified name must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]') with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')`,
    ];
  const [prefix, last] = parts.length === 2 ? [parts[0]!, parts[1]!] : [undefined, parts[0]!];
  if (prefix !== undefined) {
    if (prefix === '') problems.push('prefix part must be non-empty');
    else problems.push(...subdomain(prefix).map((text) => `prefix part ${text}`));
  }
  if (last === '') problems.push('name part must be non-empty');
  else if (last.length > 63) problems.push('name part must be no more than 63 characters');
  if (!NAME_PART.test(last)) problems.push(QUALIFIED_TEXT);
  return problems;
}

export function labelValue(value: string): string[] {
  const problems: string[] = [];
  if (value.length > 63) problems.push('must be no more than 63 characters');
  if (!LABEL_VALUE.test(value)) problems.push(LABEL_VALUE_TEXT);
  return problems;
}

/** Keys of ConfigMaps and Secrets. */
export function configKey(key: string): string[] {
  const problems: string[] = [];
  if (key.length > 253) problems.push('must be no more than 253 characters');
  if (!/^[-._a-zA-Z0-9]+$/.test(key)) problems.push(CONFIG_KEY_TEXT);
  if (key === '.') problems.push("must not be '.'");
  else if (key.startsWith('..')) problems.push(key === '..' ? "must not be '..'" : "must not start with '..'");
  return problems;
}

const WILDCARD_TEXT = pattern(
  'a wildcard DNS-1123 subdomain',
  "must start with '*.', followed by a valid DNS subdomain, which must consist of lower case alphanumeric characters, '-' or '.' and end with an alphanumeric character",
  "'*.example.com'",
  '\\*\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*',
);

export const wildcardSubdomain = rule(
  /^\*\.[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/,
  WILDCARD_TEXT,
  253,
);

/** Names of ports, as probes and services say them. */
export const portName: NameRule = (name) => {
  const problems: string[] = [];
  if (name.length > 15) problems.push('must be no more than 15 characters');
  if (!/^[-a-z0-9]+$/.test(name))
    problems.push('must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)');
  if (!/[a-z]/.test(name)) problems.push('must contain at least one letter (a-z)');
  if (name.includes('--')) problems.push('must not contain consecutive hyphens');
  if (name.startsWith('-') || name.endsWith('-')) problems.push('must not begin or end with a hyphen');
  return problems;
};
