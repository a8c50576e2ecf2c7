/**
 * Reads the protobuf form of built-in objects, as far as somebody wants to know them. A list in it costs the server and the reader
 * half of what it does in JSON: what is not wanted is stepped over by its length.
 */

/** `texts`: a map of text to text, as labels are. In brackets: a list. A field without a name: its fields are the outer message's. */
type Kind = 'text' | 'flag' | 'number' | 'time' | 'texts' | Message | readonly [Message];
type Field = readonly [name: string, kind: Kind];
/** The wanted fields of a message by their numbers in the API's .proto files, which never change. */
export interface Message {
  readonly fields: readonly (Field | undefined)[];
}

export function message(wanted: Record<number, Field>): Message {
  const fields: (Field | undefined)[] = Array(Math.max(0, ...Object.keys(wanted).map(Number)) + 1).fill(undefined);
  for (const [number, field] of Object.entries(wanted)) fields[Number(number)] = field;
  return { fields };
}

export const OBJECT_META = message({
  1: ['name', 'text'],
  3: ['namespace', 'text'],
  5: ['uid', 'text'],
  6: ['resourceVersion', 'text'],
  8: ['creationTimestamp', 'time'],
  9: ['deletionTimestamp', 'time'],
  11: ['labels', 'texts'],
  13: ['ownerReferences', [message({ 1: ['kind', 'text'], 3: ['name', 'text'], 6: ['controller', 'flag'] })]],
});

const LIST_META = message({
  2: ['resourceVersion', 'text'],
  3: ['continue', 'text'],
  4: ['remainingItemCount', 'number'],
});

export const listOf = (item: Message): Message => message({ 1: ['metadata', LIST_META], 2: ['items', [item]] });

/** What a request that failed is answered with. */
export const STATUS = message({
  3: ['message', 'text'],
  4: ['reason', 'text'],
  5: [
    'details',
    message({
      4: ['causes', [message({ 1: ['reason', 'text'], 2: ['message', 'text'], 3: ['field', 'text'] })]],
      5: ['retryAfterSeconds', 'number'],
    }),
  ],
});

export const PROTOBUF = 'application/vnd.kubernetes.protobuf';
/** What every object begins with. */
const MAGIC = Buffer.from('k8s\0');
const TYPE = message({ 1: ['apiVersion', 'text'], 2: ['kind', 'text'] });
const TIME = message({ 1: ['seconds', 'number'] });
const ENTRY = message({ 1: ['key', 'text'], 2: ['value', 'text'] });

const [VARINT, EIGHT_BYTES, SIZED, FOUR_BYTES] = [0, 1, 2, 5];

/** The wanted fields, as the JSON of the same object has them. Throws RangeError for what is no protobuf, or is cut off. */
export function readProtobuf(body: Buffer, wanted: Message): object {
  if (!body.subarray(0, MAGIC.length).equals(MAGIC)) throw new RangeError('no protobuf of Kubernetes');
  const envelope = message({ 1: ['type', TYPE], 2: ['object', wanted] });
  const { type, object } = new Reader(body, MAGIC.length).message(envelope, body.length) as Record<string, object>;
  if (object === undefined) throw new RangeError('a protobuf message is cut off');
  return { ...type, ...object };
}

class Reader {
  readonly #bytes: Buffer;
  #at: number;

  constructor(bytes: Buffer, at: number) {
    this.#bytes = bytes;
    this.#at = at;
  }

  message(wanted: Message, end: number): Record<string, unknown> {
    const into: Record<string, unknown> = {};
    this.#fields(wanted, end, into);
    return into;
  }

  #fields({ fields }: Message, end: number, into: Record<string, unknown>): void {
    while (this.#at < end) {
      const key = this.#varint();
      const wire = key & 7;
      const field = fields[key >>> 3];
      if (wire === SIZED) {
        const to = this.#past(this.#varint(), end);
        if (field !== undefined) this.#sized(field, to, into);
        this.#at = to;
      } else if (wire === VARINT) {
        const value = this.#varint();
        if (field?.[1] === 'flag') into[field[0]] = value !== 0;
        else if (field?.[1] === 'number') into[field[0]] = value;
      } else if (wire === EIGHT_BYTES) this.#at = this.#past(8, end);
      else if (wire === FOUR_BYTES) this.#at = this.#past(4, end);
      else throw new RangeError(`protobuf has no wire type ${wire}`);
    }
    if (this.#at !== end) throw new RangeError('a protobuf message is cut off');
  }

  #sized([name, kind]: Field, end: number, into: Record<string, unknown>): void {
    if (kind === 'text') {
      // The server writes empty texts here and leaves them out of its JSON.
      if (end > this.#at) into[name] = this.#bytes.toString('utf8', this.#at, end);
    } else if (kind === 'texts') {
      into[name] ??= {};
      const { key = '', value = '' } = this.message(ENTRY, end) as { key?: string; value?: string };
      // No label is called that, and as a property it would be something else.
      if (key !== '__proto__') (into[name] as Record<string, string>)[key] = value;
    } else if (kind === 'time') {
      const { seconds } = this.message(TIME, end) as { seconds?: number };
      if (seconds !== undefined) into[name] = `${new Date(seconds * 1000).toISOString().slice(0, 19)}Z`;
    } else if (Array.isArray(kind)) {
      into[name] ??= [];
      (into[name] as unknown[]).push(this.message(kind[0] as Message, end));
    } else if (typeof kind === 'object') {
      if (name === '') this.#fields(kind as Message, end, into);
      else into[name] = this.message(kind as Message, end);
    }
  }

  #past(length: number, limit: number): number {
    const end = this.#at + length;
    if (length < 0 || end > limit) throw new RangeError('a protobuf message is cut off');
    return end;
  }

  #varint(): number {
    const bytes = this.#bytes;
    let value = 0;
    for (let shift = 0; shift < 28; shift += 7) {
      const byte = bytes[this.#at++];
      if (byte === undefined) throw new RangeError('a protobuf message is cut off');
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
    return this.#long(value);
  }

  /** Of more than 28 bits: times, and whatever is below zero. */
  #long(low: number): number {
    let value = BigInt(low);
    for (let shift = 28n; shift < 70n; shift += 7n) {
      const byte = this.#bytes[this.#at++];
      if (byte === undefined) break;
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return Number(BigInt.asIntN(64, value));
    }
    throw new RangeError('a protobuf number has no end');
  }
}
