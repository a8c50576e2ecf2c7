/** What a pod has of its node: ports, and namespaces that it shares or keeps to itself. */
import type { Dict } from '../types.ts';
import { list, text } from './checks.ts';
import { denied, duplicate, type FieldError, invalid } from './fielderror.ts';

/** One port of the node is one container's of those that run together. */
export function hostPortsOnce(containers: readonly Dict[], field: string): FieldError[] {
  const taken = new Set<string>();
  return containers.flatMap((one, index) =>
    list(one.ports).flatMap(({ protocol, hostIP, hostPort }, at) => {
      if (!hostPort) return [];
      const port = `${text(protocol)}/${text(hostIP)}/${String(hostPort)}`;
      if (taken.has(port)) return [duplicate(`${field}[${index}].ports[${at}].hostPort`, port)];
      taken.add(port);
      return [];
    }),
  );
}

/** A pod in its node's network has its ports there. */
export const sameHostPorts = (spec: Dict, field: string): FieldError[] =>
  ['containers', 'initContainers'].flatMap((part) =>
    list(spec[part]).flatMap((one, index) =>
      list(one.ports).flatMap((port, at) =>
        spec.hostNetwork === true && port.hostPort !== port.containerPort
          ? [
              invalid(
                `${field}.${part}[${index}].ports[${at}].hostPort`,
                port.hostPort,
                'must match `containerPort` when `hostNetwork` is true',
              ),
            ]
          : [],
      ),
    ),
  );

/** A pod with users of its own shares nothing else with its node. The fields are in the server's spelling. */
export function validateHostUsers(spec: Dict, field: string): FieldError[] {
  if (spec.hostUsers !== false) return [];
  const why = 'when `hostUsers` is false';
  const shared = { hostNetwork: 'hostNetwork', hostPID: 'HostPID', hostIPC: 'HostIPC' };
  return [
    ...Object.entries(shared).flatMap(([name, said]) => (spec[name] === true ? [denied(`${field}.${said}`, why)] : [])),
    ...['initContainers', 'containers'].flatMap((part) =>
      list(spec[part]).flatMap((one, index) =>
        list(one.volumeDevices).length > 0 ? [denied(`${field}.${part}[${index}].volumeDevices`, why)] : [],
      ),
    ),
  ];
}
