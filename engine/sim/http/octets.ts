/** The bytes of a body as text: what is no UTF-8 is replaced in JSON and refused in YAML. */
import { isUtf8 } from 'node:buffer';

/** How many bytes a character has, by its first. */
function widthOf(octet: number): number {
  if (octet < 0x80) return 1;
  if (octet >> 5 === 0b110) return 2;
  if (octet >> 4 === 0b1110) return 3;
  return octet >> 3 === 0b11110 ? 4 : 0;
}

/** A byte that belongs to no character becomes one, as in Go; Node has one for all that begin the same. */
export function textOf(body: Buffer): string {
  if (isUtf8(body)) return body.toString('utf8');
  let text = '';
  for (let at = 0, width = 1; at < body.length; at += width) {
    width = widthOf(body[at]!) || 1;
    const letter = body.subarray(at, at + width);
    if (isUtf8(letter)) text += letter.toString('utf8');
    else {
      text += '\ufffd';
      width = 1;
    }
  }
  return text;
}

const CONTROL = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u0084\u0086-\u009f\ufffe\uffff]/;

/** What is wrong with the bytes of a YAML text, in the words of the server's library. */
export function octetProblem(body: Buffer): string | undefined {
  if (isUtf8(body)) return CONTROL.test(body.toString('utf8')) ? 'control characters are not allowed' : undefined;
  for (let at = 0, width = 1; at < body.length; at += width) {
    width = widthOf(body[at]!);
    if (width === 0) return 'invalid leading UTF-8 octet';
    const letter = body.subarray(at, at + width);
    if (letter.length < width) return 'incomplete UTF-8 octet sequence';
    if (letter.subarray(1).some((octet) => octet >> 6 !== 0b10)) return 'invalid trailing UTF-8 octet';
    if (!isUtf8(letter))
      return width === 3 && letter[0] === 0xed ? 'invalid Unicode character' : 'invalid length of a UTF-8 sequence';
    if (CONTROL.test(letter.toString('utf8'))) return 'control characters are not allowed';
  }
  return undefined;
}
