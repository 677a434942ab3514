import { useSyncExternalStore } from 'react';
import type { Action, State } from './state/model.ts';
import { reduce } from './state/state.ts';

/** Holds the state between the watch and the screens; it exists before the first frame does. */
export interface Store {
  get: () => State;
  dispatch: (action: Action) => void;
  subscribe: (listener: () => void) => () => void;
  refresh: () => void;
}

/** A store that begins with `begin`; `onAction` sees each action after it took effect. */
export function createStore(
  begin: State,
  onAction: (action: Action, state: State) => void,
  refresh: () => void,
): Store {
  let state = begin;
  let drawnAt = 0;
  const listeners = new Set<() => void>();
  return {
    get: () => state,
    dispatch(action) {
      const next = reduce(state, action);
      if (next === state) return;
      const draw = isVisible(state, next) || next.serverNow - drawnAt > coarseAges;
      state = next;
      onAction(action, state);
      if (!draw) return;
      drawnAt = state.serverNow;
      for (const listener of listeners) listener();
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    refresh,
  };
}

// Ages on the list are told in minutes: they need a frame this often, in milliseconds, where nothing else changes.
const coarseAges = 15_000;

// Every tick changes these, and what is drawn from them changes rarely: a frame costs 10 ms, which at one every two
// seconds would be most of what an idle console uses.
const quiet: ReadonlySet<string> = new Set<keyof State>(['freshAt', 'serverNow', 'pace']);

function isVisible(before: State, after: State): boolean {
  return (Object.keys(after) as (keyof State)[]).some(key => !quiet.has(key) && before[key] !== after[key]);
}

/** The state of `store`, drawn anew whenever it changes. */
export function useStore(store: Store): State {
  return useSyncExternalStore(store.subscribe, store.get);
}
