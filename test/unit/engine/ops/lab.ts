/**
 * Engines under a scheduler: each call that leaves an engine waits until it is let through, so that any order of things, any fault
 * and any crash can be played. The engines are the real ones; only the store and the target are made of memory.
 */
import { KubeError } from '../../../../engine/kube/types.ts';
import { RunHandle } from '../../../../engine/ops/handle.ts';
import { isOver, type Journal, lastAttempt } from '../../../../engine/ops/journal.ts';
import { type Ending, execute } from '../../../../engine/ops/runner.ts';
import { Conflict, Exists, type JournalStore, type RunRef, type Stored } from '../../../../engine/ops/store.ts';
import type { AttemptTarget, Conversation, Seen } from '../../../../engine/ops/target.ts';
import { Told } from '../../../../engine/ops/told.ts';
import { ManualClock } from '../../../../engine/runtime/clock.ts';
import { broken } from './model.ts';
import { journalOf } from './things.ts';

export type Fault = 'ok' | 'error-not-done' | 'error-but-done';

interface Call {
  engine: number;
  kind: 'read' | 'write' | 'contact' | 'start' | 'watch';
  /** Has its effect and gives its answer, as by an API server that got it. */
  act: () => unknown;
  resolve: (value: unknown) => void;
  reject: (error: unknown) => void;
  /** What the caller gets when the answer is lost. */
  lost: () => void;
}

interface EngineState {
  id: number;
  stop: AbortController;
  alive: boolean;
  settles: boolean;
  ending: Ending | undefined;
  error: unknown;
}

const REF: RunRef = { group: '', namespace: 'ns', name: 'run' };
const TIMING = { beat: 1e9, markRunning: 1e9, patience: 1e9, retry: { base: 1, cap: 1 } };
const ATTEMPTS = 2;

/** What the store and the target do for the protocol; to be taken away, to see that a test notices. */
const SOUND = { claim: true, fence: true, compareAndSet: true };

export class Lab {
  readonly #rules: typeof SOUND;
  readonly clock = new ManualClock();
  readonly pending: Call[] = [];
  readonly engines = new Map<number, EngineState>();
  #stored: Stored | undefined;
  #version = 0;
  #incarnation = 0;
  #claims = new Map<number, 'running' | 'ok' | 'fail' | 'dead'>();
  readonly starts = [0, 0, 0, 0];
  readonly truth = ['', '', '', ''];

  constructor(rules: Partial<typeof SOUND> = {}) {
    this.#rules = { ...SOUND, ...rules };
  }

  get journal(): Journal | undefined {
    return this.#stored?.journal;
  }

  /** Whether anything has happened that must not; undefined while all is well. */
  violation(): string | undefined {
    const last = this.journal && lastAttempt(this.journal.steps[0]!.targets[0]!);
    const phases = { Succeeded: 'ok', Failed: 'fail' } as Record<string, 'ok' | 'fail'>;
    const phase = (last && phases[last.phase]) ?? 'none';
    if (last?.phase === 'Failed' && !last.refused && this.truth[last.n] !== 'fail')
      return `attempt ${last.n} is recorded as failed`;
    if (last?.refused && (this.starts[last.n] ?? 0) > 0)
      return `attempt ${last.n} ran and is recorded as never started`;
    return broken({ starts: this.starts, truth: this.truth, entry: [last?.n ?? 0, phase, 0] }, ATTEMPTS);
  }

  /** `settles`: as by a run that waits for this one; it starts nothing. */
  async boot(id: number, settles = false): Promise<void> {
    const present = this.#stored && structuredClone(this.#stored);
    if (settles && !present) return;
    const held = this.engines.get(id);
    if (held?.alive && held.ending === undefined && held.error === undefined) return;
    if (present?.journal && (isOver(present.journal) || present.journal.phase === 'Unknown')) return;
    const state: EngineState = {
      id,
      stop: new AbortController(),
      alive: true,
      settles,
      ending: undefined,
      error: undefined,
    };
    this.engines.set(id, state);
    const identity = { identity: `engine-${id}-${this.#version}`, host: `${id}`, pid: id, started: '' };
    const fresh = journalOf({ retryTimes: ATTEMPTS - 1 });
    const store = this.#store(state);
    const handle = new RunHandle(REF, { clusterRef: 'c' }, present?.journal ?? fresh, present, {
      store,
      clock: this.clock,
      identity,
      random: () => 0,
    });
    const holder = present?.journal?.holder;
    void execute(
      {
        handle,
        clock: this.clock,
        from: holder ? { epoch: holder.epoch, beat: holder.beat } : null,
        fresh: !present,
        settles,
        told: new Told(),
        events: {},
        blocker: async () => undefined,
        targetFor: () => this.#target(state),
        timing: TIMING,
        random: () => 0,
      },
      state.stop.signal,
    ).then(
      (ending) => {
        state.ending = ending;
      },
      (error: unknown) => {
        state.error = error;
      },
    );
    await this.settle();
  }

  /** As by kill -9: what it has sent may still arrive, what it would do next it never does. */
  crash(id: number): void {
    const state = this.engines.get(id);
    if (!state) return;
    state.alive = false;
    this.engines.delete(id);
    for (const call of this.pending) {
      if (call.engine === id) Object.assign(call, { engine: -1, resolve: () => {}, reject: () => {}, lost: () => {} });
    }
  }

  /** Lets the first call through that fits. Returns whether there was one. */
  async release(fits: (call: Call) => boolean, fault: Fault = 'ok'): Promise<boolean> {
    const at = this.pending.findIndex(fits);
    const [call] = at === -1 ? [] : this.pending.splice(at, 1);
    if (!call) return false;
    if (fault === 'error-not-done') call.lost();
    else {
      try {
        const value = call.act();
        if (fault === 'ok') call.resolve(value);
        else call.lost();
      } catch (error) {
        if (fault === 'ok') call.reject(error);
        else call.lost();
      }
    }
    await this.settle();
    return true;
  }

  ends(n: number, how: 'ok' | 'fail' | 'dead'): void {
    if (this.#claims.get(n) !== 'running') return;
    this.#claims.set(n, how);
    this.truth[n] = how === 'dead' ? 'maybe' : how;
  }

  get running(): number | undefined {
    return [...this.#claims].find(([, claim]) => claim === 'running')?.[0];
  }

  restart(): void {
    for (const [n, claim] of this.#claims) if (claim === 'running') this.truth[n] = 'maybe';
    this.#incarnation++;
    this.#claims.clear();
  }

  /** Time enough for every wait of an engine between two calls. */
  async settle(): Promise<void> {
    await this.clock.advance(20);
    await this.clock.advance(20);
  }

  #call<T>(engine: EngineState, kind: Call['kind'], act: () => T, lost: { value: T } | { error: unknown }): Promise<T> {
    if (!engine.alive) return new Promise<T>(() => {});
    return new Promise<T>((resolve, reject) => {
      this.pending.push({
        engine: engine.id,
        kind,
        act,
        resolve: resolve as (value: unknown) => void,
        reject,
        lost: () => ('value' in lost ? resolve(lost.value) : reject(lost.error)),
      });
    });
  }

  #store(engine: EngineState): JournalStore {
    const lost = { error: new KubeError('the connection broke off', { status: 0, reason: 'Connection' }) };
    const keep = (spec: Stored['spec'], journal: Journal): Stored => {
      this.#stored = {
        ref: REF,
        kept: 'configmap',
        uid: 'uid',
        version: String(++this.#version),
        createdAt: '2026-01-01T00:00:00Z',
        spec,
        journal: structuredClone(journal),
      };
      return structuredClone(this.#stored);
    };
    const no = () => Promise.reject(new Error('not here'));
    return {
      kept: 'configmap',
      group: '',
      of: () => undefined,
      create: (_, spec, journal) =>
        this.#call(
          engine,
          'write',
          () => {
            if (this.#stored) throw new Exists('there');
            return keep(spec, journal);
          },
          lost,
        ),
      write: (before, journal) =>
        this.#call(
          engine,
          'write',
          () => {
            if (this.#rules.compareAndSet && this.#stored?.version !== before.version) throw new Conflict('changed');
            return keep(before.spec, journal);
          },
          lost,
        ),
      read: () => this.#call(engine, 'read', () => this.#stored && structuredClone(this.#stored), lost),
      request: no,
      list: async () => [],
      requestCancel: no,
      remove: no,
    };
  }

  #target(engine: EngineState): AttemptTarget {
    const cut: Seen = { state: 'unreachable', why: 'the connection broke off' };
    const watch = (talk: Conversation): Promise<Seen> =>
      this.#call(
        engine,
        'watch',
        (): Seen => {
          const claim = this.#claims.get(talk.n);
          if (talk.dir !== `/run/${this.#incarnation}`) return { state: 'gone', why: 'restarted' };
          if (claim === undefined) return { state: 'not-started' };
          if (claim === 'running') return { state: 'running' };
          return claim === 'dead' ? { state: 'lost' } : { state: 'done', code: claim === 'ok' ? 0 : 1 };
        },
        { value: cut },
      );
    return {
      grace: 0,
      contact: () =>
        this.#call(engine, 'contact', () => ({ kind: 'ready' as const, dir: `/run/${this.#incarnation}` }), {
          value: { kind: 'unreachable' as const, why: 'the connection broke off' } as never,
        }),
      start: async (talk) => {
        if (engine.settles) throw new Error(`attempt ${talk.n} was sent by an engine that only settles`);
        const seen = await this.#call<Seen>(
          engine,
          'start',
          () => {
            if (this.#rules.fence && talk.dir !== `/run/${this.#incarnation}`) return { state: 'barred' };
            if (!this.#rules.claim || !this.#claims.has(talk.n)) {
              this.#claims.set(talk.n, 'running');
              this.starts[talk.n] = (this.starts[talk.n] ?? 0) + 1;
            }
            return { state: 'running' };
          },
          { value: cut },
        );
        if (seen.state !== 'running') return seen;
        talk.onStarted?.();
        return watch(talk);
      },
      follow: watch,
      end: watch,
      release: async () => {},
    };
  }
}
