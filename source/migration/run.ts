import { pause, tryUntilAnswered } from '../connection/deadlines.ts';
import { transactionStatus } from '../connection/transaction-status.ts';
import type { Database, Reader } from '../connection/transactions.ts';
import type { Finding } from '../counter/finding.ts';
import { refused } from '../counter/guards.ts';
import { ConsoleError, databaseError, exitCodes, isConsoleError } from '../errors/errors.ts';
import type { MigrationReceipt } from './migration-receipt.ts';
import { type MigrationPlan, readMigrationPlan } from './read-plan.ts';
import { applyMigration, beginMigration } from './sql/apply.ts';

interface Timeouts {
  timeout: number;
  lockTimeout: number;
}

/** What the migration did. */
export interface MigrationResult {
  /** The transaction that it ran in. */
  xid: string;
  /** What still differs, in words, read again afterwards; null if that could not be read. */
  left: string[] | null;
  /** What is wrong with counting afterwards; the plan's findings if that could not be read. */
  findings: Finding[];
}

// In milliseconds. While the migration waits for its lock, inserts queue behind it: these pauses let them through.
const pauses = [500, 1_000];

/** Runs a migration as runMigration does, and ends its receipt, unless it is not known what became of it. */
export async function runWithReceipt(
  database: Database,
  plan: RunnablePlan,
  timeouts: Timeouts,
  receipt: MigrationReceipt | null,
  signal: AbortSignal,
  reread?: Reread,
): Promise<MigrationResult> {
  let result: MigrationResult;
  try {
    result = await runMigration(database, plan, timeouts, async xid => receipt?.record(xid), signal, reread);
  } catch (error) {
    if (!isConsoleError(error) || error.code !== 'outcome-unknown') await receipt?.done(false);
    throw error;
  }
  await receipt?.done(true);
  return result;
}

/**
 * Runs the migration in one transaction, if the database is still as planned. `record` gets the transaction's number
 * before anything is written, once for every try. Rejects with exit code 4 if another console writes or the plan is
 * stale, with 3 if it failed. Nothing was changed then, except possibly with `outcome-unknown`.
 */
export async function runMigration(
  database: Database,
  plan: RunnablePlan,
  timeouts: Timeouts,
  record: (xid: string) => Promise<void>,
  signal?: AbortSignal,
  reread: Reread = reader => readMigrationPlan(reader, database),
): Promise<MigrationResult> {
  for (let tries = 0; ; tries += 1) {
    try {
      const xid = await tryOnce(database, plan, timeouts, record, signal, reread);
      return { xid, ...(await verify(database, plan, reread)) };
    } catch (error) {
      const wait = pauses[tries];
      if (!isBusy(error)) throw error;
      if (wait === undefined) throw stillBusy(error, tries + 1, plan);
      await pause(wait, signal);
    }
  }
}

/** What a migration needs to run, whatever it installs. */
export type RunnablePlan = Pick<MigrationPlan, 'inspected' | 'fingerprint' | 'statements' | 'findings'>;

/** Reads the same plan again: before it is run, and after. */
export type Reread = (reader: Reader) => Promise<Pick<MigrationPlan, 'fingerprint' | 'differs' | 'findings'>>;

async function tryOnce(
  database: Database,
  plan: RunnablePlan,
  timeouts: Timeouts,
  record: (xid: string) => Promise<void>,
  signal: AbortSignal | undefined,
  reread: Reread,
): Promise<string> {
  let begun = '';
  // An error of the receipt's file must not look like one of the network.
  let unrecorded: { error: unknown } | undefined;
  try {
    await database.write(
      async writer => {
        const { held, xid } = await beginMigration(writer);
        if (!held) {
          throw refused(
            'another-write',
            'Another console is writing to this database now; nothing was changed.',
            'Try again when it is done.',
          );
        }
        const now = await reread(writer);
        if (now.fingerprint !== plan.fingerprint) throw stale();
        await record(xid).catch((error: unknown) => {
          unrecorded = { error };
          throw stale();
        });
        begun = xid;
        await applyMigration(writer, xid, plan.statements);
      },
      { ...timeouts, signal },
    );
  } catch (error) {
    if (unrecorded) throw unrecorded.error;
    if (isElsewhere(error))
      throw databaseError(Object.assign(new Error('lost'), { code: 'CONNECTION_CLOSED' }), database.place);
    const unsure = signal?.aborted || (isConsoleError(error) && error.code === 'connection-lost');
    if (!unsure || begun === '') throw explainFailure(error, database);
    await requireCommitted(database, begun, error);
  }
  return begun;
}

/** Throws unless the server says that the transaction was committed. */
async function requireCommitted(database: Database, xid: string, lost: unknown): Promise<void> {
  // The server may need a moment to notice that the connection is gone.
  const answer = await tryUntilAnswered(
    async () => {
      const known = await database.read(reader => transactionStatus(reader, xid)).catch(() => null);
      return known === 'in progress' ? undefined : { known };
    },
    { first: 100, most: 500, within: 5_000 },
  );
  const status = answer?.known;
  if (status === 'committed') return;
  if (status === 'aborted') throw lost;
  throw new ConsoleError({
    code: 'outcome-unknown',
    message: `The connection was lost, and it is not known whether the migration was committed: transaction ${xid}.`,
    hint: `SELECT pg_xact_status('${xid}') shows it, and so does preset-usage trigger. Running migrate again is safe.`,
    exitCode: exitCodes.unreachable,
    cause: lost,
  });
}

async function verify(
  database: Database,
  { findings }: RunnablePlan,
  reread: Reread,
): Promise<Pick<MigrationResult, 'left' | 'findings'>> {
  try {
    const now = await database.read(reread);
    return { left: now.differs, findings: now.findings };
  } catch {
    // It is committed: report that, whatever happens afterwards.
    return { left: null, findings };
  }
}

function stale(): ConsoleError {
  return refused(
    'stale-plan',
    'The database has changed since the migration was planned, so it was not run.',
    'Run migrate again: it shows what is left to do.',
  );
}

// A lock timed out, or the server ended this transaction to resolve a deadlock.
function isBusy(error: unknown): boolean {
  return ['55P03', '40P01'].includes(stateOf(error));
}

// The script ran in another transaction than the one that began: the connection was lost in between, and nothing was done.
function isElsewhere(error: unknown): boolean {
  return stateOf(error) === '25P01';
}

function stateOf(error: unknown): string {
  return (isConsoleError(error) && (error.cause as { code?: string } | undefined)?.code) || '';
}

function stillBusy(error: unknown, tries: number, { inspected: { tables } }: RunnablePlan): ConsoleError {
  return new ConsoleError({
    code: 'lock-timeout',
    message: `Other sessions held ${tables.records.table} or one of its objects for too long, ${tries} times; nothing was changed.`,
    hint: 'Run it again when long transactions have ended; pg_stat_activity shows them.',
    exitCode: exitCodes.unreachable,
    cause: error,
  });
}

// The usual messages are about reading: the migration may fail for other reasons.
function explainFailure(error: unknown, { place }: Database): unknown {
  if (!isConsoleError(error) || !(error.cause instanceof Error)) return error;
  const message = error.cause.message;
  if (error.code === 'permission-denied') {
    return new ConsoleError({
      code: 'permission-denied',
      message: `${place.user} may not run the migration: ${message}. Nothing was changed.`,
      hint: 'Connect as the owner of both tables or as a superuser.',
      exitCode: exitCodes.unreachable,
      cause: error,
    });
  }
  if (error.code !== 'server-error') return error;
  return isBusy(error)
    ? error
    : new ConsoleError({
        code: 'migration-failed',
        message: `The server refused the migration: ${message}. Nothing was changed.`,
        hint: 'Other objects may depend on what it replaces; --dry-run prints its SQL.',
        exitCode: exitCodes.unreachable,
        cause: error,
      });
}
