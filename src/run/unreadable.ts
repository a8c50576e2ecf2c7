/** Why a file that was named can't be read, in the words of every command. */
const REASONS: Record<string, string> = {
  ENOENT: 'no such file',
  ENOTDIR: 'no such file',
  EACCES: 'permission denied',
  EISDIR: 'it is a directory; name the files in it',
};

export function whyUnreadable(error: unknown): string {
  const { code, message } = error as { code?: string; message?: string };
  return `can't be read: ${(code && REASONS[code]) ?? message ?? String(error)}`;
}
