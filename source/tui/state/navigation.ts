import { toggleWatching } from '../preset/state.ts';
import type { Watching } from '../preset/watching-model.ts';
import { judgeWatchedUse, reduceSimulation, type SimulationAction } from '../simulation/simulation-state.ts';
import { definitionIn } from './counter.ts';
import { place } from './cursor.ts';
import { chosenRow, unmark } from './marks.ts';
import type { State } from './model.ts';
import { rearrange } from './rows.ts';
import type { Screen } from './screens.ts';
import { selectedRow } from './selectors.ts';
import { watchedId } from './watch-counter.ts';

/** A simulation must keep its preset, however the list is sorted meanwhile. */
export function openSimulation(state: State, action: SimulationAction): State {
  const row = chosenRow(state);
  if (!row) return state;
  // The cursor goes to a marked row, too.
  return withSimulation(
    place({ ...state, screen: 'simulate', scroll: 0, selected: row.id, watching: null }),
    action,
  );
}

export function withWatching(
  state: State,
  watching: Watching | null,
): Pick<State, 'watching' | 'simulation'> {
  const subject = { name: selectedRow(state)?.name ?? '', definition: definitionIn(state) };
  return { watching, simulation: judgeWatchedUse(state.simulation, state.watching, watching, subject) };
}

export function withSimulation(state: State, action: SimulationAction): State {
  const simulation = reduceSimulation(state.simulation, action, selectedRow(state));
  return simulation === state.simulation ? state : { ...state, simulation };
}

/** Opens the preset and watches it, for the steps of the checklist that real uses can decide. */
export function watchStep(state: State): State {
  const opened = open(state, 'preset');
  if (opened === state) return state;
  const { list } = state.simulation;
  return toggleWatching({
    ...opened,
    simulation: { ...state.simulation, list: { ...list, byWatching: true } },
  });
}

export function open(state: State, screen: Screen): State {
  if (screen === 'preset') {
    const row = selectedRow(state);
    if (!row) return state;
    return { ...state, screen, scroll: 0, selected: row.id, detail: null, watching: null };
  }
  if (screen === 'help') return { ...state, screen, scroll: 0, behindHelp: state.screen };
  if (screen === 'counters') return { ...state, screen, scroll: 0, behindCounters: behind(state) };
  // Leaving the screen of a finished repair forgets it.
  return { ...state, screen, scroll: 0, watching: null, repair: null };
}

/** Help that was opened over the list of counters goes back to it, so the list cannot go back to help. */
function behind({ screen, behindHelp, behindCounters }: State): Screen {
  if (screen !== 'help') return screen;
  return behindHelp === 'counters' ? behindCounters : behindHelp;
}

/** True on the screen that nothing is behind. */
export function isFirstScreen(state: State): boolean {
  return state.screen === 'list' || (state.screen === 'counters' && watchedId(state) === null);
}

export function back(state: State): State {
  if (state.screen === 'help') return { ...state, screen: state.behindHelp, scroll: 0 };
  if (state.screen === 'counters') return { ...state, screen: state.behindCounters, scroll: 0 };
  if (state.screen !== 'list') return place({ ...state, screen: 'list', scroll: 0, watching: null });
  // The filter first: marks take longer to make again.
  return state.filter === '' ? unmark(state) : rearrange({ ...state, filter: '' });
}
