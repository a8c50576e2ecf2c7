/** The objects of a stream of JSON lines, as a watch sends them. */
import { withoutManagedFields } from './managed-fields.ts';

/** No object of an API server comes near this: etcd's limit is 1.5 MB. */
const MAX_LINE = 32 << 20;
const NEWLINE = 0x0a;

/**
 * Without managedFields. A last line without its end is a broken stream, and is not read; a line that is no JSON, or has
 * no end, throws.
 */
export async function* jsonLines<T>(body: AsyncIterable<Uint8Array>): AsyncGenerator<T> {
  // Pieces of an unfinished line are joined once, when it ends: a growing buffer would be copied with every chunk.
  let pieces: Buffer[] = [];
  let size = 0;
  for await (const chunk of body) {
    const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    let from = 0;
    for (let end = bytes.indexOf(NEWLINE); end >= 0; end = bytes.indexOf(NEWLINE, from)) {
      const last = bytes.subarray(from, end);
      const line = pieces.length === 0 ? last : Buffer.concat([...pieces, last]);
      pieces = [];
      size = 0;
      from = end + 1;
      if (line.length > 0) yield JSON.parse(withoutManagedFields(line).toString('utf8')) as T;
    }
    if (from === bytes.length) continue;
    // Copied: the reader may use the chunk's memory again.
    pieces.push(Buffer.from(bytes.subarray(from)));
    size += bytes.length - from;
    if (size > MAX_LINE) throw new Error(`the stream has a line of more than ${MAX_LINE >> 20} MiB`);
  }
}
