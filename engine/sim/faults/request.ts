/** A request that is struck: what happens before it is carried out, whether it is, and what its caller hears of it. */
import type { ServerResponse } from 'node:http';
import { Duplex } from 'node:stream';
import { failure } from '../errors.ts';
import type { Kernel } from '../kernel.ts';
import type { Asked, Strike } from './faults.ts';
import type { RequestEffect, WorldEffect } from './rule.ts';
import { stageOf } from './rule.ts';
import { strike } from './world.ts';

/** The connection is to go without an answer. */
export class Dropped extends Error {
  override readonly name = 'Dropped';
}

/** The answer is a page of something that stands before the server. */
export class BareAnswer extends Error {
  override readonly name = 'BareAnswer';
  readonly status: number;
  constructor(status: number) {
    super(`<html><head><title>${status}</title></head><body><h1>${status}</h1><hr>gateway</body></html>\n`);
    this.status = status;
  }
}

const REASONS: Record<number, [reason: string, message: string]> = {
  400: ['BadRequest', 'the server could not understand the request'],
  401: ['Unauthorized', 'Unauthorized'],
  403: ['Forbidden', 'forbidden by a fault that was set'],
  404: ['NotFound', 'the server could not find the requested resource'],
  408: ['Timeout', 'the request timed out'],
  409: ['Conflict', 'the object has been modified; please apply your changes to the latest version and try again'],
  410: ['Expired', 'The provided continue parameter is too old'],
  413: ['RequestEntityTooLarge', 'Request entity too large: limit is 3145728'],
  422: ['Invalid', 'invalid by a fault that was set'],
  429: ['TooManyRequests', 'the server has received too many requests and has asked us to try again later'],
  500: ['InternalError', 'Internal error occurred: a fault that was set'],
  503: ['ServiceUnavailable', 'the server is currently unable to handle the request'],
  504: ['Timeout', 'Timeout: request did not complete within the allotted timeout'],
};

/** Happens to the request; `world` is for its pod. Throws what the caller gets instead of an answer. */
async function befall(kernel: Kernel, { rule, hold }: Strike, asked: Asked, gone: AbortSignal): Promise<void> {
  if (stageOf(rule) === 'world') {
    try {
      strike(kernel, rule as WorldEffect, asked);
    } catch (error) {
      // What it was to crash is down already.
      if (!(error instanceof RangeError)) throw error;
    }
    return;
  }
  const effect = rule as RequestEffect;
  switch (effect.do) {
    case 'drop':
      throw new Dropped();
    case 'hang':
      await wait(Number.POSITIVE_INFINITY, hold, gone);
      return;
    case 'delay':
      await wait(effect.ms, hold);
      return;
    case 'error': {
      if (effect.bare) throw new BareAnswer(effect.status);
      const [reason, message] = REASONS[effect.status] ?? ['', `the server answered ${effect.status}`];
      throw failure(
        effect.status,
        effect.reason ?? reason,
        effect.message ?? message,
        effect.retryAfter === undefined ? undefined : { retryAfterSeconds: effect.retryAfter },
      );
    }
  }
}

/** Until the time is over, the fault is taken back, or, where `gone` is given, the caller has left. */
function wait(ms: number, hold: Strike['hold'], gone?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      forget();
      clearTimeout(timer);
      gone?.removeEventListener('abort', done);
      resolve();
    };
    const forget = hold(done);
    const timer = ms < 2 ** 31 ? setTimeout(done, ms) : undefined;
    gone?.addEventListener('abort', done);
    if (gone?.aborted) done();
  });
}

const isLate = ({ rule }: Strike): boolean => 'afterEffect' in rule && rule.afterEffect === true;

const aborted = (stream: { once(event: 'close', listener: () => void): unknown }): AbortSignal => {
  const left = new AbortController();
  stream.once('close', () => left.abort());
  return left.signal;
};

/** Carries a struck request out, or doesn't. What it throws is the caller's answer. */
export async function suffer(
  kernel: Kernel,
  strikes: readonly Strike[],
  asked: Asked & { response: ServerResponse },
  handle: () => Promise<void> | void,
): Promise<void> {
  const gone = aborted(asked.response);
  // A stream has no effect that could come before its answer.
  const streams = asked.verb === 'watch' || asked.target?.subresource === 'log';
  const late = strikes.filter((one) => isLate(one) && !streams);
  for (const one of strikes) if (!late.includes(one)) await befall(kernel, one, asked, gone);
  // What is late arrives all the same, though its sender has left; what hung until then never does.
  if (gone.aborted && strikes.some(({ rule }) => rule.do === 'hang' && !late.some((one) => one.rule === rule))) return;
  if (late.length === 0) return handle();
  const answer = withhold(asked.response);
  let failed: unknown;
  try {
    await handle();
  } catch (error) {
    failed = error;
  }
  try {
    for (const one of late) await befall(kernel, one, asked, gone);
  } catch (error) {
    answer.discard();
    throw error;
  }
  answer.send();
  if (failed !== undefined) throw failed;
}

/** Keeps what is written to a response until it is sent or thrown away. */
function withhold(response: ServerResponse): { send(): void; discard(): void } {
  const kept: (() => void)[] = [];
  const own = response as unknown as Record<string, unknown>;
  const names = ['writeHead', 'flushHeaders', 'write', 'end', 'cork'] as const;
  for (const name of names) {
    own[name] = (...args: unknown[]) => {
      kept.push(() => (response[name] as (...args: unknown[]) => unknown)(...args));
      return name === 'write' ? true : response;
    };
  }
  const restore = () => {
    for (const name of names) delete own[name];
  };
  return {
    send() {
      restore();
      for (const write of kept) write();
    },
    discard: restore,
  };
}

/** The same for a request that wants to speak another protocol: a command in a container. */
export async function sufferUpgrade(
  kernel: Kernel,
  strikes: readonly Strike[],
  asked: Asked,
  socket: Duplex,
  upgrade: (socket: Duplex) => void,
): Promise<void> {
  const gone = aborted(socket);
  const late = strikes.filter((one) => isLate(one) && one.rule.do !== 'delay' && one.rule.do !== 'hang');
  for (const one of strikes) if (!late.includes(one)) await befall(kernel, one, asked, gone);
  if (gone.aborted) return;
  const refusals = late.filter(({ rule }) => stageOf(rule) === 'request');
  if (refusals.length > 0) {
    // The command is started, and its caller never learns that.
    const nowhere = new Duplex({ read() {}, write: (_chunk, _encoding, done) => done() });
    upgrade(nowhere);
    nowhere.destroy();
  } else upgrade(socket);
  for (const one of late) await befall(kernel, one, asked, gone);
}
