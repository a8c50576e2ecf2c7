/** The clusters that the benchmarks need, started when first asked for and stopped at the end, unless they ran before. */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { fill } from '../real/fill.ts';

const real = resolve(import.meta.dirname, '../real');
const cache = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'opsdeck-real');

/** Runs one of the scripts of test/real with its words on our stderr; resolves with its stdout. */
export function script(file: string, args: string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    let out = '';
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      out += chunk;
    });
    child.on('error', reject);
    child.on('close', (code) => (code === 0 ? resolve(out.trim()) : reject(new Error(`${file} failed`))));
  });
}

export class Clusters {
  /** Names of those that we started. */
  private readonly ours: string[] = [];

  private async up(name: string, ...args: string[]): Promise<string> {
    const before = existsSync(join(cache, 'clusters', name, 'run/apiserver'));
    const kubeconfig = await script(join(real, 'up'), ['--name', name, ...args]);
    if (!before && !this.ours.includes(name)) this.ours.push(name);
    return kubeconfig;
  }

  /** A cluster with a node; resolves with its state folder. */
  async withNode(): Promise<string> {
    const kubeconfig = await this.up('main');
    await script(join(real, 'image'), ['local/redis:7', 'redis-server', 'redis-tools', '--cmd', '["redis-server"]']);
    return resolve(kubeconfig, '..');
  }

  /** A cluster of its own with so many fake pods of 13 KB; resolves with the administrator's kubeconfig. */
  async withPods(pods: number): Promise<string> {
    const kubeconfig = await this.up('bench', '--control-plane');
    await fill(kubeconfig, pods);
    return kubeconfig;
  }

  async stop(): Promise<void> {
    for (const name of this.ours.splice(0)) await script(join(real, 'down'), ['--name', name]);
  }
}
