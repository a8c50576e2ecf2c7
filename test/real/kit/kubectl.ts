/** The cluster as kubectl sees it: the tests prepare and check with it, never with the code under test. */
import { type Outcome, program } from '../../kit/program.ts';
import { ADMIN, KUBECTL } from './place.ts';

export interface Kubectl {
  /** Default: the administrator's. */
  kubeconfig?: string | undefined;
  namespace?: string | undefined;
  input?: string | undefined;
  /** Milliseconds; default 120,000. */
  limit?: number | undefined;
}

function run(args: string[], { kubeconfig = ADMIN, namespace: ns, input, limit }: Kubectl): Promise<Outcome> {
  const where = ns ? ['-n', ns] : [];
  return program(KUBECTL, ['--kubeconfig', kubeconfig, ...where, ...args], { env: process.env, input, limit }).done;
}

/** Runs kubectl and resolves with its stdout; rejects with its stderr when it fails. */
export async function kubectl(args: string[], options: Kubectl = {}): Promise<string> {
  let { code, stdout, stderr } = await run(args, options);
  // A server that is too busy to shake hands has heard nothing of the request.
  for (let more = 3; code !== 0 && more > 0 && stderr.includes('TLS handshake timeout'); more--)
    ({ code, stdout, stderr } = await run(args, options));
  if (code !== 0) throw new Error(`kubectl ${args.join(' ')}: ${stderr.trim() || `exit ${code}`}`);
  return stdout;
}

/** The whole outcome, for a call that may fail. */
export function kubectlFails(args: string[], options: Kubectl = {}): Promise<Outcome> {
  return run(args, options);
}

/** Applies YAML documents. */
export function apply(yaml: string, ns?: string): Promise<string> {
  return kubectl(['apply', '-f', '-'], { namespace: ns, input: yaml });
}
