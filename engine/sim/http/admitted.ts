/** Admission of requests that write no object: what is posted to a subresource, and streams and proxied requests. */

import { type Attempt, kindOf } from '../admission/attempt.ts';
import { checked, mutated } from '../admission/chain.ts';
import type { Kernel, WriteContext } from '../kernel.ts';
import { apiVersionOf } from '../resources/info.ts';
import { type Dict, isDict, type SimObject } from '../types.ts';
import { finished, type Work } from '../work.ts';
import { isTrue } from './options.ts';
import type { Target } from './request.ts';
import type { Call } from './server.ts';

/** What was posted, as the webhooks leave it. */
export function admitPosted(kernel: Kernel, target: Target, data: Dict, context: WriteContext): Promise<Dict> {
  const { info, version, subresource, namespace, name } = target;
  const kind = kindOf(info, version, subresource);
  const { kind: _kind, apiVersion: _version, metadata, ...rest } = data;
  const meta = {
    ...(isDict(metadata) ? metadata : {}),
    ...(name ? { name } : {}),
    ...(namespace ? { namespace } : {}),
  };
  const object = { kind: kind.kind, apiVersion: apiVersionOf(kind.group, kind.version), metadata: meta, ...rest };
  const attempt: Attempt = {
    info,
    version,
    subresource,
    kind,
    operation: 'CREATE',
    namespace,
    name,
    object: object as unknown as SimObject,
    old: undefined,
    user: context.user,
    dryRun: context.dryRun,
    options: context.options,
  };
  return finished(function* () {
    const left = yield* mutated(kernel, attempt, context);
    yield* checked(kernel, { ...attempt, object: left }, context);
    return left as unknown as Dict;
  });
}

type Read = (query: URLSearchParams, path: string) => Dict;

const streams: Read = (query) => ({
  ...(isTrue(query.get('stdin')) ? { stdin: true } : {}),
  ...(isTrue(query.get('stdout')) ? { stdout: true } : {}),
  ...(isTrue(query.get('stderr')) ? { stderr: true } : {}),
  ...(isTrue(query.get('tty')) ? { tty: true } : {}),
  ...(query.get('container') ? { container: query.get('container') } : {}),
});

/** What a connection's options are made of. */
const OPTIONS: Record<string, Read> = {
  attach: streams,
  exec: (query, path) => ({
    ...streams(query, path),
    ...(query.has('command') ? { command: query.getAll('command') } : {}),
  }),
  portforward: (query) => (query.has('ports') ? { ports: query.getAll('ports').map(Number) } : {}),
  proxy: (_query, path) => (path ? { path } : {}),
};

export const connects = ({ subresource }: Target): boolean => Object.hasOwn(OPTIONS, subresource);

/** Holds a stream or a proxied request against policies and webhooks, before anything is looked up. */
export function* admitConnect(kernel: Kernel, call: Call, target: Target): Work<void> {
  const { info, version, subresource, namespace, name, rest } = target;
  const kind = kindOf(info, version, subresource);
  const slash = call.path.endsWith('/') ? '/' : '';
  const options = OPTIONS[subresource]?.(call.query, rest ? `/${rest}${slash}` : slash) ?? {};
  const object = { kind: kind.kind, apiVersion: apiVersionOf(kind.group, kind.version), ...options };
  const context: WriteContext = {
    user: call.user,
    manager: '',
    version,
    subresource,
    dryRun: false,
    fieldValidation: 'Ignore',
    warn: (message) => call.warnings.push(message),
  };
  const attempt: Attempt = {
    info,
    version,
    subresource,
    kind,
    operation: 'CONNECT',
    namespace,
    name,
    object: object as unknown as SimObject,
    old: undefined,
    user: call.user,
    dryRun: false,
    options: undefined,
  };
  const left = yield* mutated(kernel, attempt, context);
  yield* checked(kernel, { ...attempt, object: left }, context);
}
