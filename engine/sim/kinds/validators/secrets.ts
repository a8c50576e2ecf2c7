/** What a Secret of a type must have. */
import { goJsonError } from '../../gojson.ts';
import type { SimObject } from '../../types.ts';
import { dict, text } from '../../validation/checks.ts';
import { type FieldError, invalid, required } from '../../validation/fielderror.ts';

interface Shape {
  /** Each must be there. */
  keys?: string[];
  /** One of them must be there. */
  some?: string[];
  /** Each must hold something. */
  filled?: string[];
  /** Must be there, and be JSON. */
  json?: string;
  annotation?: string;
}

const SHAPES: Record<string, Shape> = {
  'kubernetes.io/tls': { keys: ['tls.crt', 'tls.key'] },
  'kubernetes.io/basic-auth': { some: ['username', 'password'] },
  'kubernetes.io/ssh-auth': { filled: ['ssh-privatekey'] },
  'kubernetes.io/dockerconfigjson': { json: '.dockerconfigjson' },
  'kubernetes.io/dockercfg': { json: '.dockercfg' },
  'kubernetes.io/service-account-token': { annotation: 'kubernetes.io/service-account.name' },
};

export function secretShape(object: SimObject): FieldError[] {
  const { keys = [], some = [], filled = [], json, annotation } = SHAPES[text(object.type)] ?? {};
  const data = dict(object.data);
  const absent = (key: string): boolean => data[key] === undefined;
  const wanted = (key: string): FieldError => required(`data[${key}]`);
  const errors = [
    ...keys.filter(absent).map(wanted),
    ...(some.every(absent) ? some.map(wanted) : []),
    ...filled.filter((key) => !text(data[key])).map(wanted),
  ];
  if (annotation && !object.metadata.annotations?.[annotation])
    errors.push(required(`metadata.annotations[${annotation}]`));
  if (!json) return errors;
  if (absent(json)) return [...errors, wanted(json)];
  const content = Buffer.from(text(data[json]), 'base64').toString();
  try {
    JSON.parse(content);
  } catch {
    errors.push(invalid(`data[${json}]`, '<secret contents redacted>', goJsonError(content)));
  }
  return errors;
}
