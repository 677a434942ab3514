import { type Counter, type Totals, totals } from '../../counter/counter.ts';
import type { Look } from '../../counter/inspect-database.ts';
import type { NewestRecord } from '../../counter/newest-record-model.ts';
import type { PresetDetail } from '../../counter/preset-detail.ts';
import type { RecordHistory } from '../../counter/record-history.ts';
import type { Shape } from '../../counter/schema-report.ts';
import type { ConsoleError } from '../../errors/errors.ts';
import type { TriggerHealth } from '../../trigger/health.ts';
import type { Diagnosed } from '../../watch/diagnose-watch.ts';
import type { WatchEvent } from '../../watch/watch.ts';
import { addDrift, type Drift, driftAtCursor, noDrift, readDrift } from '../drift/state.ts';
import { keepDiagnoses } from '../preset/diagnoses.ts';
import { toggleWatching, type Watching, watchTick } from '../preset/state.ts';
import {
  noProof,
  type Proof,
  type ProofAction,
  proveByWatching,
  reduceProof,
} from '../proof/simulation-state.ts';
import { type History, type HistoryStep, reduceHistory } from '../repair/history.ts';
import { type Repair, type RepairStep, reduceRepair } from '../repair/state.ts';
import { type Move, moveCursor, place } from './cursor.ts';
import { type Arrangement, arrange, sorts } from './sort-and-filter.ts';

/** A counter on the list; times in milliseconds since 1970. */
export interface Row extends Counter {
  /** What the last change of the count was, and when it was seen; the list shows it until the next tick. */
  change: number;
  changedAt: number;
}

export type Screen =
  | 'list'
  | 'preset'
  | 'trigger'
  | 'simulate'
  | 'checklist'
  | 'repair'
  | 'history'
  | 'shape'
  | 'drift'
  | 'help';

export interface State extends Arrangement {
  size: { columns: number; rows: number };
  /** True under --read-only: the console offers nothing that writes. */
  readOnly: boolean;
  /** The directory with the application's source, where one was named. */
  appSource: string | null;
  screen: Screen;
  /** The screen that help goes back to. */
  behindHelp: Screen;
  /** True while `/` takes what is typed. */
  editingFilter: boolean;
  paused: boolean;
  /** How far a screen of text is scrolled. */
  scroll: number;

  /** What the embedded demo is doing before it can be asked anything. */
  starting: { stage: string; done: number; total: number } | null;
  look: Look | null;
  trigger: TriggerHealth | null;
  rows: ReadonlyMap<string, Row>;
  /** The ids listed, in order. */
  order: readonly string[];
  /** The preset under the cursor; null until the cursor was moved: then it is the first, whichever that is. */
  selected: string | null;
  cursor: number;
  /** The index of the first row in the window. */
  top: number;
  detail: { id: string; value: PresetDetail } | null;
  proof: Proof;
  /** The wait for a real use of the preset that is open. */
  watching: Watching | null;
  /** The repair on its screen; null while there is none. */
  repair: Repair | null;
  /** Null until it was asked for. */
  history: History | null;
  /** Why the key pressed last does nothing now; null where it did something. */
  whyNot: string | null;
  /** Null until help asked for it; its value is null where it cannot be had cheaply. */
  newest: { value: NewestRecord | null } | null;
  /** Null until its screen asked for it. */
  shape: Shape | null;
  drift: Drift;
  /** Why counts are wrong, as far as it was found out; see `diagnosisOf`. */
  diagnoses: ReadonlyMap<string, Diagnosed>;
  /** All records over time of the preset that is open; its history is null where it is not plotted. */
  recordHistory: { id: string; history: RecordHistory | null } | null;

  /** Sums over all presets; null until every one was audited. */
  totals: Totals | null;
  orphans: number;
  audit: { done: number; presets: number } | null;
  auditFailure: ConsoleError | null;
  /** When the last tick came in, by this machine's clock, and what the server's clock said then. */
  freshAt: number | null;
  serverNow: number;
  /** How many milliseconds pass from one tick to the next, as things are now. */
  pace: number;
  /** When rows changed last, if that was with the last tick: those rows are marked. */
  changedAt: number | null;
  failure: { error: ConsoleError; since: number; retryAt: number } | null;
}

export type Action =
  | { type: 'starting'; stage: string; done: number; total: number }
  | WatchEvent
  | ProofAction
  | { type: 'repair'; step: RepairStep }
  | { type: 'history'; step: HistoryStep }
  | { type: 'why-not'; reason: string | null }
  | { type: 'resize'; columns: number; rows: number }
  /** `last`: how far the text on screen can be scrolled. */
  | { type: 'move'; move: Move; last?: number }
  | { type: 'open'; screen: Screen }
  /** Opens the preset of the drift log's entry under the cursor. */
  | { type: 'open-drifted' }
  | { type: 'back' }
  | { type: 'sort' }
  | { type: 'only-mismatches' }
  | { type: 'edit-filter' }
  | { type: 'type-filter'; text: string }
  | { type: 'erase-filter' }
  | { type: 'keep-filter' }
  | { type: 'clear-filter' }
  | { type: 'watch-use' }
  | { type: 'watch-step' }
  | { type: 'pause' };

/** The state before anything is known. */
export function initialState(size: State['size']): State {
  return {
    size,
    readOnly: false,
    appSource: null,
    screen: 'list',
    behindHelp: 'list',
    editingFilter: false,
    paused: false,
    scroll: 0,
    sort: 'usage',
    filter: '',
    onlyMismatches: false,
    starting: null,
    look: null,
    trigger: null,
    rows: new Map(),
    order: [],
    selected: null,
    cursor: 0,
    top: 0,
    detail: null,
    proof: noProof,
    watching: null,
    repair: null,
    history: null,
    whyNot: null,
    newest: null,
    shape: null,
    drift: noDrift,
    diagnoses: new Map(),
    recordHistory: null,
    totals: null,
    orphans: 0,
    audit: null,
    auditFailure: null,
    freshAt: null,
    serverNow: 0,
    pace: 0,
    changedAt: null,
    failure: null,
  };
}

/** Header, totals, column titles and key line around the list. */
const frameRows = 6;

/** The smallest terminal that everything is laid out for. */
export const leastSize = { columns: 80, rows: 24 };

/** True where nothing can be shown, and so nothing may be asked. */
export function isTooSmall({ columns, rows }: State['size']): boolean {
  return columns < leastSize.columns || rows < leastSize.rows;
}

/** How many presets the list shows in a terminal of this height. */
export function windowRows(size: State['size']): number {
  return Math.max(1, size.rows - frameRows);
}

/** The ids in the window. */
export function visibleIds(state: State): readonly string[] {
  return state.order.slice(state.top, state.top + windowRows(state.size));
}

/** The preset under the cursor. */
export function selectedRow(state: State): Row | undefined {
  const id = state.selected ?? state.order[state.cursor];
  return id === undefined ? undefined : state.rows.get(id);
}

/** Every change of the console's state; pure, so that a test can play any sequence of events and keys. */
export function reduce(state: State, action: Action): State {
  switch (action.type) {
    case 'starting':
      return { ...state, starting: { stage: action.stage, done: action.done, total: action.total } };
    case 'look':
      return withRows(
        {
          ...state,
          starting: null,
          look: action.look,
          freshAt: action.at,
          serverNow: action.serverNow,
          failure: null,
          drift: { ...state.drift, since: state.drift.since ?? action.at },
          ...sumsSeen(state, action.look),
        },
        mergeRows(rowsSeen(state, action.look), action.counters, action.at),
      );
    case 'tables':
      return withRows(
        { ...state, look: keepLook(state.look, action.look), ...sumsSeen(state, action.look) },
        rowsSeen(state, action.look),
      );
    case 'trigger':
      return { ...state, trigger: keep(state.trigger, action.trigger) };
    case 'tick': {
      const found = new Set(action.counters.map(({ id }) => id));
      const gone = action.asked.filter(id => !found.has(id));
      return withRows(
        {
          ...state,
          look: keepLook(state.look, action.look),
          trigger: keep(state.trigger, action.trigger),
          detail: keep(state.detail, action.detail ?? state.detail),
          ...withWatching(state, watchTick(state.watching, action)),
          newest: keep(state.newest, action.newest ?? state.newest),
          shape: keep(state.shape, action.shape ?? state.shape),
          freshAt: action.at,
          serverNow: action.serverNow,
          pace: action.pace,
          changedAt: null,
          failure: null,
          ...sumsSeen(state, action.look),
        },
        mergeRows(rowsSeen(state, action.look), action.counters, action.at, gone),
        action.at,
      );
    }
    case 'drift':
      return addDrift(state, action);
    case 'diagnosed':
      return { ...state, diagnoses: keepDiagnoses(state.diagnoses, action.diagnoses) };
    case 'record-history':
      return {
        ...state,
        recordHistory: keep(state.recordHistory, { id: action.id, history: action.history }),
      };
    case 'audit-page': {
      const { done, presets, counters, gone } = action.progress;
      // How far it is matters only until every preset was audited once: after that the sums stand, and nothing is drawn.
      const shown = state.totals === null ? { ...state, audit: { done, presets } } : state;
      return withRows(shown, mergeRows(state.rows, counters, action.at, gone), action.at);
    }
    case 'audit-done':
      return withRows(
        {
          ...state,
          orphans: action.summary.orphans,
          totals: keep(state.totals, totals(state.rows.values())),
          audit: null,
          auditFailure: null,
        },
        mergeRows(state.rows, [], 0, action.summary.gone),
      );
    case 'audit-failure':
      return { ...state, audit: null, auditFailure: action.error };
    case 'failure':
      return {
        ...state,
        audit: null,
        look: hideAfter(state.look, action.error),
        failure: { error: action.error, since: state.failure?.since ?? action.at, retryAt: action.retryAt },
      };
    case 'simulate':
      return simulate(state, action);
    case 'ask-real-use':
      // A question must not stand above what is on screen.
      return withProof({ ...state, scroll: 0 }, action);
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
      return withProof(state, action);
    case 'repair':
      return reduceRepair(state, action.step);
    case 'history':
      return reduceHistory(state, action.step);
    case 'why-not':
      return { ...state, whyNot: action.reason };
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
    case 'sort':
      return rearrange({ ...state, sort: sorts[(sorts.indexOf(state.sort) + 1) % sorts.length] ?? 'usage' });
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
      return { ...state, editingFilter: false };
    case 'clear-filter':
      return rearrange({ ...state, editingFilter: false, filter: '' });
    case 'watch-use':
      return toggleWatching(state);
    case 'watch-step':
      return watchStep(state);
    case 'pause':
      return { ...state, paused: !state.paused };
  }
}

/** The preset under the cursor stays the one that is meant, however the list is sorted meanwhile. */
function simulate(state: State, action: ProofAction): State {
  const row = selectedRow(state);
  if (!row) return state;
  return withProof({ ...state, screen: 'simulate', scroll: 0, selected: row.id, watching: null }, action);
}

function withWatching(state: State, watching: Watching | null): Pick<State, 'watching' | 'proof'> {
  const name = selectedRow(state)?.name ?? '';
  return { watching, proof: proveByWatching(state.proof, state.watching, watching, name) };
}

function withProof(state: State, action: ProofAction): State {
  const proof = reduceProof(state.proof, action, selectedRow(state));
  return proof === state.proof ? state : { ...state, proof };
}

/** Opens the preset and watches it, for the steps of the checklist that a real use can prove. */
function watchStep(state: State): State {
  const opened = open(state, 'preset');
  if (opened === state) return state;
  const { list } = state.proof;
  return toggleWatching({ ...opened, proof: { ...state.proof, list: { ...list, byWatching: true } } });
}

function open(state: State, screen: Screen): State {
  if (screen === 'preset') {
    const row = selectedRow(state);
    if (!row) return state;
    return { ...state, screen, scroll: 0, selected: row.id, detail: null, watching: null };
  }
  if (screen === 'help') return { ...state, screen, scroll: 0, behindHelp: state.screen };
  // A repair that has ended is left with its screen.
  return { ...state, screen, scroll: 0, watching: null, repair: null };
}

function back(state: State): State {
  if (state.screen === 'help') return { ...state, screen: state.behindHelp, scroll: 0 };
  if (state.screen !== 'list') return { ...state, screen: 'list', scroll: 0, watching: null };
  return state.filter === '' ? state : rearrange({ ...state, filter: '' });
}

/** The same map where nothing changed, so that nothing is sorted or drawn anew. */
function mergeRows(
  rows: ReadonlyMap<string, Row>,
  counters: readonly Counter[],
  at: number,
  gone: readonly string[] = [],
): ReadonlyMap<string, Row> {
  const changed: Row[] = [];
  for (const counter of counters) {
    const old = rows.get(counter.id);
    if (!old) {
      changed.push({ ...counter, change: 0, changedAt: 0 });
      continue;
    }
    // Where counting is dear a tick brings the count alone; the records of the last audit stand while the count does.
    const records = counter.records ?? (Object.is(old.usageCount, counter.usageCount) ? old.records : null);
    if (
      Object.is(old.usageCount, counter.usageCount) &&
      old.exact === counter.exact &&
      old.records === records &&
      old.lastUsedAt === counter.lastUsedAt &&
      old.name === counter.name
    ) {
      continue;
    }
    // No number where either count is none.
    const change = (counter.usageCount ?? 0) - (old.usageCount ?? 0) || 0;
    changed.push({ ...counter, records, change, changedAt: at });
  }
  const lost = gone.filter(id => rows.has(id));
  if (changed.length === 0 && lost.length === 0) return rows;
  const merged = new Map(rows);
  for (const row of changed) merged.set(row.id, row);
  for (const id of lost) merged.delete(id);
  return merged;
}

function withRows(state: State, rows: ReadonlyMap<string, Row>, at: number | null = null): State {
  if (rows === state.rows) return state;
  const sums = state.totals && keep(state.totals, totals(rows.values()));
  return rearrange({ ...state, rows, totals: sums, changedAt: at ?? state.changedAt });
}

function isLifted({ look }: State, now: Look): boolean {
  return look !== null && look.tables.hiddenBy.length > 0 && now.tables.hiddenBy.length === 0;
}

/** What was counted while rows were hidden is no count of all of them, also once none is. */
function rowsSeen(state: State, now: Look): ReadonlyMap<string, Row> {
  if (!isLifted(state, now)) return state.rows;
  return new Map(Array.from(state.rows, ([id, row]) => [id, { ...row, records: null }]));
}

function sumsSeen(state: State, now: Look): Pick<State, 'totals' | 'orphans'> {
  return isLifted(state, now)
    ? { totals: null, orphans: 0 }
    : { totals: state.totals, orphans: state.orphans };
}

/** A role that has lost the right to read sees no row any more: what it saw before must not stand as what is. */
function hideAfter(look: Look | null, { code, message }: ConsoleError): Look | null {
  if (!look || (code !== 'permission-denied' && code !== 'rows-hidden')) return look;
  return { ...look, tables: { ...look.tables, hiddenBy: [message.replace(/\.$/, '')], seenBy: [] } };
}

/** The value that was there, where the new one says the same: what did not change need not be drawn again. */
export function keep<T>(before: T, now: T): T {
  return JSON.stringify(before) === JSON.stringify(now) ? before : now;
}

/** As `keep`, but for the clock and the planner's estimates: they move all the time, and nobody sees them. */
function keepLook(before: Look | null, now: Look): Look {
  const seen = ({ server, host, label, tables }: Look) => [
    server,
    host,
    label,
    tables.presets.name,
    tables.hiddenBy,
    tables.seenBy,
  ];
  return before && JSON.stringify(seen(before)) === JSON.stringify(seen(now)) ? before : now;
}

function rearrange(state: State): State {
  return place({ ...state, order: arrange(state.rows, state, state.order) });
}
