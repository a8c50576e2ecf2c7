import { type Dict, isDict } from '../types.ts';

/**
 * A set of field paths, as managedFields holds them. A path's steps are `f:name`, `k:{…keys…}`, `v:value` or `i:index`; a step is a member
 * where the path that ends in it belongs to the set. Once it is made it doesn't change: operations share parts, or answer with the set itself.
 */
export class FieldSet {
  readonly members = new Set<string>();
  readonly children = new Map<string, FieldSet>();
  /** What toJson would make again: most writes leave most owners' sets as they were. */
  private json: Dict | undefined;

  get empty(): boolean {
    if (this.members.size > 0) return false;
    for (const child of this.children.values()) if (!child.empty) return false;
    return true;
  }

  /** The set below a step, made where it isn't there. */
  under(step: string): FieldSet {
    let child = this.children.get(step);
    if (!child) {
      child = new FieldSet();
      this.children.set(step, child);
    }
    return child;
  }

  insert(...path: string[]): this {
    const last = path.pop();
    if (last === undefined) return this;
    let here: FieldSet = this;
    for (const step of path) here = here.under(step);
    here.members.add(last);
    return this;
  }

  has(path: readonly string[]): boolean {
    let here: FieldSet | undefined = this;
    for (const step of path.slice(0, -1)) here = here?.children.get(step);
    return here?.members.has(path.at(-1) ?? '') ?? false;
  }

  union(other: FieldSet): FieldSet {
    if (other.within(this)) return this;
    const result = new FieldSet();
    for (const member of this.members) result.members.add(member);
    for (const member of other.members) result.members.add(member);
    for (const [step, child] of this.children) {
      const theirs = other.children.get(step);
      result.children.set(step, theirs ? child.union(theirs) : child);
    }
    for (const [step, child] of other.children) if (!this.children.has(step)) result.children.set(step, child);
    return result;
  }

  intersection(other: FieldSet): FieldSet {
    const result = new FieldSet();
    for (const member of this.members) if (other.members.has(member)) result.members.add(member);
    for (const [step, child] of this.children) {
      const theirs = other.children.get(step);
      const both = theirs && child.intersection(theirs);
      if (both && !both.empty) result.children.set(step, both);
    }
    return result;
  }

  /** Whether every path of it is in the other set. */
  private within(other: FieldSet): boolean {
    for (const member of this.members) if (!other.members.has(member)) return false;
    for (const [step, child] of this.children) {
      const theirs = other.children.get(step);
      if (theirs ? !child.within(theirs) : !child.empty) return false;
    }
    return true;
  }

  private meets(other: FieldSet): boolean {
    for (const member of other.members) if (this.members.has(member)) return true;
    for (const [step, child] of other.children) if (this.children.get(step)?.meets(child)) return true;
    return false;
  }

  /** Without exactly the paths of the other set. */
  difference(other: FieldSet): FieldSet {
    if (!this.meets(other)) return this;
    const result = new FieldSet();
    for (const member of this.members) if (!other.members.has(member)) result.members.add(member);
    for (const [step, child] of this.children) {
      const theirs = other.children.get(step);
      const left = theirs ? child.difference(theirs) : child;
      if (!left.empty) result.children.set(step, left);
    }
    return result;
  }

  /** Without the paths of the other set and everything below them. */
  without(other: FieldSet): FieldSet {
    const result = new FieldSet();
    for (const member of this.members) if (!other.members.has(member)) result.members.add(member);
    for (const [step, child] of this.children) {
      if (other.members.has(step)) continue;
      const theirs = other.children.get(step);
      const left = theirs ? child.without(theirs) : child;
      if (!left.empty) result.children.set(step, left);
    }
    return result;
  }

  equals(other: FieldSet): boolean {
    return this.difference(other).empty && other.difference(this).empty;
  }

  /** Every path, in the order of its text. */
  *paths(prefix: readonly string[] = []): Generator<string[]> {
    const steps = [...new Set([...this.members, ...this.children.keys()])].sort();
    for (const step of steps) {
      const path = [...prefix, step];
      if (this.members.has(step)) yield path;
      const child = this.children.get(step);
      if (child) yield* child.paths(path);
    }
  }

  /** FieldsV1. */
  toJson(): Dict {
    if (this.json) return this.json;
    const result: Dict = {};
    const steps = [...this.members];
    for (const step of this.children.keys()) if (!this.members.has(step)) steps.push(step);
    for (const step of steps.sort()) {
      const child = this.children.get(step);
      const below = child && !child.empty ? child.toJson() : undefined;
      if (this.members.has(step)) result[step] = below ? { '.': {}, ...below } : {};
      else if (below) result[step] = below;
    }
    return result;
  }

  static fromJson(fields: unknown): FieldSet {
    const result = new FieldSet();
    if (!isDict(fields)) return result;
    for (const step of Object.keys(fields)) {
      if (step === '.') continue;
      const below = fields[step];
      const steps = isDict(below) ? Object.keys(below) : [];
      if (steps.length === 0 || steps.includes('.')) result.members.add(step);
      if (steps.some((one) => one !== '.')) result.children.set(step, FieldSet.fromJson(below));
    }
    return result;
  }

  /** As fromJson, of FieldsV1 that toJson made. */
  static fromOwnJson(fields: Dict): FieldSet {
    const result = FieldSet.fromJson(fields);
    result.json = fields;
    return result;
  }
}

/** A path as conflicts name it: `.spec.containers[name="a"].image`. */
export function pathText(path: readonly string[]): string {
  return path
    .map((step) => {
      const value = step.slice(2);
      if (step.startsWith('f:')) return `.${value}`;
      if (step.startsWith('k:')) {
        const keys = JSON.parse(value) as Dict;
        return `[${Object.keys(keys)
          .sort()
          .map((key) => `${key}=${JSON.stringify(keys[key])}`)
          .join(',')}]`;
      }
      return step.startsWith('v:') ? `[=${value}]` : `[${value}]`;
    })
    .join('');
}
