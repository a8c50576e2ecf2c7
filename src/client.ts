/** The connection of a command that ends: made from the shared flags, closed when the command is done. */
import { connect } from '../engine/kube/connect.ts';
import type { LoginOptions } from '../engine/kube/credentials.ts';
import { type KubeClient, KubeError } from '../engine/kube/types.ts';
import { EXIT, Refusal } from './exit.ts';
import { atTerminal, keyboard } from './keyboard.ts';
import type { GlobalOptions } from './options.ts';
import { say } from './tell.ts';

/** Reasons of a KubeError that a user mends before trying again; everything else failed on the way. */
const REFUSED = new Set(['Config', 'Forbidden', 'NotFound', 'Invalid', 'BadRequest']);

/** Its sentence says what is wrong and the way out already. */
const refusalOf = (error: KubeError): Refusal =>
  new Refusal(error.message, REFUSED.has(error.reason) ? EXIT.usage : EXIT.failed);

/** Milliseconds until a login is said to be waited for: most take no time. */
const SAY_MS = 2_000;

/** Somebody is there, who may have to log in with a browser: that takes as long as it takes, as with kubectl. */
function byHand(): LoginOptions {
  let telling: NodeJS.Timeout | undefined;
  return {
    ahead: true,
    patienceMs: Number.POSITIVE_INFINITY,
    onLine: say,
    onWait(who) {
      clearTimeout(telling);
      if (who !== '') telling = setTimeout(() => say(`(waits for ${who}; ctrl-c gives it up)`), SAY_MS);
    },
    ...(atTerminal()
      ? {
          keyboard: (use) =>
            keyboard(() => {
              // The plugin speaks for itself: a line in between would stand in what is typed.
              clearTimeout(telling);
              return use();
            }),
        }
      : {}),
  };
}

/** Runs `use` with a client of the context that the flags name. What the API server refuses is thrown as a Refusal. */
export async function withClient<T>(options: GlobalOptions, use: (client: KubeClient) => Promise<T>): Promise<T> {
  let client: KubeClient | undefined;
  try {
    client = await connect({ ...options, env: process.env, ...(process.stderr.isTTY ? { login: byHand() } : {}) });
    return await use(client);
  } catch (error) {
    throw error instanceof KubeError ? refusalOf(error) : error;
  } finally {
    await client?.close();
  }
}

/** The namespace that the flags mean; null: all of them. */
export const scopeOf = (client: KubeClient, options: GlobalOptions): string | null =>
  options.allNamespaces ? null : client.target.namespace;
