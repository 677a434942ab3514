import { flushCompileCache } from 'node:module';
import { forceColor, usesColor } from '../config/color.ts';
import type { Config } from '../config/config.ts';
import { collectOften, compileWarmCode, optimizeHotCode } from '../config/optimizer.ts';
import { withDeadline } from '../connection/deadlines.ts';
import type { Database } from '../connection/transactions.ts';
import type { CounterChoice } from '../counter/definition/counter-choice.ts';
import { isOfPresets } from '../counter/definition/counter-nouns.ts';
import type { CounterDefinition } from '../counter/definition/definition.ts';
import { type OpenDatabase, openDatabase } from '../demo/run.ts';
import { type ConsoleError, isConsoleError } from '../errors/errors.ts';
import type { DriftFile } from '../watch/kept/drift-file.ts';
import { Watch } from '../watch/run/watch.ts';
import type { Focus } from '../watch/watch-event.ts';
import { collectEarlyGarbage, collectOftenForAMoment, leaveGarbage } from './collect-garbage.ts';
import { type CountersEffects, createCountersEffects } from './counters/effects.ts';
import { createDriftEffects, type DriftEffects } from './drift/effects.ts';
import type { ExportFormat } from './export/formats.ts';
import { listShape, shownDays } from './list/list-shape.ts';
import { diagnosisOf, plotColumns } from './preset/diagnoses.ts';
import { isWatching } from './preset/state.ts';
import type { Ending } from './render.tsx';
import { isRepairing } from './repair/model.ts';
import { beingWritten, type OwnWrite, presetsWritten } from './repair/pending-writes.ts';
import { filterFor } from './rows/filter.ts';
import { prepareLongList } from './rows/prepare-list.ts';
import { isLongList } from './rows/prepared-names.ts';
import { createSimulationEffects, type SimulationEffects } from './simulation/effects.ts';
import { watchesPresets } from './state/counter.ts';
import { type Action, initialState, type State } from './state/model.ts';
import { selectedRow, visibleIds, windowRows } from './state/selectors.ts';
import { logsOf } from './state/watch-counter.ts';
import { createStore } from './store.ts';

/** Milliseconds between two ticks if the database answers quickly. */
const interval = 2_000;
// In milliseconds. A database that answers within this time is shown at once: a frame without rows would delay the list.
const patience = 150;
// The diagnosis of fewer counts leaves little garbage.
const manyWrong = 100;

/**
 * Opens the console and resolves when it is left. Connecting and loading the screens run in parallel, because each takes
 * about half of the time to the list. Rejects if the first read fails. Later failures are shown in the header, and the
 * console keeps trying. `onScreen` gets a function that restores the terminal and ends the console with an error; a
 * message written before that would be lost with the screen. `whyNotContext` says why another context cannot be opened; null if it can be.
 */
export async function openConsole(
  config: Config,
  onScreen: (fail: (error: Error) => void) => void,
  whyNotContext: (name: string) => Promise<string | null>,
): Promise<Ending> {
  // Before anything is sent: what cannot be kept should not begin.
  const driftFile = config.driftLog === null ? null : await openDriftFile(config.driftLog);
  const drifts: DriftEffects[] = [];
  const color = usesColor(config, process.stdout);
  forceColor(color);
  const size = { columns: process.stdout.columns ?? 80, rows: process.stdout.rows ?? 24 };
  let watch: Watch | undefined;
  let opening: Promise<OpenDatabase> | undefined;
  let open: OpenDatabase | undefined;
  let work: SimulationEffects | undefined;
  let counters: CountersEffects | undefined;
  let writing: OwnWrite | null = null;
  let watched: CounterDefinition | null = null;
  let exporting: Promise<void> = Promise.resolve();
  let first = Promise.withResolvers<void>();
  const died = Promise.withResolvers<never>();
  // Aborted once the console is left: what is still starting must not go on beside that of another context.
  const left = new AbortController();

  const store = createStore(
    // A preset named on the command line is the first filter.
    {
      ...initialState(size, config.sort),
      filter: filterFor(config.presets[0] ?? ''),
      readOnly: config.readOnly,
      appSource: config.appSource,
      context: config.context,
      driftLog: config.driftLog,
    },
    (action, state) => {
      follow(action, state, watch);
      const now = beingWritten(state);
      if (now !== writing) watch?.ownWrites(now && presetsWritten(now));
      writing = now;
      work?.follow(action, state);
      if (action.type === 'export') exporting = exportTo(state, action.format, exporting);
      if (state.counter !== watched) switchTo(state.counter);
      counters?.follow(action, state);
      if (action.type === 'audit-done') prepareLongList(state);
      // A diagnosis follows.
      if (action.type === 'audit-done' && (state.totals?.mismatched ?? 0) > manyWrong)
        collectOftenForAMoment();
      if (showsOthers.has(action.type)) leaveGarbage();
      // What draws and sorts runs often from now on.
      if (showsOthers.has(action.type) || isLongList(state)) optimizeHotCode();
      if (action.type === 'connected') first.resolve();
      if (action.type === 'failure' && state.inspected === null) first.reject(action.error);
    },
    () => (store.get().screen === 'counters' ? counters?.refresh() : watch?.refresh()),
  );

  const exportTo = async (state: State, format: ExportFormat, before: Promise<void>) => {
    const { exportList } = await import('./export/effects.ts');
    await before;
    store.dispatch(await exportList(state, format, process.cwd()));
  };

  const start = (database: Database, choice: CounterChoice) => {
    first = Promise.withResolvers<void>();
    // Only that of the start is awaited.
    first.promise.catch(() => {});
    work = createSimulationEffects(database, { ...config, choice }, action => store.dispatch(action));
    const dispatch = (action: Action) => {
      if (watch === own) store.dispatch(action);
    };
    const drift =
      driftFile &&
      createDriftEffects(database, driftFile, { isRead: () => store.get().drift.kept !== null, dispatch });
    if (drift) drifts.push(drift);
    const own = new Watch(database, {
      counter: choice,
      interval,
      firstRows: windowRows(size),
      focus: () => focus(store.get()),
      onEvent: event => {
        if (watch !== own) return;
        if (event.type === 'failure' && isWithoutPresets(event.error)) first.reject(event.error);
        else if (drift) drift.take(event);
        else dispatch(event);
      },
      findRepairs: async asked => {
        // Loaded when a count comes out of step: the list should not wait for it.
        const { readDriftChanges } = await import('../repair/read-drift-changes.ts');
        return readDriftChanges(database, config.stateDirectory, asked);
      },
    });
    watch = own;
    own.setPaused(store.get().paused);
  };
  /** True if presets were looked for, as nothing else was named, and are not there. */
  const isWithoutPresets = ({ code }: ConsoleError) =>
    code === 'missing-table' && watched === null && config.counter.length === 0 && !store.get().inspected;
  const leave = () => {
    watch?.stop();
    watch = undefined;
    void work?.stop();
    work = undefined;
  };
  const switchTo = (counter: CounterDefinition | null) => {
    watched = counter;
    leave();
    if (open && counter) start(open.database, isOfPresets(counter) ? config.schema : counter);
  };

  const begin = async () => {
    // The demo's server runs in this process.
    if (config.target.kind === 'demo') optimizeHotCode();
    opening = openDatabase(config, {
      onProgress: ({ stage, done, total }) => store.dispatch({ type: 'starting', stage, done, total }),
      onFailure: error => died.reject(error),
      traffic: true,
      signal: left.signal,
    });
    open = await opening;
    left.signal.throwIfAborted();
    const { database, connect } = open;
    counters = createCountersEffects({
      config,
      connect,
      current: store.get,
      dispatch: action => store.dispatch(action),
    });
    if (config.counter.length > 0) {
      store.dispatch({ type: 'starting', stage: 'Finding the counter', done: 0, total: 0 });
      const { namedCounter } = await import('../counters/run-choose.ts');
      const counter = await namedCounter(database, config, left.signal);
      left.signal.throwIfAborted();
      store.dispatch({ type: 'watch-counter', counter });
    } else start(database, config.choice);
    await first.promise.catch(async (error: ConsoleError) => {
      if (!isWithoutPresets(error)) throw error;
      leave();
      await openAnother(database, error);
    });
  };
  /** Opens the only counter of a database without presets, or the list of its counters. */
  const openAnother = async (database: Database, error: ConsoleError) => {
    store.dispatch({ type: 'starting', stage: 'Searching the database for counters', done: 0, total: 0 });
    const { findCounterList } = await import('./counters/find-counter-list.ts');
    const { only, found } = await findCounterList(database, config, left.signal);
    left.signal.throwIfAborted();
    if (only) {
      store.dispatch({ type: 'watch-counter', counter: only });
      return first.promise;
    }
    if (found.counters.length === 0) throw error;
    store.dispatch({ type: 'counters', step: found });
    store.dispatch({ type: 'open', screen: 'counters' });
  };
  const begun = begin();
  // It is awaited below; until then a rejection must not count as unhandled.
  begun.catch(() => {});
  const { render, theme } = await loadScreens();
  await withDeadline(begun, config.target.kind === 'demo' ? 0 : patience, undefined);
  const colors = color ? 2 ** process.stdout.getColorDepth() : 0;
  const screen = render(store, theme(config.ascii, color, colors), whyNotContext);
  onScreen(screen.fail);
  // Not before: the answer to a console that fails at once would reach the shell, or the question for a password.
  begun.then(
    () => {
      if (!left.signal.aborted) screen.askBackground();
    },
    (error: ConsoleError) => screen.fail(error),
  );
  died.promise.catch((error: ConsoleError) => screen.fail(error));
  compileWarmCode();
  collectEarlyGarbage();
  void offerContexts(store.dispatch);
  // Written now, so that the next start is faster even if this console is killed.
  setTimeout(flushCompileCache, 1_000).unref();
  try {
    return await screen.ended;
  } finally {
    left.abort();
    watch?.stop();
    await counters?.stop();
    await exporting;
    const repairing = isRepairing(store.get());
    if (repairing) process.stderr.write('Waiting for the running batch.\n');
    await work?.stop();
    // The screen that would show the outcome is gone.
    if (repairing) {
      const { exitSummary } = await import('./exit-summary.ts');
      process.stderr.write(`${exitSummary(store.get())}\n`);
    }
    for (const drift of drifts) await drift.stop();
    const lost = (await driftFile?.close()) ?? null;
    if ([...logsOf(store.get()).values()].some(({ total }) => total > 0)) {
      const { driftSummary } = await import('./exit-summary.ts');
      process.stderr.write(`${driftSummary(store.get(), lost)}\n`);
    }
    const opened = await opening?.catch(() => null);
    await opened?.close();
  }
}

/** The contexts that the command bar offers. What is wrong with their file should not keep anybody from another database. */
async function offerContexts(dispatch: (action: Action) => void): Promise<void> {
  const { contextNames } = await import('../config/contexts/read-context.ts');
  try {
    dispatch({ type: 'contexts', contexts: { names: contextNames(process.env), problem: null } });
  } catch (error) {
    if (!isConsoleError(error)) throw error;
    dispatch({ type: 'contexts', contexts: { names: [], problem: error.message } });
  }
}

/** Loaded when it is asked for, with what reads its lines. */
async function openDriftFile(name: string): Promise<DriftFile> {
  const { DriftFile } = await import('../watch/kept/drift-file.ts');
  return DriftFile.open(name);
}

/**
 * Loads the modules of the screens, one part at a time, so that answers of the database are handled in between. Loaded
 * in one go, the server would wait for this program and then this program for the server.
 */
async function loadScreens(): Promise<typeof import('./render.tsx')> {
  // What they make for each frame is garbage with the next one.
  collectOften();
  const breathe = () => new Promise(resolve => setImmediate(resolve));
  await breathe();
  await import('react');
  await breathe();
  await import('../format/text.ts');
  await breathe();
  await import('ink');
  await breathe();
  return import('./render.tsx');
}

/** What a tick reads for the open screen. */
function focus(state: State): Focus {
  const row = selectedRow(state);
  // Waiting for a use goes on while help is open.
  const open = state.screen === 'preset' || isWatching(state);
  const detail = open && row ? { id: row.id, days: plottedDays(state.size.columns) } : null;
  return {
    ids: detail ? [detail.id] : visibleIds(state),
    detail,
    recent:
      state.screen === 'list'
        ? shownDays(state.size.columns, listShape(state.inspected?.tables, watchesPresets(state)))
        : null,
    plot: open && row && diagnosisOf(state, row) ? plotColumns(state.size.columns) : null,
    urgent: isWatching(state),
    answers: state.screen === 'help',
    schemaReport: state.screen === 'tables',
  };
}

/** How many days of uses are plotted in a terminal of this width. */
export function plottedDays(columns: number): number {
  return Math.max(14, Math.min(90, columns - 24));
}

/** Passes on to the watch what a key asks of it. */
function follow(action: Action, state: State, watch: Watch | undefined): void {
  if (action.type === 'pause') watch?.setPaused(state.paused);
  else if (action.type === 'open') watch?.tickOnce();
  else if (action.type === 'repair') {
    if (action.step.kind === 'done') watch?.refresh();
    else if (action.step.kind === 'leave') watch?.tickSoon();
  } else if (showsOthers.has(action.type)) watch?.tickSoon();
}

const showsOthers: ReadonlySet<Action['type']> = new Set<Action['type']>([
  'move',
  'mark',
  'back',
  'sort',
  'only-mismatches',
  'type-filter',
  'erase-filter',
  'clear-filter',
  'watch-use',
  'resize',
]);
