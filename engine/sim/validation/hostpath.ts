/** Paths of the node that a volume shows. */
import type { Dict } from '../types.ts';
import { oneOf, text } from './checks.ts';
import { type FieldError, invalid, required } from './fielderror.ts';

const TYPES = ['', 'BlockDevice', 'CharDevice', 'Directory', 'DirectoryOrCreate', 'File', 'FileOrCreate', 'Socket'];

export function validateHostPath(of: Dict, field: string): FieldError[] {
  const path = text(of.path);
  if (!path) return [required(`${field}.path`)];
  const errors: FieldError[] = [];
  if (path.split('/').includes('..')) errors.push(invalid(`${field}.path`, path, "must not contain '..'"));
  return [...errors, ...oneOf(of, field, 'type', TYPES)];
}
