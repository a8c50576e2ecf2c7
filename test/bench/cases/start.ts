/** How long until something can be read: the help, and the first frame while no API server answers. */
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { compare } from '../command.ts';
import { environment, k9s, OPSDECK } from '../peers.ts';
import { open } from '../screen.ts';
import { quantile, type Row, row } from '../table.ts';
import type { Bench } from './index.ts';

const ROUNDS = 7;

/** A server that takes connections and never answers: nothing on the screen can come from the network. */
async function silence(act: (kubeconfig: string) => Promise<Row[]>): Promise<Row[]> {
  const server = createServer(() => {});
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  const kubeconfig = join(environment('').HOME!, 'silent.yaml');
  writeFileSync(
    kubeconfig,
    `apiVersion: v1
kind: Config
clusters: [{name: silent, cluster: {server: "https://127.0.0.1:${port}"}}]
users: [{name: nobody, user: {token: none}}]
contexts: [{name: silent, context: {cluster: silent, user: nobody}}]
current-context: silent
`,
  );
  try {
    return await act(kubeconfig);
  } finally {
    server.close();
  }
}

/** Median seconds from the start to the first text on the screen. */
async function firstFrame(
  file: string,
  args: string[],
  kubeconfig: string,
  rounds = ROUNDS,
  limit = 5,
): Promise<number | undefined> {
  const seen: number[] = [];
  for (let i = 0; i < rounds; i++) {
    const screen = open(file, args, { env: environment(kubeconfig) });
    const at = await screen.frame(limit);
    if (at !== undefined) seen.push(at);
    await screen.close();
  }
  return quantile(seen, 0.5);
}

export async function startUp({ peer }: Bench): Promise<Row[]> {
  return silence(async (kubeconfig) => {
    const other = peer ? await k9s() : undefined;
    const env = environment(kubeconfig);
    const commands = [{ file: OPSDECK, args: ['--help'], env }];
    if (other) commands.push({ file: other, args: ['--help'], env });
    const [help, peersHelp] = await compare(commands, ROUNDS);
    const frame = await firstFrame(OPSDECK, [], kubeconfig);
    const peersFrame = other
      ? { name: 'k9s', value: await firstFrame(other, ['--logLevel', 'error'], kubeconfig, 1) }
      : undefined;
    return [
      row('first frame, no answer from the network', 's', 0.2, frame, peersFrame),
      row('--help', 's', 0.1, help?.seconds, peersHelp && { name: 'k9s', value: peersHelp.seconds }),
    ];
  });
}
