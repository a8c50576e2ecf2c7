/** The programs that are measured, and how each is started. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { script } from './clusters.ts';

export const OPSDECK = resolve(import.meta.dirname, '../../dist/opsdeck');

/** A home that no configuration of the person at the keyboard reaches; gone with the process. */
const home = mkdtempSync(join(tmpdir(), 'opsdeck-bench-'));
process.on('exit', () => rmSync(home, { recursive: true, force: true }));

export const environment = (kubeconfig: string): Record<string, string> => ({
  PATH: process.env.PATH ?? '',
  HOME: home,
  LANG: 'C.UTF-8',
  KUBECONFIG: kubeconfig,
});

/** Path of k9s, built when it is not there. */
export const k9s = () => script(resolve(import.meta.dirname, 'k9s/build'), []);

/** Path of the cluster's own kubectl. */
export const kubectl = (state: string) => join(state, 'bin/kubectl');
