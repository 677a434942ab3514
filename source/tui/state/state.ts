import { withLook } from '../../watch/contention.ts';
import { openCommand, reduceCommand } from '../command/state.ts';
import { reduceCounters } from '../counters/state.ts';
import { addDrift, addKeptDrift, driftAtCursor, readDrift } from '../drift/state.ts';
import { keepDiagnoses } from '../preset/diagnoses.ts';
import { toggleWatching, watchTick } from '../preset/state.ts';
import { reduceHistory } from '../repair/history.ts';
import { reduceRepair } from '../repair/state.ts';
import { readFilter } from '../rows/filter.ts';
import { causesOf } from '../rows/order.ts';
import { moveCursor, place } from './cursor.ts';
import { exportedWords, markListed, toggleMark } from './marks.ts';
import { type Action, type Sort, type State, sorts } from './model.ts';
import { back, open, openSimulation, watchStep, withSimulation, withWatching } from './navigation.ts';
import {
  hideAfter,
  keepInspected,
  mergeRows,
  mergeUses,
  rearrange,
  rowsOf,
  rowsSeen,
  sumsSeen,
  withRows,
} from './rows.ts';
import { keep, whyNotSort } from './selectors.ts';
import { watchCounter } from './watch-counter.ts';

/** Every change of the console's state. It depends on nothing else, so a test can play any sequence of events and keys. */
export function reduce(state: State, action: Action): State {
  switch (action.type) {
    case 'starting':
      return { ...state, starting: { stage: action.stage, done: action.done, total: action.total } };
    case 'counters':
      return reduceCounters(state, action.step);
    case 'contexts':
      return { ...state, contexts: action.contexts };
    case 'watch-counter':
      return watchCounter(state, action.counter);
    case 'connected':
      return withRows(
        {
          ...state,
          starting: null,
          inspected: action.inspected,
          freshAt: action.at,
          serverNow: action.serverNow,
          failure: null,
          drift: { ...state.drift, since: state.drift.since ?? action.at },
          ...sumsSeen(state, action.inspected),
        },
        mergeRows(rowsOf(state, action), action.counters, action.at),
      );
    case 'tables':
      return withRows(
        {
          ...state,
          inspected: keepInspected(state.inspected, action.inspected),
          ...sumsSeen(state, action.inspected),
        },
        mergeRows(rowsSeen(state, action.inspected), [], action.at),
        action.at,
      );
    case 'trigger':
      return { ...state, trigger: keep(state.trigger, action.trigger), triggerFailure: null };
    case 'trigger-failure':
      return { ...state, trigger: null, triggerFailure: action.error };
    case 'tick': {
      const found = new Set(action.counters.map(({ id }) => id));
      const gone = action.asked.filter(id => !found.has(id));
      return withRows(
        {
          ...state,
          inspected: keepInspected(state.inspected, action.inspected),
          trigger: keep(state.trigger, action.trigger ?? state.trigger),
          detail: keep(state.detail, action.detail ?? state.detail),
          ...withWatching(state, watchTick(state.watching, action)),
          contention: withLook(state.contention, action.contention),
          newest: keep(state.newest, action.newest ?? state.newest),
          schemaReport: keep(state.schemaReport, action.schemaReport ?? state.schemaReport),
          freshAt: action.at,
          serverNow: action.serverNow,
          pace: action.pace,
          // A change that an audit saw since the last tick is shown as long as one that a tick sees.
          changedAt: (state.changedAt ?? 0) > (state.freshAt ?? 0) ? state.changedAt : null,
          failure: null,
          ...sumsSeen(state, action.inspected),
        },
        mergeRows(rowsSeen(state, action.inspected), action.counters, action.at, gone, state.freshAt ?? 0),
        action.at,
      );
    }
    case 'drift':
      return addDrift(state, action);
    case 'kept-drift':
      return addKeptDrift(state, action);
    case 'diagnosed':
      return withDiagnoses(state, keepDiagnoses(state.diagnoses, action.diagnoses));
    case 'breakdown':
      return { ...state, breakdown: keep(state.breakdown, { id: action.id, value: action.breakdown }) };
    case 'recent-uses':
      return { ...state, recentUses: mergeUses(state.recentUses, action.uses) };
    case 'record-history':
      return {
        ...state,
        recordHistory: keep(state.recordHistory, { id: action.id, history: action.history }),
      };
    case 'audit-page': {
      const { done, presets, counters } = action.progress;
      // Progress matters only during the first audit: after that the sums stay, and nothing is redrawn.
      const shown = state.totals === null ? { ...state, audit: { done, presets } } : state;
      return withRows(shown, mergeRows(state.rows, counters, action.at), action.at);
    }
    case 'audit-done': {
      const rows = mergeRows(state.rows, [], action.at);
      const { orphans, durationMs } = action.summary;
      const done = { ...state, orphans, auditedAt: action.at - durationMs, audit: null, auditFailure: null };
      return withRows({ ...done, totals: keep(state.totals, rows.rows.totals()) }, rows, action.at);
    }
    case 'audit-failure':
      return { ...state, audit: null, auditFailure: action.error };
    case 'failure':
      return {
        ...state,
        audit: null,
        inspected: hideAfter(state.inspected, action.error),
        failure: { error: action.error, since: state.failure?.since ?? action.at, retryAt: action.retryAt },
      };
    case 'simulate':
      return openSimulation(state, action);
    case 'ask-real-use':
      // Scroll to the top, so that the question is visible.
      return withSimulation({ ...state, scroll: 0 }, action);
    case 'agree':
    case 'simulation-planned':
    case 'simulation-done':
    case 'simulation-failed':
    case 'real-use-made':
    case 'take-back':
    case 'taken-back':
    case 'real-use-failed':
    case 'run-step':
    case 'run-all':
    case 'step-running':
    case 'step-done':
    case 'source-scanning':
    case 'source-scanned':
    case 'checklist-failed':
      return withSimulation(state, action);
    case 'repair':
      return reduceRepair(state, action.step);
    case 'history':
      return reduceHistory(state, action.step);
    case 'why-not':
      return { ...state, whyNot: action.reason, done: null };
    case 'menu':
      return { ...state, menu: action.menu };
    case 'open-command':
      return openCommand(state);
    case 'command':
      return reduceCommand(state, action.step);
    case 'export':
      return { ...state, done: `Exporting ${exportedWords(state)}` };
    case 'said':
      return { ...state, whyNot: action.whyNot ?? null, done: action.done ?? null };
    case 'resize':
      if (action.columns === state.size.columns && action.rows === state.size.rows) return state;
      return place({ ...state, size: { columns: action.columns, rows: action.rows } });
    case 'move':
      return moveCursor(state, action.move, action.last);
    case 'open':
      return readDrift(open(state, action.screen));
    case 'open-drifted': {
      const id = driftAtCursor(state)?.preset.id;
      return id !== undefined && state.rows.has(id) ? open({ ...state, selected: id }, 'preset') : state;
    }
    case 'back':
      return readDrift(back(state));
    case 'mark':
      return toggleMark(state);
    case 'mark-listed':
      return markListed(state);
    case 'sort':
      return rearrange({ ...state, ...nextSort(state, action.by) });
    case 'only-mismatches':
      if (state.screen !== 'list') return rearrange({ ...state, screen: 'list', onlyMismatches: true });
      return rearrange({ ...state, onlyMismatches: !state.onlyMismatches });
    case 'edit-filter':
      return { ...state, editingFilter: true };
    case 'type-filter':
      return rearrange({ ...state, filter: state.filter + action.text });
    case 'erase-filter':
      return rearrange({ ...state, filter: Array.from(state.filter).slice(0, -1).join('') });
    case 'keep-filter':
      // What is not understood lists too much to be kept.
      return readFilter(state.filter).problem === null ? { ...state, editingFilter: false } : state;
    case 'clear-filter':
      return rearrange({ ...state, editingFilter: false, filter: '' });
    case 'watch-use':
      return toggleWatching(state);
    case 'by-hour':
      return { ...state, byHour: !state.byHour };
    case 'watch-step':
      return watchStep(state);
    case 'pause':
      return { ...state, paused: !state.paused };
  }
}

function withDiagnoses(state: State, diagnoses: State['diagnoses']): State {
  const next = { ...state, diagnoses };
  return causesOf(next).diagnoses ? rearrange(next) : next;
}

function nextSort(state: State, by: Sort | undefined): Pick<State, 'sort' | 'reversed'> {
  const { sort, reversed } = state;
  if (by !== undefined) return { sort: by, reversed: by === sort && !reversed };
  const offered = sorts.filter(each => each === sort || whyNotSort(state, each) === null);
  return { sort: offered[(offered.indexOf(sort) + 1) % offered.length] ?? sort, reversed: false };
}
