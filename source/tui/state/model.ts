import type { Context } from '../../config/contexts/context.ts';
import type { Totals } from '../../counter/counter.ts';
import type { CounterDefinition } from '../../counter/definition/definition.ts';
import type { InspectedDatabase } from '../../counter/inspect-database.ts';
import type { Breakdown } from '../../counter/reading/breakdown.ts';
import type { NewestRecord } from '../../counter/reading/newest-record-model.ts';
import type { PresetDetail } from '../../counter/reading/preset-detail.ts';
import type { RecordHistory } from '../../counter/reading/record-history.ts';
import type { SchemaReport } from '../../counter/schema/schema-report.ts';
import type { ConsoleError } from '../../errors/errors.ts';
import type { ShownHealth } from '../../trigger/defined/shown-health.ts';
import type { ContentionLooks } from '../../watch/contention.ts';
import type { DriftEvent } from '../../watch/drift-event.ts';
import type { Diagnosed, WatchEvent } from '../../watch/watch-event.ts';
import type { CommandBar, CommandStep } from '../command/model.ts';
import type { Counters, CountersStep } from '../counters/model.ts';
import { type Drift, noDrift } from '../drift/model.ts';
import type { ExportFormat } from '../export/formats.ts';
import type { Watching } from '../preset/watching-model.ts';
import type { History, HistoryStep } from '../repair/history-model.ts';
import type { Repair, RepairStep } from '../repair/model.ts';
import type { Order } from '../rows/order.ts';
import { ListedRows, type Row, type RowList } from '../rows/row-list.ts';
import { type Sort, type SortAndFilter, sorts } from '../rows/sort.ts';
import { noSimulation, type SimulationAction, type SimulationState } from '../simulation/simulation-state.ts';
import type { Move } from './move.ts';
import type { Screen } from './screens.ts';

export { type Row, type Sort, type SortAndFilter, sorts };

/** The names of the contexts in config.json, and why it cannot be read, if that is so. */
export interface Contexts {
  names: readonly string[];
  problem: string | null;
}

/** What ends the console: `quit`, or the context to open instead. */
export type Leaving = 'quit' | { context: string };

export interface State extends SortAndFilter {
  size: { columns: number; rows: number };
  /** What a list begins with. */
  firstSort: Sort;
  /** True under --read-only: the console offers nothing that writes. */
  readOnly: boolean;
  /** The directory with the application's source, if one was named. */
  appSource: string | null;
  /** The name of the database that --context gave, and its colour; null without it. */
  context: Pick<Context, 'name' | 'color'> | null;
  /** The contexts that can be opened instead, or why they are not known; null until they were read. */
  contexts: Contexts | null;
  /** The file that drift is kept in, if one was named. */
  driftLog: string | null;
  screen: Screen;
  /** The screen that help goes back to. */
  behindHelp: Screen;
  /** The screen that the list of counters goes back to. */
  behindCounters: Screen;
  /** True while the filter is being typed. */
  editingFilter: boolean;
  paused: boolean;
  /** How far a screen of text is scrolled. */
  scroll: number;

  /** The counter that is watched; null for that of presets. */
  counter: CounterDefinition | null;
  /** The list of counters; null until it was opened. */
  counters: Counters | null;
  /** What is done before the counter can be read: the embedded demo starts, or the counter is searched. */
  starting: { stage: string; done: number; total: number } | null;
  inspected: InspectedDatabase | null;
  trigger: ShownHealth | null;
  /** Why it is not known what keeps the count; null if nothing failed. */
  triggerFailure: ConsoleError | null;
  rows: RowList;
  /** The ids listed, in order. */
  order: Order;
  /** How many rows are marked; which ones, the rows know. */
  marked: number;
  /** The preset under the cursor; null until the cursor is moved, which means the first of the list. */
  selected: string | null;
  cursor: number;
  /** The index of the first row in the window. */
  top: number;
  detail: { id: string; value: PresetDetail } | null;
  /** True if the open preset's uses are plotted by hour, and not by day. */
  byHour: boolean;
  simulation: SimulationState;
  /** The wait for a real use of the preset that is open. */
  watching: Watching | null;
  /** The repair on its screen; null while there is none. */
  repair: Repair | null;
  /** Null until it was opened. */
  history: History | null;
  /** The menu that is open in the footer: what can be copied, the formats of an export, or whether to leave. */
  menu: 'copy' | 'export' | Leaving | null;
  /** The command bar; null while it is closed. */
  command: CommandBar | null;
  /** What was run from it, the newest first. */
  commands: readonly string[];
  /** Why the last key does nothing now; null if it did something. */
  whyNot: string | null;
  /** What the last key did, if nothing else shows it. */
  done: string | null;
  /** Null until help needed it; its value is null if reading it would be expensive. */
  newest: { value: NewestRecord | null } | null;
  /** Null until its screen was opened. */
  schemaReport: SchemaReport | null;
  drift: Drift;
  /** The rows that sessions waited for at the newest ticks. */
  contention: ContentionLooks;
  /** The drift logs of the counters that were watched before, by their ids. */
  drifts: ReadonlyMap<string, Drift>;
  /** Why counts are wrong, as far as it is known; see `diagnosisOf`. */
  diagnoses: ReadonlyMap<string, Diagnosed>;
  /** What the latest records of the open preset are; its value is null if that cannot be read. */
  breakdown: { id: string; value: Breakdown | null } | null;
  /** The uses of rows on each of the last days, oldest first, as far as they were read. */
  recentUses: ReadonlyMap<string, readonly number[]>;
  /** All records of the open preset over time; the history is null if it is not plotted. */
  recordHistory: { id: string; history: RecordHistory | null } | null;

  /** Sums over all presets; null until every one was audited. */
  totals: Totals | null;
  /** When the last audit that ended had begun, by this machine's clock; null before the first. */
  auditedAt: number | null;
  orphans: number;
  audit: { done: number; presets: number } | null;
  auditFailure: ConsoleError | null;
  /** When the last tick came in, by this machine's clock, and what the server's clock said then. */
  freshAt: number | null;
  serverNow: number;
  /** Milliseconds from one tick to the next, at present. */
  pace: number;
  /** When rows last changed, if the last tick did it: those rows are marked. */
  changedAt: number | null;
  failure: { error: ConsoleError; since: number; retryAt: number } | null;
}

export type Action =
  | { type: 'starting'; stage: string; done: number; total: number }
  /** Watches another counter from now on. */
  | { type: 'watch-counter'; counter: CounterDefinition }
  | { type: 'counters'; step: CountersStep }
  | { type: 'contexts'; contexts: Contexts }
  | WatchEvent
  /** Drift of earlier runs, oldest first; it comes before any of this run. */
  | { type: 'kept-drift'; events: readonly DriftEvent[]; problem: string | null }
  | SimulationAction
  | { type: 'repair'; step: RepairStep }
  | { type: 'history'; step: HistoryStep }
  | { type: 'why-not'; reason: string | null }
  | { type: 'menu'; menu: State['menu'] }
  | { type: 'open-command' }
  | { type: 'command'; step: CommandStep }
  /** Writes the list to a file. */
  | { type: 'export'; format: ExportFormat }
  /** What was done that no screen shows, or why it was not. */
  | { type: 'said'; done?: string; whyNot?: string }
  | { type: 'resize'; columns: number; rows: number }
  /** `last`: how far the text on screen can be scrolled. */
  | { type: 'move'; move: Move; last?: number }
  | { type: 'open'; screen: Screen }
  /** Opens the preset of the drift log's entry under the cursor. */
  | { type: 'open-drifted' }
  | { type: 'back' }
  /** Marks the row under the cursor and moves on, or takes its mark away. */
  | { type: 'mark' }
  /** Marks all that are listed; if they are, takes their marks away. */
  | { type: 'mark-listed' }
  /** Sorts by the next order; or by this one, and if it is that already, the other way round. */
  | { type: 'sort'; by?: Sort }
  | { type: 'only-mismatches' }
  | { type: 'edit-filter' }
  | { type: 'type-filter'; text: string }
  | { type: 'erase-filter' }
  | { type: 'keep-filter' }
  | { type: 'clear-filter' }
  | { type: 'watch-use' }
  /** Plots by hour, or by day again. */
  | { type: 'by-hour' }
  | { type: 'watch-step' }
  | { type: 'pause' };

/** The state before anything is known. */
export function initialState(size: State['size'], firstSort: Sort = 'drift'): State {
  return {
    size,
    firstSort,
    readOnly: false,
    appSource: null,
    context: null,
    contexts: null,
    driftLog: null,
    screen: 'list',
    behindHelp: 'list',
    behindCounters: 'list',
    editingFilter: false,
    paused: false,
    scroll: 0,
    sort: firstSort,
    reversed: false,
    filter: '',
    onlyMismatches: false,
    counter: null,
    counters: null,
    drifts: new Map(),
    starting: null,
    inspected: null,
    trigger: null,
    triggerFailure: null,
    rows: new ListedRows(),
    order: [],
    marked: 0,
    selected: null,
    cursor: 0,
    top: 0,
    detail: null,
    byHour: false,
    simulation: noSimulation,
    watching: null,
    repair: null,
    history: null,
    menu: null,
    command: null,
    commands: [],
    whyNot: null,
    done: null,
    newest: null,
    schemaReport: null,
    drift: noDrift,
    contention: [],
    diagnoses: new Map(),
    breakdown: null,
    recentUses: new Map(),
    recordHistory: null,
    totals: null,
    auditedAt: null,
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
