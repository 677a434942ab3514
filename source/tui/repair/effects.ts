import type { Config } from '../../config/config.ts';
import type { Database } from '../../connection/transactions.ts';
import { isNamed } from '../../counter/definition/choose-counters.ts';
import { type ConsoleError, isConsoleError } from '../../errors/errors.ts';
import type { RepairPlan, RepairRequest } from '../../repair/plan/repair-plan.ts';
import type { Action, State } from '../state/model.ts';
import type { Repair, RepairStep } from './model.ts';

/** Plans and runs repairs, and reads the history. */
export interface RepairWork {
  follow(action: Action, state: State): void;
  /** Stops between two batches; resolves when the running one has ended. */
  stop(): Promise<void>;
}

// In milliseconds. Ten frames a second show progress; each frame costs about 10 ms.
const leastBetween = 100;

/**
 * Does what keys ask for on the repair screen and in the history, and dispatches the results as actions. The reducer
 * allows one repair at a time; a plan that is no longer needed is aborted.
 */
export function createRepairWork(
  database: Database,
  config: Config,
  dispatch: (action: Action) => void,
): RepairWork {
  let planning = new AbortController();
  let stopping = new AbortController();
  let running: Promise<void> = Promise.resolve();
  const send = (step: RepairStep) => dispatch({ type: 'repair', step });

  // These modules are loaded by the first key that needs them, so that the list appears sooner.
  const plan = async (repair: Repair, known: State['diagnoses']) => {
    const { signal } = planning;
    await reportErrors(
      async () => {
        const { planRepair } = await import('../../repair/plan/read-plan.ts');
        const { diagnoseForPlan } = await import('../../diagnosis/run-for-plan.ts');
        const request = requestOf(repair, config);
        const why = repair.action === 'sync' ? { whyWrong: diagnoseForPlan(database, known) } : {};
        const planned = await planRepair(database, { ...request, ...why }, signal);
        if (!signal.aborted) send({ kind: 'planned', plan: planned });
      },
      error => {
        if (!signal.aborted) send({ kind: 'failed', error });
      },
    );
  };

  const run = async (agreed: RepairPlan) => {
    const { signal } = stopping;
    await reportErrors(
      async () => {
        const { runRepair } = await import('../../repair/run/run.ts');
        const { timeout, lockTimeout, stateDirectory: directory } = config;
        const steps = runRepair(database, agreed, { timeout, lockTimeout, directory, signal });
        let sentAt = Number.NEGATIVE_INFINITY;
        for (;;) {
          const { done, value } = await steps.next();
          if (done) return send({ kind: 'done', outcome: value });
          if (performance.now() - sentAt < leastBetween) continue;
          sentAt = performance.now();
          send({ kind: 'progress', progress: value });
        }
      },
      error => send({ kind: 'failed', error }),
    );
  };

  const read = async () => {
    await reportErrors(
      async () => {
        const [{ readHistory }, { readUnfinished }, identity] = await Promise.all([
          import('../../repair/history.ts'),
          import('../../repair/run/read-unfinished.ts'),
          identityOf(database, config).catch(onlyConsoleError),
        ]);
        const unknown = typeof identity === 'string' ? null : identity;
        const known = typeof identity === 'string' ? identity : null;
        const { receipts: entries, damaged } = await readHistory(config.stateDirectory, known, unfinished =>
          readUnfinished(database, unfinished),
        );
        dispatch({ type: 'history', step: { kind: 'read', entries, damaged, error: unknown } });
      },
      error => dispatch({ type: 'history', step: { kind: 'failed', error } }),
    );
  };

  return {
    follow(action, state) {
      const { repair } = state;
      const opened = (action.type === 'open' || action.type === 'back') && state.screen === 'history';
      if (opened) void read();
      if (action.type !== 'repair') return;
      const { kind } = action.step;
      if (kind === 'progress' || kind === 'planned' || kind === 'done') return;
      if (repair?.phase !== 'planning') planning.abort();
      else {
        // Only the latest plan matters.
        planning.abort();
        planning = new AbortController();
        void plan(repair, state.diagnoses);
      }
      if (kind === 'enter' && repair?.phase === 'running' && repair.plan) {
        stopping = new AbortController();
        running = run(repair.plan);
      }
      if (repair?.stopping === 'agreed') stopping.abort();
      if (kind === 'leave' && state.screen === 'history') void read();
    },
    async stop() {
      planning.abort();
      stopping.abort();
      await running;
    },
  };
}

function requestOf({ action, scope, options, receipt }: Repair, config: Config): RepairRequest {
  return {
    action,
    counter: config.choice,
    named: typeof config.choice !== 'string' && isNamed(config.counter, config.choice),
    presets: scope?.ids ?? [],
    options,
    readOnly: config.readOnly,
    directory: config.stateDirectory,
    receipt,
  };
}

async function identityOf(database: Database, config: Config): Promise<string> {
  const [{ inspectDatabase }, { readIdentity }] = await Promise.all([
    import('../../counter/inspect-database.ts'),
    import('../../counter/identity.ts'),
  ]);
  return database.read(async reader =>
    readIdentity(reader, database, (await inspectDatabase(reader, database, config.choice)).tables),
  );
}

function onlyConsoleError(error: unknown): ConsoleError {
  if (isConsoleError(error)) return error;
  throw error;
}

/** Does `work` and hands its error to `failed`. A fault of this program must end it, with a stack trace. */
async function reportErrors(work: () => Promise<void>, failed: (error: ConsoleError) => void): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (isConsoleError(error)) return failed(error);
    queueMicrotask(() => {
      throw error;
    });
  }
}
