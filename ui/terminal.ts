/** Manners of a full-screen program: modes it sets and takes back, the clipboard, and whether it may be stopped. */
import { readFileSync } from 'node:fs';

/** No wrap at the edge (a wrong width must not shift rows), bracketed paste (pasted text is not keys). */
export const ENTER = '\x1b[?7l\x1b[?2004h';
export const LEAVE = '\x1b[?2004l\x1b[?7h';
/** Everything this program may have left behind, for an end that went past all others. Harmless when repeated. */
export const RESCUE = `${LEAVE}\x1b[?2026l\x1b[0m\x1b[?1049l\x1b[?25h`;

type Env = Record<string, string | undefined>;

/** False for NO_COLOR (any value but empty) and for terminals that name none. */
export const wantsColour = (env: Env, flag: boolean): boolean =>
  flag && (env.NO_COLOR ?? '') === '' && !/^(dumb|vt1\d\d|vt2\d\d)/.test(env.TERM ?? '');

/** The locale says UTF-8; the first variable that is set decides, as in setlocale. */
export function isUtf8(env: Env): boolean {
  const locale = [env.LC_ALL, env.LC_CTYPE, env.LANG].find((v) => v !== undefined && v !== '') ?? '';
  return /utf-?8/i.test(locale);
}

/** Terminals and multiplexers cut longer ones. */
const CLIPBOARD_LIMIT = 74_994;

/** OSC 52: the clipboard of the machine the user sits at, over SSH too. Through tmux and screen in their wrapping. */
export function clipboard(text: string, env: Env): string {
  const payload = Buffer.from(text, 'utf8').toString('base64');
  if (payload.length > CLIPBOARD_LIMIT)
    return clipboard([...text].slice(0, Math.floor(CLIPBOARD_LIMIT / 6)).join(''), env);
  const osc = `\x1b]52;c;${payload}\x07`;
  if (env.TMUX) return `\x1bPtmux;${osc.replace(/\x1b/g, '\x1b\x1b')}\x1b\\`;
  if (env.STY) return `\x1bP${osc}\x1b\\`;
  return osc;
}

/**
 * Whether a stopped process could be brought back: a session leader (`ssh -t host opsdeck`, a container's first
 * process) has no shell above it that could type fg.
 */
export function canSuspend(pid: number): boolean {
  try {
    const fields = readFileSync('/proc/self/stat', 'utf8').split(') ').at(-1)?.split(' ') ?? [];
    return Number(fields[3]) !== pid;
  } catch {
    return process.platform !== 'win32';
  }
}
