/**
 * The faults of one cluster: the rules that are set, whom they strike, and how often they did. The server asks at four places —
 * before a request has its effect and after it, at each stream, at each event of a watch — and nowhere else.
 */
import { suggestion } from '../../expr/nearest.ts';
import { ApiError, qualified } from '../errors.ts';
import type { Kernel } from '../kernel.ts';
import type { ResourceInfo } from '../resources/info.ts';
import { type LabelTerm, matchesLabels, parseLabelSelector } from '../selectors.ts';
import type { Labels, User } from '../types.ts';
import {
  checkRule,
  describeRule,
  type EventEffect,
  isAimed,
  list,
  type RawRule,
  type Rule,
  type StreamEffect,
  stageOf,
} from './rule.ts';
import { strike } from './world.ts';

/** A request, as far as a rule can tell it from another. */
export interface Asked {
  verb: string;
  path: string;
  user: User;
  request: { headers: { 'user-agent'?: string | undefined } };
  target: { info: ResourceInfo; namespace: string; name: string; subresource: string } | undefined;
}

/** An object of which a watch tells. */
export interface Told {
  namespace: string;
  name: string;
  labels: Labels | undefined;
}

/** A stream that is open: a fault may strike it as it begins, or when the fault is set. */
export interface Struck {
  /** Whether there is anything left to strike. */
  readonly open: boolean;
  meet(effect: StreamEffect, release: Hold): void;
  loseStatus?(): void;
}

/** Takes what a rule holds up; `free` is called when the rule goes. The answer takes it back. */
export type Hold = (free: () => void) => () => void;

/** A rule that strikes a request. */
export interface Strike {
  rule: Rule;
  hold: Hold;
}

export interface ShownFault {
  id: string;
  text: string;
  /** How often it struck. */
  hits: number;
  /** It will strike no more. */
  spent: boolean;
}

interface Active {
  id: string;
  rule: Rule;
  until: number;
  seen: number;
  hits: number;
  fits(asked: Asked, told?: Told): boolean;
  held: Set<() => void>;
}

/** Numbers that look random and are the same each time. */
function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

export class Faults {
  readonly #kernel: Kernel;
  /** Of rules that strike by chance; a test that wants the same each time sets it. */
  random: () => number = seeded(1);
  /** Ends every connection; the server sets it. */
  disconnect: () => void = () => {};
  readonly #rules = new Map<string, Active>();
  #cutUntil = 0;
  readonly #streams = new Map<Struck, Asked>();
  #made = 0;

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
  }

  /** Sets a fault; answers its id. Throws RangeError with one sentence where it makes no sense here. */
  add(raw: Rule | RawRule): string {
    const rule = checkRule(raw as RawRule);
    const active: Active = {
      id: rule.id ?? `f${++this.#made}`,
      rule,
      until: rule.lasts === undefined ? Number.POSITIVE_INFINITY : Date.now() + rule.lasts,
      seen: 0,
      hits: 0,
      fits: this.#aim(rule),
      held: new Set(),
    };
    if (stageOf(rule) === 'world' && !isAimed(rule)) {
      strike(this.#kernel, rule, undefined);
      return active.id;
    }
    this.remove(active.id);
    this.#rules.set(active.id, active);
    if (rule.lasts !== undefined && rule.lasts < 2 ** 31) setTimeout(() => free(active), rule.lasts).unref();
    for (const [stream, asked] of this.#streams) this.#meet(active, stream, asked);
    return active.id;
  }

  /** What it holds up goes on. False where there is none of that id. */
  remove(id: string): boolean {
    const active = this.#rules.get(id);
    this.#rules.delete(id);
    if (active) free(active);
    return active !== undefined;
  }

  /** Removes all, and heals the link; answers how many faults that were. */
  clear(): number {
    const ids = [...this.#rules.keys()];
    for (const id of ids) this.remove(id);
    const cut = this.refuses() ? 1 : 0;
    this.#cutUntil = 0;
    return ids.length + cut;
  }

  /** Ends every connection and takes none for so many milliseconds. */
  cut(ms: number): void {
    this.#cutUntil = Date.now() + ms;
    this.disconnect();
  }

  list(): ShownFault[] {
    return [...this.#rules.values()].map(({ id, rule, hits, until }) => ({
      id,
      text: describeRule(rule),
      hits,
      spent: (rule.times !== undefined && hits >= rule.times) || Date.now() >= until,
    }));
  }

  /** How often the fault struck; 0 for one that is not there. */
  hits(id: string): number {
    return this.#rules.get(id)?.hits ?? 0;
  }

  /** Whether a connection is refused now. */
  refuses(): boolean {
    return Date.now() < this.#cutUntil;
  }

  /** What strikes a request; undefined for nothing. */
  request(asked: Asked): Strike[] | undefined {
    if (this.#rules.size === 0) return undefined;
    const strikes: Strike[] = [];
    for (const active of this.#rules.values()) {
      const stage = stageOf(active.rule);
      if (stage !== 'request' && (stage !== 'world' || !isAimed(active.rule))) continue;
      if (this.#hit(active, asked)) strikes.push({ rule: active.rule, hold: this.#hold(active) });
    }
    return strikes.length > 0 ? strikes : undefined;
  }

  /** A stream has begun; the answer is to be called when it is over. */
  stream(asked: Asked, stream: Struck): () => void {
    this.#streams.set(stream, asked);
    for (const active of this.#rules.values()) this.#meet(active, stream, asked);
    return () => this.#streams.delete(stream);
  }

  /** What strikes an event of a watch. `past`: there is an earlier state of the object. */
  event(asked: Asked, told: Told, past: boolean): EventEffect[] | undefined {
    if (this.#rules.size === 0) return undefined;
    const effects: EventEffect[] = [];
    for (const active of this.#rules.values()) {
      const { rule } = active;
      if (stageOf(rule) !== 'event' || (rule.do === 'stale-events' && !past)) continue;
      if (this.#hit(active, asked, told)) effects.push(rule as EventEffect);
    }
    return effects.length > 0 ? effects : undefined;
  }

  #meet(active: Active, stream: Struck, asked: Asked): void {
    const { rule } = active;
    const stage = stageOf(rule);
    if (!stream.open) return;
    if (stage === 'stream' || (stage === 'exec' && stream.loseStatus)) {
      if (!this.#hit(active, asked)) return;
      if (stage === 'exec') stream.loseStatus?.();
      else stream.meet(rule as StreamEffect, this.#hold(active));
    }
  }

  #hold(active: Active): Hold {
    return (free) => {
      const once = () => {
        if (active.held.delete(once)) free();
      };
      active.held.add(once);
      return () => void active.held.delete(once);
    };
  }

  #hit(active: Active, asked: Asked, told?: Told): boolean {
    const { skip = 0, every = 1, times = Number.POSITIVE_INFINITY, probability = 1 } = active.rule;
    if (Date.now() >= active.until || active.hits >= times || !active.fits(asked, told)) return false;
    const n = active.seen++ - skip;
    if (n < 0 || (n + 1) % every !== 0) return false;
    if (probability < 1 && this.random() >= probability) return false;
    active.hits++;
    return true;
  }

  #aim(rule: Rule): Active['fits'] {
    const name = glob(rule.name);
    const namespace = glob(rule.namespace);
    const user = glob(rule.user);
    const agent = glob(rule.agent);
    const verb = glob(rule.verb);
    const path = glob(rule.path);
    const resources = list(rule.resource).map((text) => this.#resource(text));
    const labels = rule.label === undefined ? undefined : labelTerms(rule.label);
    const about = (rule.resource ?? rule.namespace ?? rule.name ?? rule.label) !== undefined;
    return (asked, told) => {
      const { target } = asked;
      if (!verb(asked.verb) || !user(asked.user.name) || !agent(asked.request.headers['user-agent'] ?? ''))
        return false;
      if (rule.path !== undefined && !path(asked.path)) return false;
      if (!target) return !about;
      if (resources.length > 0 && !resources.some((fits) => fits(target))) return false;
      const object = told ?? target;
      if (!namespace(object.namespace) || !name(object.name)) return false;
      return !labels || matchesLabels(labels, told ? told.labels : this.#labels(target));
    };
  }

  #labels({ info, namespace, name }: NonNullable<Asked['target']>): Labels | undefined {
    return this.#kernel.store.entry(info, namespace, name)?.labels;
  }

  /** `pods`, `pods/exec`, `deployments.apps`, `pods/*`, as rights name them, without a subresource the object itself. */
  #resource(text: string): (target: NonNullable<Asked['target']>) => boolean {
    const [resource = '', subresource = ''] = text.split('/');
    if (resource !== '*') {
      const known = [...this.#kernel.registry.all()];
      const found = known.filter((info) => resource === info.plural || resource === qualified(info));
      if (found.length === 0)
        throw new RangeError(
          `this cluster has no resource "${resource}"${suggestion(
            resource,
            known.flatMap((info) => [info.plural, ...(info.group ? [qualified(info)] : [])]),
          )}`,
        );
      const subresources = found.flatMap((info) => info.subresources.map(({ name }) => name));
      if (subresource !== '' && subresource !== '*' && !subresources.includes(subresource))
        throw new RangeError(`${resource} have no "${subresource}"${suggestion(subresource, subresources)}`);
    }
    return ({ info, subresource: sub }) =>
      (resource === '*' || resource === info.plural || resource === qualified(info)) &&
      (subresource === '*' ? sub !== '' || text === '*/*' : sub === subresource);
  }
}

function labelTerms(label: string): LabelTerm[] {
  try {
    return parseLabelSelector(label);
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    throw new RangeError(`label ${JSON.stringify(label)} is no selector: ${error.message}`);
  }
}

/** What it holds up goes on. */
function free(active: Active): void {
  for (const go of [...active.held]) go();
}

/** Any of the texts, each of which may hold `*`; no texts fit everything. */
function glob(texts: string | readonly string[] | undefined): (text: string) => boolean {
  if (texts === undefined) return () => true;
  const patterns = list(texts).map(
    (text) =>
      new RegExp(
        `^${text
          .split('*')
          .map((part) => part.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'))
          .join('.*')}$`,
        's',
      ),
  );
  return (text) => patterns.some((pattern) => pattern.test(text));
}

export type { EventEffect, Rule, StreamEffect };
