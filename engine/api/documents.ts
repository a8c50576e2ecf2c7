/** Documents in a YAML text: each checked, each finding with its line and column. */
import { type Document, isMap, isNode, isPair, isScalar, isSeq, LineCounter, parseAllDocuments, visit } from 'yaml';
import { show } from '../expr/show.ts';
import { type Path, pathText } from './schema/types.ts';
import { isObject } from './schema/violations.ts';
import { type Finding, validate } from './validate.ts';

export interface Located extends Finding {
  /** From 1. */
  line: number;
  column: number;
}

export interface DocumentReport {
  /** As the document says them; '' when it doesn't. */
  kind: string;
  name: string;
  line: number;
  findings: Located[];
}

/** Offset of what a path points to: an unknown or wrong field's name, else the nearest thing around it. */
function offsetOf(document: Document, path: Path): number {
  let node: unknown = document.contents;
  let offset = isNode(node) ? (node.range?.[0] ?? 0) : 0;
  for (const step of path) {
    if (isMap(node)) {
      const pair = node.items.find(
        (item) => isPair(item) && isScalar(item.key) && String(item.key.value) === String(step),
      );
      if (!pair) break;
      if (isScalar(pair.key) && pair.key.range) offset = pair.key.range[0];
      node = pair.value;
    } else {
      node = isSeq(node) ? node.get(step, true) : undefined;
      if (!isNode(node)) break;
      offset = node.range?.[0] ?? offset;
    }
  }
  return offset;
}

/** Plain words that kubectl's YAML reads as true or false, and numbers that aren't written as they are read. */
function lintScalars(document: Document): Finding[] {
  const found: Finding[] = [];
  visit(document, {
    Scalar(key, node, ancestors) {
      if (key === 'key' || node.type !== 'PLAIN' || node.source === undefined) return;
      const path: (string | number)[] = [];
      for (const [i, ancestor] of ancestors.entries()) {
        const child = ancestors[i + 1] ?? node;
        if (isPair(ancestor) && isScalar(ancestor.key)) path.push(String(ancestor.key.value));
        else if (isNode(ancestor) && 'items' in ancestor && !isMap(ancestor))
          path.push(ancestor.items.indexOf(child as never));
      }
      const warn = (text: string) => found.push({ severity: 'warning', path, message: `${pathText(path)}: ${text}` });
      if (typeof node.value === 'string' && /^(y|yes|n|no|on|off)$/i.test(node.source)) {
        warn(`kubectl reads ${node.source} as true or false; write "${node.source}" if the word is meant`);
      } else if (/^[-+]?(0\d|\d[\d_]*_|0[xob]|\d+(\.\d*)?e)/i.test(node.source) && /^[-+.\w]+$/.test(node.source)) {
        const isNumber = typeof node.value === 'number' || /^[-+]?\d[\d_]*$/.test(node.source);
        if (isNumber) warn(`${node.source} is read as a number; write "${node.source}" if the text is meant`);
      }
    },
  });
  return found;
}

/** Every document of a text that holds anything. A syntax error is a finding like any other. */
export async function validateText(text: string): Promise<DocumentReport[]> {
  const lines = new LineCounter();
  const place = (offset: number) => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(1, line), column: Math.max(1, col) };
  };
  const reports: DocumentReport[] = [];
  const documents = parseAllDocuments(text, { lineCounter: lines, merge: true, prettyErrors: false });
  for (const document of Array.isArray(documents) ? documents : []) {
    const start = place(isNode(document.contents) ? (document.contents.range?.[0] ?? 0) : 0).line;
    if (document.errors.length > 0) {
      const findings = document.errors.slice(0, 3).map((error): Located => {
        const reason = error.message.split('\n', 1)[0]!;
        return { severity: 'error', path: [], message: `not YAML: ${reason}`, ...place(error.pos[0]) };
      });
      reports.push({ kind: '', name: '', line: start, findings });
      continue;
    }
    let value: unknown;
    try {
      value = document.toJS({ maxAliasCount: 100 });
    } catch (error) {
      const message = `not YAML: ${error instanceof Error ? error.message : show(error)}`;
      reports.push({
        kind: '',
        name: '',
        line: start,
        findings: [{ severity: 'error', path: [], message, line: start, column: 1 }],
      });
      continue;
    }
    if (value === null) continue;
    const isList = isObject(value) && value.kind === 'List' && Array.isArray(value.items);
    const objects: [unknown, Path][] = isList
      ? (value as { items: unknown[] }).items.map((item, i) => [item, ['items', i]])
      : [[value, []]];
    const scalars = lintScalars(document);
    for (const [object, at] of objects) {
      const own = scalars.filter((finding) => at.every((step, i) => finding.path[i] === step));
      const findings = [...(await validate(object)), ...own.map((f) => ({ ...f, path: f.path.slice(at.length) }))];
      const metadata = isObject(object) && isObject(object.metadata) ? object.metadata : {};
      reports.push({
        kind: isObject(object) && typeof object.kind === 'string' ? object.kind : '',
        name: typeof metadata.name === 'string' ? metadata.name : '',
        line: place(offsetOf(document, at)).line,
        findings: findings
          .map((finding) => ({ ...finding, ...place(offsetOf(document, [...at, ...finding.path])) }))
          .sort((a, b) => a.line - b.line || a.column - b.column),
      });
    }
  }
  return reports;
}
