import { foreign, isForeign } from '../conversion/convert.ts';
import { forbidden, notFound } from '../errors.ts';
import { type Kernel, timestamp, type WriteContext } from '../kernel.ts';
import { resetFields } from '../kinds/behaviour.ts';
import { convert } from '../kinds/convert.ts';
import type { ManagerInfo } from '../managed/manager.ts';
import { apiVersionOf, hasSubresource, type ResourceInfo } from '../resources/info.ts';
import type { Entry } from '../store/entry.ts';
import type { SimObject } from '../types.ts';

/** The entry, or 404. */
export function current(kernel: Kernel, info: ResourceInfo, namespace: string, name: string): Entry {
  const entry = kernel.store.entry(info, namespace, name);
  if (!entry) throw notFound(info, name);
  return entry;
}

/** The shared object of an entry in a version: to be read, never changed. Throws Unknown where a webhook must be asked. */
export const inVersion = (kernel: Kernel, info: ResourceInfo, entry: Entry, version: string): SimObject =>
  isForeign(info, version)
    ? foreign(kernel, info, entry, version).object
    : convert(info, kernel.store.object(info, entry), entry, version);

/** Nothing new may come into a namespace that is absent (404) or going away (403). */
export function checkNamespace(kernel: Kernel, info: ResourceInfo, namespace: string, name: string): void {
  if (!info.namespaced) return;
  const namespaces = kernel.registry.get('namespaces');
  const entry = kernel.store.entry(namespaces, '', namespace);
  if (!entry) throw notFound(namespaces, namespace);
  if (kernel.store.object(namespaces, entry).metadata.deletionTimestamp === undefined) return;
  const error = forbidden(
    info,
    name,
    `unable to create new content in namespace ${namespace} because it is being terminated`,
  );
  error.status.details = {
    ...error.status.details,
    causes: [
      {
        reason: 'NamespaceTerminating',
        message: `namespace ${namespace} is being terminated`,
        field: 'metadata.namespace',
      },
    ],
  };
  throw error;
}

export const managerInfo = (
  kernel: Kernel,
  info: ResourceInfo,
  context: WriteContext,
  operation: 'Apply' | 'Update',
): ManagerInfo => ({
  manager: context.manager,
  operation,
  apiVersion: apiVersionOf(info.group, context.version),
  subresource: context.subresource,
  now: timestamp(kernel),
  reset: resetFields(info, context.subresource),
});

/**
 * What generation counts the changes of: everything but metadata, where it has a subresource of its own status, and the node a pod is
 * bound to.
 */
export function specOf(info: ResourceInfo, object: SimObject): object {
  const { metadata: _metadata, status, apiVersion: _apiVersion, kind: _kind, ...rest } = object;
  if (info.custom) return hasSubresource(info, 'status') ? rest : { ...rest, status };
  return info.plural === 'pods' ? { ...rest, spec: { ...(rest.spec as object), nodeName: undefined } } : rest;
}
