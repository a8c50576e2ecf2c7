/**
 * The attempt protocol as a model that can be searched whole: two engines that may crash or sleep anywhere, a container that may be
 * restarted, attempts that end well, badly, or without a word. Each rule can be switched off, to see that it is needed.
 */

export interface Rules {
  /** The target refuses a second start of the same attempt. */
  claim: boolean;
  /** An attempt that was meant for a container is refused by the one that replaced it. */
  fence: boolean;
  /** What was intended and is not found is sent again as the same attempt, not as another. */
  sameAttempt: boolean;
  /** The journal knows of the attempt before anything is sent. */
  intentFirst: boolean;
  /** A write succeeds only on the version that was read. */
  compareAndSet: boolean;
  restarts: number;
  attempts: number;
}

export const FULL: Rules = {
  claim: true,
  fence: true,
  sameAttempt: true,
  intentFirst: true,
  compareAndSet: true,
  restarts: 1,
  attempts: 2,
};

type Phase = 'none' | 'intent' | 'ok' | 'fail' | 'unknown';
type Claim = 'running' | 'ok' | 'fail' | 'dead';
type Entry = [attempt: number, phase: Phase, incarnation: number];

type Engine =
  | ['idle']
  | ['have', version: number, entry: Entry]
  | ['wintent', version: number, attempt: number, incarnation: number]
  | ['dispatch', attempt: number, incarnation: number, version: number]
  | ['wres', version: number, attempt: number, phase: Phase, incarnation: number]
  | ['wintent2', attempt: number, incarnation: number];

export interface State {
  version: number;
  entry: Entry;
  incarnation: number;
  claims: Record<number, Claim>;
  starts: number[];
  truth: string[];
  engines: [Engine, Engine];
}

/** What happens, in words that the trace player understands. */
export type Label =
  | { what: 'ends'; attempt: number; how: 'ok' | 'fail' | 'dead' }
  | { what: 'restart' }
  | { what: 'crash' | 'read' | 'wait' | 'stop' | 'conflict' | 'gone' | 'late'; engine: 0 | 1 }
  | { what: 'plan' | 'intent' | 'redispatch' | 'new' | 'start' | 'refused'; engine: 0 | 1; attempt: number }
  | { what: 'saw' | 'record'; engine: 0 | 1; phase: string };

const start = (rules: Rules): State => ({
  version: 0,
  entry: [0, 'none', 0],
  incarnation: 0,
  claims: {},
  starts: Array(rules.attempts + 2).fill(0),
  truth: Array(rules.attempts + 2).fill(''),
  engines: [['idle'], ['idle']],
});

const VERDICT: Record<Claim, Phase> = { running: 'intent', ok: 'ok', fail: 'fail', dead: 'unknown' };
const TRUTH = { ok: 'ok', fail: 'fail', dead: 'maybe' } as const;

function* next(state: State, rules: Rules): Generator<[Label, State]> {
  const { claims, incarnation } = state;
  for (const [key, claim] of Object.entries(claims)) {
    if (claim !== 'running') continue;
    const attempt = Number(key);
    for (const how of ['ok', 'fail', 'dead'] as const) {
      const truth = state.truth.with(attempt, TRUTH[how]);
      yield [
        { what: 'ends', attempt, how },
        { ...state, truth, claims: { ...claims, [attempt]: how } },
      ];
    }
  }
  if (incarnation < rules.restarts) {
    const truth = state.truth.map((known, attempt) => (claims[attempt] === 'running' ? 'maybe' : known));
    yield [{ what: 'restart' }, { ...state, truth, incarnation: incarnation + 1, claims: {} }];
  }
  for (const engine of [0, 1] as const) yield* engineSteps(state, rules, engine);
}

function* engineSteps(state: State, rules: Rules, engine: 0 | 1): Generator<[Label, State]> {
  const { version, entry, incarnation, claims, engines } = state;
  const at = engines[engine];
  const go = (to: Engine, change: Partial<State> = {}): State => ({
    ...state,
    ...change,
    engines: engines.with(engine, to) as State['engines'],
  });
  if (at[0] !== 'idle') yield [{ what: 'crash', engine }, go(['idle'])];
  switch (at[0]) {
    case 'idle':
      yield [{ what: 'read', engine }, go(['have', version, entry])];
      return;
    case 'have': {
      const [, seen, [attempt, phase, meant]] = at;
      if (phase === 'none' || (phase === 'fail' && attempt < rules.attempts)) {
        const n = attempt + 1;
        const to: Engine = rules.intentFirst ? ['wintent', seen, n, incarnation] : ['dispatch', n, incarnation, seen];
        yield [{ what: 'plan', engine, attempt: n }, go(to)];
      } else if (phase === 'intent') {
        const claim = claims[attempt];
        if (rules.fence && meant !== incarnation) {
          yield [{ what: 'gone', engine }, go(['wres', seen, attempt, 'unknown', meant])];
        } else if (claim === undefined) {
          if (rules.sameAttempt) {
            yield [{ what: 'redispatch', engine, attempt }, go(['dispatch', attempt, meant, seen])];
          } else {
            const n = Math.min(attempt + 1, rules.attempts);
            yield [{ what: 'new', engine, attempt: n }, go(['wintent', seen, n, incarnation])];
          }
        } else if (claim === 'running') yield [{ what: 'wait', engine }, go(['idle'])];
        else yield [{ what: 'saw', engine, phase: claim }, go(['wres', seen, attempt, VERDICT[claim], meant])];
      } else yield [{ what: 'stop', engine }, go(['idle'])];
      return;
    }
    case 'wintent': {
      const [, seen, attempt, meant] = at;
      if (!rules.compareAndSet || seen === version) {
        const change = { version: version + 1, entry: [attempt, 'intent', meant] as Entry };
        yield [{ what: 'intent', engine, attempt }, go(['dispatch', attempt, meant, version + 1], change)];
      } else yield [{ what: 'conflict', engine }, go(['idle'])];
      return;
    }
    case 'wres': {
      const [, seen, attempt, phase, meant] = at;
      if (!rules.compareAndSet || seen === version) {
        const change = { version: version + 1, entry: [attempt, phase, meant] as Entry };
        yield [{ what: 'record', engine, phase }, go(['idle'], change)];
      } else yield [{ what: 'conflict', engine }, go(['idle'])];
      return;
    }
    case 'dispatch': {
      const [, attempt, meant] = at;
      if ((rules.fence && meant !== incarnation) || (rules.claim && claims[attempt] !== undefined)) {
        yield [{ what: 'refused', engine, attempt }, go(['idle'])];
        return;
      }
      const change = {
        claims: { ...claims, [attempt]: 'running' as const },
        starts: state.starts.with(attempt, (state.starts[attempt] ?? 0) + 1),
      };
      yield [
        { what: 'start', engine, attempt },
        go(rules.intentFirst ? ['idle'] : ['wintent2', attempt, meant], change),
      ];
      return;
    }
    case 'wintent2': {
      const [, attempt, meant] = at;
      yield [{ what: 'late', engine }, go(['idle'], { version: version + 1, entry: [attempt, 'intent', meant] })];
    }
  }
}

/** What must never be; undefined while all is well. */
export function broken(
  { starts, truth, entry }: Pick<State, 'starts' | 'truth' | 'entry'>,
  attempts: number,
): string | undefined {
  for (let attempt = 1; attempt <= attempts; attempt++) {
    const started = starts[attempt] ?? 0;
    if (started > 1) return `attempt ${attempt} started ${started} times`;
    if (attempt > 1 && started > 0 && truth[attempt - 1] !== 'fail') {
      return `attempt ${attempt} started while attempt ${attempt - 1} is ${truth[attempt - 1] || 'not finished'}`;
    }
  }
  const [attempt, phase] = entry;
  return phase === 'ok' && truth[attempt] !== 'ok' ? 'success recorded that did not happen' : undefined;
}

const key = (state: State): string => JSON.stringify(state);

/** Every state that can be reached, or the shortest way to one that must not be. */
export function search(rules: Rules): { states: number; violation?: string; trace?: Label[] } {
  const first = start(rules);
  const from = new Map<string, { before: string; label: Label } | undefined>([[key(first), undefined]]);
  const queue: State[] = [first];
  for (let i = 0; i < queue.length; i++) {
    const state = queue[i]!;
    const violation = broken(state, rules.attempts);
    if (violation) {
      const trace: Label[] = [];
      for (let at = from.get(key(state)); at; at = from.get(at.before)) trace.unshift(at.label);
      return { states: from.size, violation, trace };
    }
    for (const [label, to] of next(state, rules)) {
      if (to.version >= 8 || from.has(key(to))) continue;
      from.set(key(to), { before: key(state), label });
      queue.push(to);
    }
  }
  return { states: from.size };
}

/** A way of `length` steps through the states; `choose(n)` picks one of n. */
export function walk(rules: Rules, length: number, choose: (n: number) => number): Label[] {
  let state = start(rules);
  const trace: Label[] = [];
  for (let i = 0; i < length; i++) {
    const steps = [...next(state, rules)];
    const step = steps[choose(steps.length)];
    if (!step) break;
    trace.push(step[0]);
    state = step[1];
  }
  return trace;
}
