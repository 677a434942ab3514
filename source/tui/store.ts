import { useSyncExternalStore } from 'react';
import type { Action, State } from './state/model.ts';
import { reduce } from './state/state.ts';

/** Holds the state between the watch and the screens; it exists before the first frame. */
export interface Store {
  get: () => State;
  dispatch: (action: Action) => void;
  subscribe: (listener: () => void) => () => void;
  refresh: () => void;
}

/** A store that begins with `begin`; `onAction` gets each action after it took effect. */
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

// In milliseconds: ages on the list are shown in minutes, so they need a frame this often even if nothing else changes.
const coarseAges = 15_000;

// Every tick changes these, but rarely what is drawn from them. A frame costs 10 ms; one every two seconds would be most
// of the CPU time of an idle console.
const quiet: ReadonlySet<string> = new Set<keyof State>(['freshAt', 'serverNow', 'pace']);

function isVisible(before: State, after: State): boolean {
  return (Object.keys(after) as (keyof State)[]).some(key => !quiet.has(key) && before[key] !== after[key]);
}

/** The state of `store`; the component is redrawn when it changes. */
export function useStore(store: Store): State {
  return useSyncExternalStore(store.subscribe, store.get);
}
