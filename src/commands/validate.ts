import { readFile } from 'node:fs/promises';
import { text as readAll } from 'node:stream/consumers';
import type { DocumentReport } from '../../engine/api/documents.ts';
import { EXIT, type ExitCode } from '../exit.ts';
import type { GlobalOptions } from '../options.ts';
import { whyUnreadable } from '../run/unreadable.ts';
import { say, show } from '../tell.ts';

interface ValidateOptions extends GlobalOptions {
  output?: 'text' | 'json';
}

const count = (n: number, noun: string) => `${n} ${noun}${n === 1 ? '' : 's'}`;

function print(file: string, { kind, name, line, findings }: DocumentReport): void {
  for (const { severity, message, ...at } of findings) {
    show(`${file}:${at.line}:${at.column}: ${severity}: ${message}\n`);
  }
  if (findings.some((finding) => finding.severity === 'error')) return;
  const warnings = findings.length > 0 ? `, ${count(findings.length, 'warning')}` : '';
  show(`${file}:${line}: ${kind} ${name} is valid${warnings}\n`);
}

/** Exit code 0: every document is valid (warnings allowed); 1: one isn't; 2: a file can't be read or holds none. */
export async function validate(files: string[], options: ValidateOptions): Promise<ExitCode> {
  const { validateText } = await import('../../engine/api/documents.ts');
  const checked: { file: string; documents: DocumentReport[] }[] = [];
  let unreadable = false;
  const refuse = (file: string, why: string) => {
    say(`opsdeck: ${file}: ${why}`);
    unreadable = true;
  };
  for (const file of files) {
    let text: string;
    try {
      text = file === '-' ? await readAll(process.stdin) : await readFile(file, 'utf8');
    } catch (error) {
      refuse(file, whyUnreadable(error));
      continue;
    }
    const documents = await validateText(text);
    const shown = file === '-' ? 'stdin' : file;
    if (documents.length === 0) refuse(shown, 'there is no document in it');
    checked.push({ file: shown, documents });
  }
  if (options.output === 'json') process.stdout.write(`${JSON.stringify(checked, null, 2)}\n`);
  else for (const { file, documents } of checked) for (const document of documents) print(file, document);
  const invalid = checked.some(({ documents }) =>
    documents.some(({ findings }) => findings.some((finding) => finding.severity === 'error')),
  );
  return unreadable ? EXIT.usage : invalid ? EXIT.failed : EXIT.ok;
}
