import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { install } from '../../../../src/commands/install.ts';
import { validate } from '../../../../src/commands/validate.ts';

const folder = mkdtempSync(join(tmpdir(), 'opsdeck-unit-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let out = '';
let err = '';
beforeEach(() => {
  [out, err] = ['', ''];
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    out += text;
    return true;
  });
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    err += text;
    return true;
  });
});
afterEach(() => vi.restoreAllMocks());

const file = (name: string, text: string) => {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
};
const GOOD = `apiVersion: opsdeck.dev/v1alpha1
kind: OpsRequest
metadata: {name: a}
spec: {clusterRef: c, type: Restart}
`;

describe('validate', () => {
  it('says of each document that it is valid', async () => {
    const path = file('good.yaml', `${GOOD}---\n${GOOD.replace('Restart', 'Restarts')}`);
    expect(await validate([path], {})).toBe(0);
    expect(out).toBe(
      `${path}:1: OpsRequest a is valid\n${path}:9:23: warning: spec.type: "Restarts" is no built-in operation; did you mean "Restart"?\n${path}:6: OpsRequest a is valid, 1 warning\n`,
    );
  });

  it('points at what is wrong, with exit code 1', async () => {
    const path = file('bad.yaml', GOOD.replace('clusterRef', 'clusterref'));
    expect(await validate([path], {})).toBe(1);
    expect(out).toBe(
      `${path}:4:1: error: spec.clusterRef: missing; it is required: text\n${path}:4:8: error: spec.clusterref: unknown field; did you mean "clusterRef"?\n`,
    );
    expect(err).toBe('');
  });

  it('goes on after a file that it can’t read, with exit code 2', async () => {
    const good = file('good.yaml', GOOD);
    expect(await validate([join(folder, 'none.yaml'), folder, file('empty.yaml', '# nothing\n'), good], {})).toBe(2);
    expect(err.split('\n')).toEqual([
      `opsdeck: ${folder}/none.yaml: can't be read: no such file`,
      `opsdeck: ${folder}: can't be read: it is a directory; name the files in it`,
      `opsdeck: ${folder}/empty.yaml: there is no document in it`,
      '',
    ]);
    expect(out).toBe(`${good}:1: OpsRequest a is valid\n`);
  });

  it('prints JSON for programs', async () => {
    const path = file('bad.yaml', GOOD.replace('clusterRef', 'clusterref'));
    expect(await validate([path], { output: 'json' })).toBe(1);
    expect(JSON.parse(out)).toMatchObject([
      {
        file: path,
        documents: [
          {
            kind: 'OpsRequest',
            name: 'a',
            line: 1,
            findings: [{ severity: 'error', path: ['spec', 'clusterRef'], line: 4, column: 1 }, {}],
          },
        ],
      },
    ]);
  });
});

describe('install', () => {
  it('prints CRDs that kubectl’s YAML 1.1 reads as they were meant', async () => {
    expect(await install([], { crds: true })).toBe(0);
    const [now, then] = (['1.2', '1.1'] as const).map((version) =>
      parseAllDocuments(out, { version }).map((document) => document.toJS()),
    );
    expect(now).toHaveLength(6);
    expect(then).toEqual(now);
    expect(out).not.toMatch(/[&*]a\d/);
  });

  it('says what it can print', async () => {
    await expect(install([], {})).rejects.toThrow('say what to print: opsdeck install --crds | kubectl apply -f -');
    expect(out).toBe('');
  });
});
