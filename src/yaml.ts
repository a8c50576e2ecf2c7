/**
 * YAML as kubectl reads it back: its reader is of YAML 1.1, to which a bare `off`, `y` or `1_000` is no text, so these are
 * quoted. One document, ending with a newline.
 */
export async function toYaml(value: unknown): Promise<string> {
  const { stringify } = await import('yaml');
  return stringify(value, { aliasDuplicateObjects: false, lineWidth: 0, compat: 'yaml-1.1' });
}
