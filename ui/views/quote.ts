/** A command as a shell would read it, for showing and copying. */

const BARE = /^[\w@%+=:,./-]+$/;

export const shellQuote = (word: string): string => (BARE.test(word) ? word : `'${word.replace(/'/g, `'\\''`)}'`);

/**
 * The words of a command on as few lines as fit, cut at spaces where there are some; a word with line breaks keeps
 * them. `wrap` cuts what has no space. Only for reading: a copy is made from the command itself.
 */
export function commandLines(
  argv: readonly string[],
  columns: number,
  wrap: (text: string, columns: number) => string[],
): string[] {
  const out: string[] = [];
  let line = '';
  const add = (piece: string) => {
    if (line.length + piece.trimEnd().length <= columns) {
      line += piece;
      return;
    }
    if (line !== '') out.push(line.trimEnd());
    const cut = wrap(piece, columns);
    out.push(...cut.slice(0, -1));
    line = cut.at(-1) ?? '';
  };
  const [first = '', ...lines] = argv.map(shellQuote).join(' ').split('\n');
  for (const piece of first.split(/(?<= )/)) add(piece);
  for (const next of lines) {
    out.push(line.trimEnd());
    line = '';
    for (const piece of next.split(/(?<= )/)) add(piece);
  }
  if (line.trim() !== '') out.push(line.trimEnd());
  return out;
}
