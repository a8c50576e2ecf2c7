/** The health of a cluster: what its operator says of it, put together with what its pods show. */
import type { Health, RoleCount } from '../protocol.ts';
import type { Facts } from './facts.ts';
import type { Claim } from './objects.ts';
import type { Pod, PodState } from './pod.ts';

/** A pod in its place. */
export interface Member {
  pod: Pod;
  component: string;
  role: string;
  roleClass: string;
}

export interface Verdict {
  health: Health;
  /** A few words; '' when all is well. */
  now: string;
  reasons: string[];
}

/** What is known of the pods: while it is not all of them, nothing is said about those that were not seen. */
export type PodsKnown = 'all' | 'some' | 'denied';

interface Problem {
  health: Health;
  now: string;
  says: string;
}

interface Tally {
  name: string;
  wanted: number | undefined;
  members: number;
  ready: number;
  leading: string[];
  following: number;
}

const RANK: Record<Health, number> = { ok: 0, off: 1, unknown: 2, busy: 3, warn: 4, bad: 5 };
const MOST_REASONS = 8;

export const POD_HEALTH: Record<PodState, Health> = {
  ready: 'ok',
  done: 'off',
  starting: 'busy',
  leaving: 'busy',
  unready: 'warn',
  unschedulable: 'warn',
  crashing: 'bad',
  lost: 'bad',
  failed: 'bad',
};

/** What each trouble is called: in the few words of a row, and in a sentence. */
const TROUBLE: Partial<Record<PodState, { now: string; says: (pod: Pod) => string }>> = {
  lost: { now: 'lost', says: (pod) => `${pod.name} is lost: its node ${pod.node || '?'} does not answer.` },
  crashing: { now: 'crashing', says: (pod) => `${pod.name} does not run: ${pod.status}.` },
  unschedulable: { now: 'unschedulable', says: (pod) => `${pod.name} finds no node to run on.` },
  unready: { now: 'not ready', says: (pod) => `${pod.name} runs but is not ready.` },
  starting: { now: 'starting', says: (pod) => `${pod.name} does not run yet: ${pod.status}.` },
};
const WORST_FIRST: PodState[] = ['lost', 'crashing', 'unschedulable', 'unready', 'starting'];

const isMember = (pod: Pod) => pod.state !== 'done' && pod.state !== 'failed' && pod.state !== 'leaving';

function tally(facts: readonly Facts[], members: Iterable<Member>): Tally[] {
  const tallies = new Map<string, Tally>();
  const of = (name: string) => {
    let found = tallies.get(name);
    if (found === undefined) {
      found = { name, wanted: undefined, members: 0, ready: 0, leading: [], following: 0 };
      tallies.set(name, found);
    }
    return found;
  };
  for (const { name, replicas } of facts.flatMap((each) => each.components)) {
    const component = of(name);
    if (replicas !== undefined) component.wanted = (component.wanted ?? 0) + replicas;
  }
  for (const { pod, component, roleClass } of members) {
    const at = of(component);
    if (roleClass === 'primary') at.leading.push(pod.name);
    else if (roleClass === 'replica') at.following++;
    if (!isMember(pod)) continue;
    at.members++;
    if (pod.state === 'ready') at.ready++;
  }
  return [...tallies.values()];
}

const count = (n: number, one: string, many: string) => `${n} ${n === 1 ? one : many}`;

function roleProblems(facts: readonly Facts[], tallies: readonly Tally[], busy: boolean): Problem[] {
  const first = facts[0];
  if (first === undefined || !facts.every((each) => each.primaryExpected)) return [];
  const primary = first.provider.spec.primary;
  const several = tallies.length > 1;
  const problems: Problem[] = [];
  for (const { name, leading, following } of tallies) {
    const where = several ? ` of ${name}` : '';
    if (leading.length === 0 && following > 0) {
      const named = first.primary === '' ? '' : ` Its status still names ${first.primary}.`;
      problems.push({ health: 'bad', now: 'no primary', says: `No instance${where} is primary.${named}` });
    } else if (leading.length > 1 && primary?.exclusive === true) {
      const names = leading.toSorted().join(', ');
      problems.push({
        health: 'bad',
        now: `${leading.length} primaries`,
        says: `${leading.length} instances${where} say they are primary: ${names}.`,
      });
    }
  }
  const nobody = tallies.every(({ leading, following }) => leading.length === 0 && following === 0);
  if (primary?.from !== undefined && nobody && !busy && tallies.some(({ members }) => members > 0)) {
    problems.push({
      health: 'bad',
      now: 'no primary',
      says: 'Neither its status nor a pod says which one is primary.',
    });
  }
  return problems;
}

function absenceProblems(tallies: readonly Tally[], busy: boolean): Problem[] {
  const problems: Problem[] = [];
  const several = tallies.length > 1;
  for (const { name, wanted, members, ready } of tallies) {
    const where = several ? ` of ${name}` : '';
    if (members > 0 && ready === 0) {
      const says =
        members === 1 ? `Its only instance${where} is not ready.` : `None of ${members} instances${where} is ready.`;
      problems.push({ health: busy ? 'busy' : 'bad', now: 'none ready', says });
    }
    if (wanted !== undefined && members < wanted) {
      const missing = wanted - members;
      const says = `${missing} of ${count(wanted, 'instance', 'instances')}${where} ${missing === 1 ? 'is' : 'are'} missing.`;
      problems.push({ health: busy ? 'busy' : 'warn', now: `${missing} missing`, says });
    }
  }
  return problems;
}

function podProblems(members: Iterable<Member>, busy: boolean): Problem[] {
  const byState = new Map<PodState, Member[]>();
  for (const member of members) {
    const { state } = member.pod;
    if (state === 'ready' || TROUBLE[state] === undefined) continue;
    const known = byState.get(state);
    if (known === undefined) byState.set(state, [member]);
    else known.push(member);
  }
  return WORST_FIRST.flatMap((state) => {
    const found = byState.get(state) ?? [];
    const words = TROUBLE[state];
    return found
      .toSorted((a, b) => (a.pod.name < b.pod.name ? -1 : 1))
      .map(({ pod, roleClass }): Problem => {
        const passing = state === 'starting' || (state === 'unready' && busy);
        const health = roleClass === 'primary' ? 'bad' : passing ? 'busy' : 'warn';
        const now = roleClass === 'primary' ? `primary ${words?.now}` : `${found.length} ${words?.now}`;
        return { health, now, says: words?.says(pod) ?? '' };
      });
  });
}

function phaseProblems(facts: readonly Facts[], off: boolean): Problem[] {
  return facts.flatMap(({ ref, phase, health, messages }) => {
    // A part that is switched off says nothing about the rest.
    if (health === 'ok' || (health === 'off' && !off)) return [];
    if (phase === '') return [{ health, now: '', says: 'Its operator has not said how it is.' }];
    const why = messages.slice(0, 3).join('; ');
    const what = facts.length > 1 ? `${ref.kind} ${ref.name}` : 'It';
    const now = health === 'off' ? phase.toLowerCase() : phase;
    return [{ health, now, says: `${what} is ${phase}${why === '' ? '.' : `: ${why}`}` }];
  });
}

function volumeProblems(claims: readonly Claim[]): Problem[] {
  return claims
    .filter(({ phase }) => phase === 'Lost')
    .map(({ name }) => ({ health: 'warn', now: 'volume lost', says: `${name} has lost its volume.` }));
}

/** Its operator may call it well, and be down itself: nothing that was seen says so. */
const UNSEEN: Problem = {
  health: 'unknown',
  now: 'pods unseen',
  says: 'Its pods may not be read, so only its operator speaks for it.',
};

/** Judges a cluster by the objects it is made of, its pods and its volume claims. */
export function judge(
  facts: readonly Facts[],
  members: readonly Member[],
  claims: readonly Claim[],
  known: PodsKnown,
): Verdict {
  const off = facts.length > 0 && facts.every((each) => each.health === 'off');
  const phases = phaseProblems(facts, off);
  const busy = facts.some((each) => each.health === 'busy');
  const tallies = tally(facts, members);
  if (off) {
    const left = tallies.reduce((sum, each) => sum + each.ready, 0);
    const still = left > 0 ? [`${count(left, 'instance', 'instances')} still ${left === 1 ? 'runs' : 'run'}.`] : [];
    return { health: 'off', now: phases[0]?.now ?? '', reasons: [...phases.map((p) => p.says), ...still] };
  }
  const seen = podProblems(members, busy);
  const unseen = known === 'all' ? [...roleProblems(facts, tallies, busy), ...absenceProblems(tallies, busy)] : [];
  const blind: Problem[] = known === 'denied' ? [UNSEEN] : [];
  const problems = [...unseen, ...seen, ...volumeProblems(claims), ...phases, ...blind].toSorted(
    (a, b) => RANK[b.health] - RANK[a.health],
  );
  const reasons = [...new Set(problems.map((problem) => problem.says))];
  const more = reasons.length - MOST_REASONS;
  const top = problems[0];
  return {
    health: top?.health ?? 'ok',
    now: top?.health === 'busy' ? progress(phases, tallies, top) : (top?.now ?? ''),
    reasons: more > 0 ? [...reasons.slice(0, MOST_REASONS), `And ${more} more of the kind.`] : reasons,
  };
}

/** While it is at work: its phase, and how many of how many are there. */
function progress(phases: readonly Problem[], tallies: readonly Tally[], top: Problem): string {
  const phase = phases.find((each) => each.health === 'busy');
  const ready = tallies.reduce((sum, each) => sum + each.ready, 0);
  const all = tallies.reduce((sum, each) => sum + Math.max(each.wanted ?? 0, each.members), 0);
  const share = ready < all ? `${ready}/${all}` : '';
  return [phase?.now ?? top.now, share].filter((part) => part !== '').join(' ');
}

const ROLE_ORDER: Record<string, number> = { primary: 0, replica: 1 };
const NO_ROLE = 3;

/** How many instances say which role, in the operator's words: leaders first, those that say none (`''`) last. */
export function countRoles(members: Iterable<Member>): RoleCount[] {
  const counts = new Map<string, { count: number; order: number }>();
  for (const { role, roleClass } of members) {
    const known = counts.get(role);
    if (known !== undefined) known.count++;
    else counts.set(role, { count: 1, order: role === '' ? NO_ROLE : (ROLE_ORDER[roleClass] ?? 2) });
  }
  return [...counts]
    .toSorted(([a, x], [b, y]) => x.order - y.order || (a < b ? -1 : 1))
    .map(([role, { count: n }]) => ({ role, count: n }));
}
