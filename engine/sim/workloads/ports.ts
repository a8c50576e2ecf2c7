/** The ports of its node that a pod takes, which no other on it can have. */
import type { Scheduled } from './fit.ts';

export interface HostPort {
  hostIP: string;
  protocol: string;
  hostPort: number;
}

const ANY = '0.0.0.0';

export const hostPortsOf = ({ containers, initContainers = [] }: Scheduled): HostPort[] =>
  [...containers, ...initContainers.filter(({ restartPolicy }) => restartPolicy === 'Always')].flatMap(
    ({ ports = [] }) =>
      ports.flatMap(({ hostPort, hostIP = ANY, protocol = 'TCP' }) =>
        hostPort ? [{ hostIP, protocol, hostPort }] : [],
      ),
  );

export const clash = (one: HostPort, other: HostPort): boolean =>
  one.hostPort === other.hostPort &&
  one.protocol === other.protocol &&
  (one.hostIP === other.hostIP || one.hostIP === ANY || other.hostIP === ANY);
