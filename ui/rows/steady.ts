/** Characters that are one column on every terminal: ASCII, Latin letters, dashes, dots, a few arrows, line drawing. */
const CHARACTERS = String.raw`\x20-\x7e\xa1-\xac\xae-\u024f\u2010-\u2027\u2190-\u2193\u2264\u2265\u2500-\u257f`;
const STEADY = new RegExp(`^[${CHARACTERS}]*$`);
const COLOURED = new RegExp(`^(?:[${CHARACTERS}]|\x1b\\[[\\d;]*m)*$`);

export const isSteady = (text: string): boolean => STEADY.test(text);

/** Terminal columns of steady text with colours in it; undefined for any other, which has to be looked at character by character. */
export function steadyWidth(text: string): number | undefined {
  if (STEADY.test(text)) return text.length;
  return COLOURED.test(text) ? text.replace(/\x1b\[[\d;]*m/g, '').length : undefined;
}
