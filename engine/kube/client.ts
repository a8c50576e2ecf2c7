/** KubeClient: the pieces of this folder behind one interface. */
import { may } from './access.ts';
import type { Connection } from './connection.ts';
import type { CredentialSource } from './credentials.ts';
import { discover } from './discovery.ts';
import { keepResources, type Shelf } from './discovery-cache.ts';
import { createTransport } from './transport.ts';
import type { KubeClient } from './types.ts';

/** `shelf`: where discovery is kept for later commands. */
export function createClient(connection: Connection, credentials: CredentialSource, shelf?: Shelf): KubeClient {
  const transport = createTransport(connection, credentials);
  const closing = new AbortController();
  return {
    target: connection.target,
    request: transport.request,
    stream: transport.stream,
    async exec(request) {
      const signals = request.signal ? [request.signal, closing.signal] : [closing.signal];
      const { exec } = await import('./exec.ts');
      return exec(connection, credentials, transport, { ...request, signal: AbortSignal.any(signals) });
    },
    resources: keepResources(() => discover(transport), shelf),
    may: (question, signal) => may(transport, question, signal),
    close() {
      closing.abort();
      return transport.close();
    },
  };
}
