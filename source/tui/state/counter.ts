import { type CounterNouns, isOfPresets, nounsOf } from '../../counter/definition/counter-nouns.ts';
import type { State } from './model.ts';

type Known = Pick<State, 'inspected' | 'counter'>;

/** The definition of the counter that is watched; undefined while it is not known. */
export function definitionIn({ inspected, counter }: Known) {
  return inspected?.tables.definition ?? counter ?? undefined;
}

/** What screens call the rows and records of the counter that is watched. */
export function nounsIn(state: Known): CounterNouns {
  return nounsOf(definitionIn(state));
}

/** True for the counter of presets, which can do more; also while no other counter is known. */
export function watchesPresets(state: Known): boolean {
  const definition = definitionIn(state);
  return !definition || isOfPresets(definition);
}
