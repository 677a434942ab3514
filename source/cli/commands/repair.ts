import type { Config } from '../../config/config.ts';
import type { Database } from '../../connection/transactions.ts';
import { isNamed } from '../../counter/definition/choose-counters.ts';
import { recordsOf, rowsOf } from '../../counter/definition/nouns.ts';
import { leaveOutReadOnly, refused } from '../../counter/guards.ts';
import { diagnoseForPlan } from '../../diagnosis/run-for-plan.ts';
import { type ExitCode, exitCodes, usageError } from '../../errors/errors.ts';
import { count } from '../../format/numbers.ts';
import { amount } from '../../format/plurals.ts';
import { standbyWaitWords } from '../../repair/format-repair.ts';
import { planRepair } from '../../repair/plan/read-plan.ts';
import type { RepairPlan } from '../../repair/plan/repair-plan.ts';
import { stalePlan } from '../../repair/plan/stale-plan.ts';
import type { RepairAction, RepairOutcome, RepairProgress } from '../../repair/repair.ts';
import { exitCodeOf, runRepair } from '../../repair/run/run.ts';
import { databaseInfo } from '../output/database-info.ts';
import { counterHead } from '../output/document-head.ts';
import { linesOf } from '../output/named-table.ts';
import type { Outcome } from '../output/outcome.ts';
import type { HowFar, Progress } from '../output/progress.ts';
import { describeOutcome, describePlan, leftJson, planJson } from '../output/repair.ts';
import { isEmpty, nextStep, trusting } from '../output/repair-next.ts';
import { requireCauses } from '../require-causes.ts';
import { askPhrase, canAsk, requireTyped } from './confirm-phrase.ts';
import { counterOfReceipt } from './undo-counter.ts';

/** Shows text on standard error while a person is asked or waits. */
interface Talk {
  say(text: string): void;
  progress: Progress;
}

/**
 * Plans a sync, a reset or an undo, and carries it out if it is confirmed: with its fingerprint on the command line, or by
 * typing its phrase at a terminal. Without either it is refused (exit code 4).
 */
export async function repair(
  action: RepairAction,
  database: Database,
  config: Config,
  signal: AbortSignal,
  talk: Talk,
): Promise<Outcome> {
  requireReceipt(action, config);
  requireCauses('--except', config.except);
  if (config.readOnly && !config.dryRun) {
    throw refused(
      'read-only',
      'Started with --read-only: nothing is written.',
      `${leaveOutReadOnly} --dry-run prints the plan.`,
    );
  }
  talk.progress('Planning');
  const plan = await planRepair(
    database,
    {
      action,
      counter: action === 'undo' ? await counterOfReceipt(database, config, signal) : config.choice,
      named: typeof config.choice !== 'string' && isNamed(config.counter, config.choice),
      presets: config.presets,
      options: {
        lastUsed: config.lastUsed,
        deleteHistory: config.deleteHistory,
        suppressTriggers: config.suppressTriggers,
        ...(config.except.length > 0 ? { except: [...new Set(config.except)].sort() } : {}),
      },
      // A plan only reads.
      readOnly: false,
      dryRun: config.dryRun,
      directory: config.stateDirectory,
      receipt: config.receipt,
      ...(action === 'sync' ? { whyWrong: diagnoseForPlan(database, new Map()) } : {}),
      ...(action === 'undo' ? { columns: config.columns, putBackAnyway: config.putBackAnyway } : {}),
    },
    signal,
  );
  const { line } = databaseInfo(plan.inspected, database);
  const head = await counterHead(plan.inspected, database, signal);
  const tell = (
    applied: boolean,
    outcome: RepairOutcome | null,
    exitCode: ExitCode,
    text: string,
  ): Outcome => ({
    json: {
      ...head,
      action,
      plan: planJson(plan),
      applied,
      outcome: outcome && outcomeJson(outcome, plan),
    },
    text,
    exitCode,
  });
  if (config.confirm !== null && config.confirm !== plan.fingerprint) throw stalePlan(plan);
  const shown = describePlan(plan, line, config.dryRun, linesOf(config));
  if (config.dryRun) {
    return tell(false, null, exitCodes.healthy, `${shown}\n\n${nextStep(plan)}`);
  }
  if (isEmpty(plan)) {
    return tell(false, null, plan.left.length > 0 ? exitCodes.unhealthy : exitCodes.healthy, shown);
  }
  const asked = config.confirm === null;
  if (!asked) requireTrust(plan, config);
  if (asked) {
    if (config.json || !canAsk()) throw unconfirmed(action, plan);
    talk.say(shown);
    requireTyped(await askPhrase(plan.phrase, signal), action);
  }
  talk.progress('Writing');
  const outcome = await finish(
    runRepair(database, plan, {
      timeout: config.timeout,
      lockTimeout: config.lockTimeout,
      directory: config.stateDirectory,
      signal,
      // A person takes time to type, so the plan is checked again then.
      fresh: !asked,
    }),
    talk,
  );
  const told = describeOutcome(plan, outcome);
  return tell(true, outcome, exitCodeOf(outcome) as ExitCode, asked ? told : `${line}\n${told}`);
}

async function finish(
  run: AsyncGenerator<RepairProgress, RepairOutcome>,
  talk: Talk,
): Promise<RepairOutcome> {
  for (;;) {
    const step = await run.next();
    if (step.done) return step.value;
    talk.progress('Writing', howFar(step.value));
  }
}

function howFar(progress: RepairProgress): HowFar {
  const { done, presets, records, allRecords, longestHeld, waits, standbyBehind } = progress;
  const ofRecords = allRecords > 0 ? `${count(records)} of ${count(allRecords)} records; ` : '';
  return {
    done,
    total: presets,
    what: 'rows',
    more: `${ofRecords}locked for at most ${longestHeld.toFixed(0)} ms, ${amount(waits, 'wait')}${standbyBehind > 0 ? `. ${standbyWaitWords(standbyBehind)}` : ''}`,
  };
}

function requireReceipt(action: RepairAction, config: Config): void {
  if (action === 'undo' && config.receipt === null) {
    throw usageError(
      'no-receipt',
      'No receipt given.',
      'Run preset-usage receipts for a list, then preset-usage undo RECEIPT.',
    );
  }
}

function unconfirmed(action: RepairAction, plan: RepairPlan): Error {
  const { definition } = plan.inspected.tables;
  const what = rowsOf(definition, plan.changes.length);
  const records =
    plan.recordsToDelete > 0
      ? ` and delete ${recordsOf(definition, plan.recordsToDelete)}`
      : plan.recordsToRestore > 0
        ? ` and put ${recordsOf(definition, plan.recordsToRestore)} back`
        : '';
  return refused(
    'unconfirmed',
    `This ${action} would change ${what}${records}, but it was not confirmed.`,
    `See the plan with --dry-run. To carry out exactly this one, add --confirm ${plan.fingerprint}${trusting(plan)}.`,
  );
}

/** A receipt that this console may not have written is undone only if the user names it. */
function requireTrust(plan: RepairPlan, { trustReceipt }: Config): void {
  const { source } = plan;
  if (!source || source.doubt === null || trustReceipt === source.id) return;
  throw refused(
    'receipt-not-trusted',
    `The receipt ${source.id} may not be what this console wrote. ${source.doubt}`,
    `See the plan with --dry-run. If it is right, add --trust-receipt ${source.id}.`,
  );
}

function outcomeJson(
  { changed, deleted, restored, durationMs, receipt, receiptId, left, ended, error, cost }: RepairOutcome,
  plan: RepairPlan,
) {
  return {
    changed,
    deleted,
    restored,
    durationMs,
    receipt,
    receiptId,
    ended,
    left: leftJson(left, plan),
    error: error && { code: error.code, message: error.message, hint: error.hint },
    cost: {
      longestHeldMs: Math.round(cost.longestHeld * 10) / 10,
      heldMs: Math.round(cost.held * 10) / 10,
      waits: cost.waits,
      busy: cost.busy,
      standbyWaitMs: Math.round(cost.standbyWait),
      standbysLeft: cost.standbysLeft,
    },
  };
}
