/** Logs of pods as text. */
import { Valve } from '../faults/valve.ts';
import type { Kernel } from '../kernel.ts';
import { containerOf, nodeOf } from './containers.ts';
import { logOptions } from './logOptions.ts';
import type { Target } from './request.ts';
import type { Call } from './server.ts';

export function answerLog(kernel: Kernel, call: Call, target: Target): void {
  const { query, response } = call;
  const node = nodeOf(kernel);
  const container = containerOf(kernel, call, target);
  const options = logOptions(query, target.name, kernel.clock.now());
  let begun = false;
  const begin = () => {
    if (begun) return;
    begun = true;
    response.writeHead(200, { 'Content-Type': 'text/plain', 'Cache-Control': 'no-cache, private' });
    if (options.follow) response.flushHeaders();
  };
  const valve = new Valve({
    end: () => response.end(),
    drop: () => response.socket?.destroySoon(),
    halfClose: () => response.socket?.end(),
    stall: () => {},
  });
  const write = (part: Uint8Array) => void response.write(part);
  const forget = kernel.faults.stream(call, valve);
  response.once('close', forget);
  const stop = node.logs({
    namespace: target.namespace,
    pod: target.name,
    container,
    ...options,
    onBytes(bytes) {
      begin();
      valve.pass(bytes, write);
    },
    onEnd() {
      begin();
      valve.end();
    },
  });
  begin();
  response.once('close', () => {
    valve.over();
    stop();
  });
}
