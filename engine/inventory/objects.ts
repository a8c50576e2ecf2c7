/** Projections of services and volume claims. */
import { intern } from './intern.ts';

export interface Service {
  uid: string;
  namespace: string;
  name: string;
  labels: Readonly<Record<string, string>>;
  selector: Readonly<Record<string, string>>;
  /** `host:port` by which a client in the cluster reaches it; the first port counts. */
  address: string;
}

export interface Claim {
  uid: string;
  namespace: string;
  name: string;
  labels: Readonly<Record<string, string>>;
  /** What it has; what it asks for until it is bound. */
  capacity: string;
  phase: string;
}

interface RawMeta {
  uid?: string;
  namespace?: string;
  name?: string;
  labels?: Record<string, string>;
}
export interface RawService {
  metadata?: RawMeta;
  spec?: {
    type?: string;
    externalName?: string;
    selector?: Record<string, string>;
    ports?: { port?: number; nodePort?: number }[];
  };
}
export interface RawClaim {
  metadata?: RawMeta;
  spec?: { resources?: { requests?: { storage?: string } } };
  status?: { phase?: string; capacity?: { storage?: string } };
}

function shared(labels: Record<string, string> | undefined): Record<string, string> {
  const kept: Record<string, string> = {};
  for (const [key, value] of Object.entries(labels ?? {})) kept[intern(key)] = intern(String(value));
  return kept;
}

export function slimService(raw: RawService): Service {
  const { metadata = {}, spec = {} } = raw;
  const namespace = intern(metadata.namespace ?? '');
  const name = metadata.name ?? '';
  const host = spec.type === 'ExternalName' ? (spec.externalName ?? '') : `${name}.${namespace}.svc`;
  const port = spec.ports?.[0];
  const node = port?.nodePort ? ` (node port ${port.nodePort})` : '';
  return {
    uid: metadata.uid ?? '',
    namespace,
    name,
    labels: shared(metadata.labels),
    selector: shared(spec.selector),
    address: port?.port === undefined ? host : `${host}:${port.port}${node}`,
  };
}

export function slimClaim(raw: RawClaim): Claim {
  const { metadata = {}, spec = {}, status = {} } = raw;
  return {
    uid: metadata.uid ?? '',
    namespace: intern(metadata.namespace ?? ''),
    name: metadata.name ?? '',
    labels: shared(metadata.labels),
    capacity: intern(status.capacity?.storage ?? spec.resources?.requests?.storage ?? ''),
    phase: intern(status.phase ?? ''),
  };
}
