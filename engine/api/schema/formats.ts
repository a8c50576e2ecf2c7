/** Formats that the API server checks; any other is a comment. Each says whether the value has the format. */
import { isIPv4, isIPv6 } from 'node:net';

const CIDR = (text: string, isAddress: (address: string) => boolean, bits: number) => {
  const slash = text.lastIndexOf('/');
  const length = text.slice(slash + 1);
  return slash > 0 && /^\d{1,3}$/.test(length) && Number(length) <= bits && isAddress(text.slice(0, slash));
};
const isDate = (text: string) => /^\d{4}-\d\d-\d\d$/.test(text) && !Number.isNaN(Date.parse(text));

export const FORMATS: Readonly<Record<string, (value: unknown) => boolean>> = {
  int32: (v) => typeof v !== 'number' || (v >= -(2 ** 31) && v < 2 ** 31),
  int64: (v) => typeof v !== 'number' || (v >= -(2 ** 63) && v < 2 ** 63),
  'date-time': (v) =>
    typeof v !== 'string' ||
    (/^\d{4}-\d\d-\d\d[Tt]([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,9})?([Zz]|[-+]\d\d:\d\d)$/.test(v) &&
      isDate(v.slice(0, 10))),
  date: (v) => typeof v !== 'string' || isDate(v),
  byte: (v) =>
    typeof v !== 'string' || (v.length % 4 === 0 && v.length > 0 && /^[A-Za-z0-9+/]+={0,2}$/.test(v)) || v === '',
  uuid: (v) => typeof v !== 'string' || /^[0-9a-f]{8}-?([0-9a-f]{4}-?){3}[0-9a-f]{12}$/i.test(v),
  ipv4: (v) => typeof v !== 'string' || isIPv4(v),
  ipv6: (v) => typeof v !== 'string' || isIPv6(v),
  cidr: (v) => typeof v !== 'string' || CIDR(v, isIPv4, 32) || CIDR(v, isIPv6, 128),
};
