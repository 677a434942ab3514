import { stepIds } from '../../checklist/steps.ts';
import { moveInCounters } from '../counters/state.ts';
import { moveDrift } from '../drift/state.ts';
import { moveEntry } from '../repair/history.ts';
import type { State } from './model.ts';
import { type Move, moved } from './move.ts';
import { windowRows } from './selectors.ts';

/** Moves the cursor on the list, or scrolls the text of other screens, up to `last`. */
export function moveCursor(state: State, move: Move, last = Number.MAX_SAFE_INTEGER): State {
  const height = windowRows(state.size);
  if (state.screen === 'checklist') return moveStep(state, move);
  if (state.screen === 'history') return moveEntry(state, move);
  if (state.screen === 'counters') return moveInCounters(state, move);
  if (state.screen === 'drift') return moveDrift(state, move);
  if (state.screen !== 'list') {
    // Each screen draws no further than its end; the next key learns of a new end through `last`.
    const step = 'by' in move ? move.by : 'page' in move ? move.page * height : 0;
    const scroll =
      'to' in move
        ? move.to === 'start'
          ? 0
          : Number.MAX_SAFE_INTEGER
        : Math.min(state.scroll, last) + step;
    return { ...state, scroll: Math.max(0, scroll) };
  }
  const cursor = moved(state.cursor, move, { page: height, last: state.order.length - 1 });
  return scrollTo({ ...state, cursor, selected: state.order.at(cursor) ?? null });
}

function moveStep(state: State, move: Move): State {
  const { list } = state.simulation;
  const last = stepIds.length - 1;
  const wanted =
    'by' in move ? list.cursor + move.by : ('page' in move ? move.page < 0 : move.to === 'start') ? 0 : last;
  const cursor = Math.max(0, Math.min(last, wanted));
  return cursor === list.cursor
    ? state
    : { ...state, simulation: { ...state.simulation, list: { ...list, cursor } } };
}

/** Puts the cursor back on its preset after the list was sorted, filtered or resized, and scrolls to it. */
export function place(state: State): State {
  const found = state.selected === null ? 0 : state.order.indexOf(state.selected);
  if (found >= 0) return scrollTo({ ...state, cursor: found });
  // Its preset is filtered out or gone: the cursor keeps its position.
  const cursor = Math.max(0, Math.min(state.order.length - 1, state.cursor));
  // On the list the preset under the cursor is selected; an open screen keeps its own.
  const selected = state.screen === 'list' ? (state.order.at(cursor) ?? null) : state.selected;
  return scrollTo({ ...state, cursor, selected });
}

function scrollTo(state: State): State {
  const height = windowRows(state.size);
  const last = Math.max(0, state.order.length - height);
  const top = Math.min(last, Math.max(state.cursor - height + 1, Math.min(state.top, state.cursor)));
  return top === state.top ? state : { ...state, top };
}
