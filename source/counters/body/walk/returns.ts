import type { Change, Outcome, Place } from '../change.ts';
import { allOf, choose, type Expression, isValue, keyOf, notTrue, value } from '../expression.ts';
import type { Start } from '../world.ts';
import { isUnfound } from './found.ts';

/** What a body returns, and what that says of the changes on the way there. */
export class Returns {
  readonly #lets: Start['lets'];
  readonly #returned: { when: Expression; value: Expression }[] = [];
  /** What was true on the way to each change. */
  readonly #ways = new Map<Change, readonly Expression[]>();

  constructor({ lets }: Start) {
    this.#lets = lets;
  }

  /** Notes on which way changes are made. */
  changed(changes: readonly Change[], path: readonly Expression[]): void {
    for (const each of changes) this.#ways.set(each, path);
  }

  /** Notes that this is returned where these are true. */
  give(given: Expression, when: readonly Expression[]): void {
    this.#returned.push({ when: allOf(when), value: given });
  }

  /** Whether nothing is stored, changed or deleted where a trigger returns this. */
  isVeto(given: Expression): boolean {
    const isOld = given.kind === 'row' && given.source.kind === 'old';
    return this.#lets !== undefined && (isValue(given, null) || (this.#lets === 'new' && isOld));
  }

  /** Notes such a return, and doubts the changes that stay although no record is stored or deleted. */
  veto(outcome: Outcome, place: Place, path: readonly Expression[], gives: 'NULL' | 'OLD'): void {
    outcome.vetoes = true;
    outcome.cancels.push({ place, conditions: path, gives });
    const here = new Set(path.map(keyOf));
    const last = this.#ways.size - 1;
    for (const [order, [change, way]] of [...this.#ways].entries()) {
      if (way.length === here.size && way.every(each => here.has(keyOf(each))))
        change.unclear ??= 'then keeps what happens from happening';
      else if (order === last && path.slice(way.length).some(isUnfound)) continue;
      else if (!way.some(each => here.has(keyOf(notTrue(each)))))
        change.doubt ??= `line ${place.line} then returns ${gives}, so that some of what it counts does not happen`;
    }
  }

  /** What is returned in all; undefined if nothing is. */
  result(): Expression | undefined {
    const [only, more] = this.#returned;
    if (!only) return undefined;
    if (!more) return only.value;
    const rest = this.#returned.slice(0, -1);
    return choose(
      rest.map(({ when, value: given }) => ({ when, result: given })),
      this.#returned.at(-1)?.value ?? value(null),
    );
  }
}
