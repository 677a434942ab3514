import type { CounterDefinition } from '../../counter/definition/definition.ts';
import { noDrift } from '../drift/model.ts';
import { initialState, type State } from './model.ts';

/** The id of the counter that is watched; null before the first one is open. */
export function watchedId({ inspected, counter }: Pick<State, 'inspected' | 'counter'>): string | null {
  return inspected?.tables.definition?.id ?? counter?.id ?? null;
}

/** Starts anew with another counter: of the last one only its drift log stays, for when it is watched again. */
export function watchCounter(state: State, counter: CounterDefinition): State {
  const { size, firstSort, readOnly, appSource, context, contexts, driftLog, paused, counters, commands } =
    state;
  const drifts = logsOf(state);
  const kept = drifts.get(counter.id);
  return {
    ...initialState(size, firstSort),
    readOnly,
    appSource,
    context,
    contexts,
    driftLog,
    paused,
    counter,
    counters,
    commands,
    drifts,
    // It was not watched meanwhile.
    drift: kept ? { ...kept, since: null } : noDrift,
  };
}

/** How many events of the drift logs are lost when the console ends: those that are kept in no file. */
export function lostEvents(state: State): number {
  if (state.driftLog !== null) return 0;
  return [...logsOf(state).values()].reduce((sum, { total }) => sum + total, 0);
}

/** The drift logs of every counter that was watched, by their ids. */
export function logsOf(state: State): ReadonlyMap<string, State['drift']> {
  const id = watchedId(state);
  return id === null ? state.drifts : new Map(state.drifts).set(id, state.drift);
}
