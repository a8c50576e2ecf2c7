/**
 * Places in a shell script where even an inert word does more than stand for itself. Each is read from the text of the
 * script alone, and errs towards refusing.
 */

/**
 * Whether a name standing after `before` would be looked up as a variable: `${…`, `$…`, arithmetic, `[[ … -eq …`. bash
 * evaluates what such a variable holds, so that one parameter's name could run the text of another.
 */
export function readsNames(before: string): boolean {
  const open = (start: string, end: string) => before.lastIndexOf(start) > before.lastIndexOf(end);
  return (
    before.endsWith('$') ||
    open('${', '}') ||
    open('$[', ']') ||
    open('((', '))') ||
    open('[[', ']]') ||
    /(^|[\s;&|(])(let|(declare|typeset|local|readonly|export)\s+-\w*i\w*)\s[^;&|\n]*$/.test(before)
  );
}

/** Whether a word holds a name of a variable: letters that don't follow a digit or a letter. */
export const holdsName = (word: string): boolean => /(^|[^A-Za-z0-9_])[A-Za-z_]/.test(word);

/**
 * Whether values end a here-document elsewhere than the script's author did: its other lines would become commands.
 * `written` is the script with every value replaced by something that is no word.
 */
export function movesHereDocument(written: string, rendered: string): boolean {
  const ends = new Set([...written.matchAll(/<<-?\s*['"\\]?([^\s'"<>|&;()\\]+)/g)].map((match) => match[1]!));
  const lines = (script: string) =>
    script.split('\n').filter((line) => ends.has(line.replace(/^\t+/, '').trimEnd())).length;
  return ends.size > 0 && lines(written) !== lines(rendered);
}

/** Whether a script evaluates its own arguments or variables again, so that quoting them doesn't make them inert. */
export const evaluatesAgain = (script: string): boolean =>
  /(^|[\s;&|(`])(eval|xargs|ssh|parallel|source|su\s|trap\s|watch\s)|(^|[\s;&|(`/])(ba|da|a|z|k)?sh\s+(-\S+\s+)*-\w*c\b/.test(
    script,
  );
