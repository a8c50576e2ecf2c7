import { expect, test } from 'vitest';
import { type KubeClient, KubeError, type RequestOptions } from '../../../../engine/kube/types.ts';
import { ManualClock } from '../../../../engine/runtime/clock.ts';
import { Elector, type LeaseKind, type LeaseState, microTime } from '../../../../engine/runtime/lease.ts';

interface Stored {
  metadata: { resourceVersion: string; annotations: Record<string, string> };
  spec: { holderIdentity: string; leaseTransitions: number; renewTime: string };
}

/** One Lease with compare-and-set; `down` makes every call of an engine fail. */
class Server {
  lease: Stored | undefined;
  version = 0;
  down = new Set<string>();
  denied = false;

  client(who: string): Pick<KubeClient, 'request'> {
    return {
      request: async <T>(_path: string, { method = 'GET', body }: RequestOptions = {}): Promise<T> => {
        if (this.down.has(who)) throw new KubeError('no link', { status: 0, reason: 'Connection' });
        const no = (status: number) => new KubeError(String(status), { status, reason: String(status) });
        if (this.denied) throw no(403);
        if (method === 'GET') {
          if (!this.lease) throw no(404);
          return structuredClone(this.lease) as T;
        }
        const given = structuredClone(body) as Stored;
        if (method === 'POST' ? this.lease : given.metadata.resourceVersion !== this.lease?.metadata.resourceVersion)
          throw no(409);
        given.metadata.resourceVersion = String(++this.version);
        this.lease = given;
        return structuredClone(given) as T;
      },
    };
  }
}

function candidate(server: Server, clock: ManualClock, identity: string, kind: LeaseKind = 'cockpit') {
  const states: LeaseState[] = [];
  const elector = new Elector({
    client: server.client(identity),
    namespace: 'ns',
    name: 'opsdeck-engine',
    identity,
    kind,
    clock,
    onChange: (state) => states.push(state),
  });
  elector.start();
  return { elector, states, last: () => elector.state };
}

test('one leads, the other follows, and takes over only after the lease has run out as seen by its own clock', async () => {
  const server = new Server();
  const clock = new ManualClock();
  const a = candidate(server, clock, 'a');
  await clock.advance(0);
  const b = candidate(server, clock, 'b');
  await clock.advance(60_000);
  expect(a.last()).toEqual({ state: 'leading', epoch: 0 });
  expect(b.last()).toEqual({ state: 'following', holder: 'a', kind: 'cockpit' });
  server.down.add('a');
  await clock.advance(12_000);
  // It stops leading before the other can begin.
  expect(a.last()).toEqual({ state: 'unknown' });
  expect(b.last().state).toBe('following');
  await clock.advance(12_000);
  expect(b.last()).toEqual({ state: 'leading', epoch: 1 });
  server.down.delete('a');
  await clock.advance(8_000);
  expect(a.last()).toEqual({ state: 'following', holder: 'b', kind: 'cockpit' });
});

test('at no time two lead, whatever link breaks when', async () => {
  const server = new Server();
  const clock = new ManualClock();
  const all = ['a', 'b', 'c'].map((name) => candidate(server, clock, name));
  const breaks = [3, 11, 2, 9, 17, 5, 23, 4, 8, 13];
  for (const [i, seconds] of breaks.entries()) {
    const name = ['a', 'b', 'c'][i % 3] ?? '';
    if (server.down.has(name)) server.down.delete(name);
    else server.down.add(name);
    for (let s = 0; s < seconds; s++) {
      await clock.advance(1000);
      expect(all.filter((one) => one.last().state === 'leading').length).toBeLessThan(2);
    }
  }
});

test('a wrong wall clock of the other changes nothing', async () => {
  const server = new Server();
  const clock = new ManualClock();
  candidate(server, clock, 'a');
  await clock.advance(0);
  const late = new ManualClock(Date.UTC(2030, 0, 1));
  const b = candidate(server, late, 'b');
  for (let i = 0; i < 30; i++) {
    await clock.advance(1000);
    await late.advance(1000);
  }
  expect(b.last().state).toBe('following');
});

test('stop lets go at once, and the next leads in the next round', async () => {
  const server = new Server();
  const clock = new ManualClock();
  const a = candidate(server, clock, 'a');
  await clock.advance(0);
  const b = candidate(server, clock, 'b');
  await clock.advance(1000);
  await a.elector.stop();
  expect(server.lease?.spec.holderIdentity).toBe('');
  await clock.advance(4000);
  expect(b.last()).toEqual({ state: 'leading', epoch: 1 });
});

test('a cockpit makes way for an operator', async () => {
  const server = new Server();
  const clock = new ManualClock();
  const cockpit = candidate(server, clock, 'cockpit');
  await clock.advance(0);
  const operator = candidate(server, clock, 'operator', 'operator');
  await clock.advance(13_000);
  expect(operator.last().state).toBe('leading');
  expect(cockpit.last()).toEqual({ state: 'following', holder: 'operator', kind: 'operator' });
});

test('where leases may not be used nobody is elected, and that is said', async () => {
  const server = new Server();
  server.denied = true;
  const clock = new ManualClock();
  const a = candidate(server, clock, 'a');
  await clock.advance(0);
  expect(a.last().state).toBe('denied');
  server.denied = false;
  await clock.advance(5000);
  expect(a.last().state).toBe('leading');
});

test('times have the six digits that the API server wants', () => {
  expect(microTime(Date.UTC(2026, 0, 2, 3, 4, 5, 67))).toBe('2026-01-02T03:04:05.067000Z');
});
