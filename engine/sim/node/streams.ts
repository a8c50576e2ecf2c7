/** What a kubelet does when somebody looks into a pod: commands, the main process, logs, ports. */
import { createHash } from 'node:crypto';
import { type Duplex, duplexPair } from 'node:stream';
import { failure, KubeletRefusal } from '../errors.ts';
import type { AttachCall, ExecCall, ExecProcess, LogCall } from '../hooks.ts';
import type { Container } from './container.ts';
import type { PodLife } from './pod.ts';
import type { ContainerRun } from './run.ts';
import { hasTerminals, NO_TERMINAL } from './terminal.ts';
import type { Listener } from './tool.ts';

export function noLog(run: ContainerRun | undefined, call: LogCall): string {
  if (call.previous) return `previous terminated container "${call.container}" in pod "${call.pod}" not found`;
  const state = run?.state;
  const reason = state && 'waiting' in state ? state.waiting.reason : 'ContainerCreating';
  // The kubelet's own words for the two states of a failed pull.
  const words = /^(ErrImagePull|ImagePullBackOff)$/.test(reason) ? 'trying and failing to pull image' : reason;
  return `container "${call.container}" in pod "${call.pod}" is waiting to start: ${words}`;
}

function runningContainer(run: ContainerRun | undefined, name: string): Container {
  if (run?.container && run.running) return run.container;
  throw new KubeletRefusal(500, `container not found ("${name}")`);
}

export function dial(
  life: PodLife | undefined,
  port: number,
  listener: (life: PodLife, port: number) => Listener | undefined,
): Duplex {
  const serve = life && listener(life, port);
  if (!serve) throw new Error(refusedConnection(life, port));
  return connect(serve);
}

export function connect(serve: Listener): Duplex {
  const [near, far] = duplexPair();
  serve(far);
  return near;
}

export function attach(run: ContainerRun | undefined, call: AttachCall): ExecProcess {
  if (!run?.container)
    throw new KubeletRefusal(500, `container ${call.container} not found in pod ${call.pod}_${call.namespace}`);
  const joined = runningContainer(run, call.container).attach({
    onStdout: call.onStdout,
    onStderr: call.onStderr,
    onExit: call.onExit,
  });
  return {
    ...joined,
    detach: () => {
      joined.endInput();
      joined.signal('SIGHUP');
    },
  };
}

export function exec(run: ContainerRun | undefined, call: ExecCall): ExecProcess {
  const container = runningContainer(run, call.container);
  if (call.tty && !hasTerminals()) throw failure(500, 'InternalError', NO_TERMINAL);
  let listening = true;
  const running = container.exec(call.command, call, {
    onStdout: (chunk) => listening && call.onStdout(chunk),
    onStderr: (chunk) => listening && call.onStderr(chunk),
    onExit: (end) => {
      if (!listening) return;
      call.onExit(
        'code' in end
          ? end
          : {
              error: `error executing command in container: failed to exec in container: failed to start exec "${container.id}": OCI runtime exec failed: exec failed: ${/^args|^container/.test(end.error) ? '' : 'unable to start container process: '}${end.error}: unknown`,
            },
      );
    },
  });
  return {
    ...running,
    detach: () => {
      listening = false;
      running.pause(false);
      running.endInput();
    },
  };
}

/** A container runtime's words for a port that nothing listens on. */
function refusedConnection(life: PodLife | undefined, port: number): string {
  const sandbox = createHash('sha256').update(`${life?.pod.metadata.uid}/sandbox`).digest('hex');
  const namespace = `/var/run/netns/cni-${life?.pod.metadata.uid}`;
  return `error forwarding port ${port} to pod ${sandbox}, uid : failed to execute portforward in network namespace "${namespace}": failed to connect to localhost:${port} inside namespace "${sandbox}", IPv4: dial tcp4 127.0.0.1:${port}: connect: connection refused IPv6 dial tcp6: address localhost: no suitable address found `;
}
