import { useSyncExternalStore } from 'react';
import type { WatchEvent } from '../watch/watch-event.ts';
import { agesMayDiffer } from './shared/shown-ages.ts';
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
  let drawn = begin;
  let lookedAt = 0;
  let restsFrom = 0;
  let held: NodeJS.Timeout | undefined;
  const listeners = new Set<() => void>();
  const redraw = () => {
    clearTimeout(held);
    held = undefined;
    for (const listener of listeners) listener();
  };
  const redrawAtRest = () => {
    const wait = restsFrom - performance.now();
    if (wait <= 0) redraw();
    else held = setTimeout(redrawAtRest, wait).unref();
  };
  return {
    get: () => state,
    dispatch(action) {
      const next = reduce(state, action);
      if (next === state) return;
      const isDue = next.serverNow - lookedAt > coarseAges || next.auditedAt !== state.auditedAt;
      const draw = isVisible(state, next) || (isDue && agesMayDiffer(drawn, next));
      state = next;
      if (draw) drawn = next;
      if (draw || isDue) lookedAt = next.serverNow;
      onAction(action, state);
      if (!draw) return;
      const isHeld = action.type in waits ? waits[action.type as WatchEvent['type']] : null;
      if (isHeld === null) restsFrom = performance.now() + rest;
      if (!isHeld) redraw();
      else if (!held) redrawAtRest();
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    refresh,
  };
}

// In milliseconds. What is read while keys come is drawn with the next key, or once none has come for this long. A frame of its own would
// keep the next key waiting.
const rest = 100;

// What comes without a key, and whether it waits. Failures, and what came out of step, are drawn at once.
const waits: Readonly<Record<WatchEvent['type'], boolean>> = {
  connected: false,
  failure: false,
  drift: false,
  tables: true,
  tick: true,
  trigger: true,
  'trigger-failure': true,
  'recent-uses': true,
  breakdown: true,
  'record-history': true,
  diagnosed: true,
  'audit-page': true,
  'audit-done': true,
  'audit-failure': true,
};

// In milliseconds: ages are shown in minutes, so it is looked this often whether one of them needs a frame.
const coarseAges = 15_000;

// Every tick, or every audit, changes these, but rarely what is drawn from them. A frame costs 10 ms; one every two seconds would be
// most of the CPU time of an idle console.
const quiet: ReadonlySet<string> = new Set<keyof State>(['freshAt', 'serverNow', 'pace', 'auditedAt']);

function isVisible(before: State, after: State): boolean {
  return (Object.keys(after) as (keyof State)[]).some(key => !quiet.has(key) && before[key] !== after[key]);
}

/** The state of `store`; the component is redrawn when it changes. */
export function useStore(store: Store): State {
  return useSyncExternalStore(store.subscribe, store.get);
}
