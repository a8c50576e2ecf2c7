/** Upgraded requests on pods: commands, their main processes, and connections to their ports. */
import type { Duplex } from 'node:stream';
import { badRequest } from '../../errors.ts';
import type { Kernel } from '../../kernel.ts';
import type { Target } from '../request.ts';
import type { Call } from '../server.ts';
import { forwardOverSpdy, forwardOverWebsocket } from './portForward.ts';
import { execOverSpdy } from './spdy.ts';
import { execOverWebsocket } from './websocket.ts';

type Upgrade = (kernel: Kernel, call: Call, target: Target, socket: Duplex, head: Buffer) => void;

const EXEC: Record<string, Upgrade> = { websocket: execOverWebsocket, 'spdy/3.1': execOverSpdy };
const UPGRADES: Record<string, Record<string, Upgrade>> = {
  exec: EXEC,
  attach: EXEC,
  portforward: { websocket: forwardOverWebsocket, 'spdy/3.1': forwardOverSpdy },
};

/** Throws ApiError or PlainRefusal before it has upgraded. */
export function upgradePod(kernel: Kernel, call: Call, target: Target, socket: Duplex, head: Buffer): void {
  const asked = String(call.request.headers.upgrade ?? '').toLowerCase();
  const upgrade = target.info.plural === 'pods' ? UPGRADES[target.subresource]?.[asked] : undefined;
  if (!upgrade) throw badRequest('only exec, attach and portforward of pods can be upgraded, to websocket or SPDY/3.1');
  upgrade(kernel, call, target, socket, head);
}
