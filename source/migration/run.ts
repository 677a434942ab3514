import { pause, tryUntilAnswered } from '../connection/deadlines.ts';
import { transactionStatus } from '../connection/transaction-status.ts';
import type { Database } from '../connection/transactions.ts';
import type { Finding } from '../counter/finding.ts';
import { refused } from '../counter/guards.ts';
import { ConsoleError, databaseError, exitCodes, isConsoleError } from '../errors/errors.ts';
import { examine, type MigrationPlan } from './read-plan.ts';
import { applyMigration, beginMigration } from './sql/apply.ts';

interface Timeouts {
  timeout: number;
  lockTimeout: number;
}

/** What the migration did. */
export interface MigrationResult {
  /** The transaction that did it. */
  xid: string;
  /** What still differs, in words, read again afterwards; null where the database could not be asked. */
  left: string[] | null;
  /** What is wrong with counting afterwards; the plan's where the database could not be asked. */
  findings: Finding[];
}

// In milliseconds. While the migration waits for its lock, inserts queue behind it: in between they get their turn.
const pauses = [500, 1_000];

/**
 * Runs the migration in one transaction, if the database is still as planned. `record` is told the transaction before
 * anything is written, once for every try. Rejects with exit code 4 where another console writes or the plan is stale, and
 * with 3 where it failed: then nothing was changed, but for `outcome-unknown`.
 */
export async function runMigration(
  database: Database,
  plan: MigrationPlan,
  timeouts: Timeouts,
  record: (xid: string) => Promise<void>,
  signal?: AbortSignal,
): Promise<MigrationResult> {
  for (let tries = 0; ; tries += 1) {
    try {
      const xid = await once(database, plan, timeouts, record, signal);
      return { xid, ...(await verify(database, plan)) };
    } catch (error) {
      const wait = pauses[tries];
      if (!isBusy(error)) throw error;
      if (wait === undefined) throw stillBusy(error, tries + 1);
      await pause(wait, signal);
    }
  }
}

async function once(
  database: Database,
  plan: MigrationPlan,
  timeouts: Timeouts,
  record: (xid: string) => Promise<void>,
  signal: AbortSignal | undefined,
): Promise<string> {
  let own = '';
  // An error of the receipt's file must not be taken for one of the network.
  let unrecorded: { error: unknown } | undefined;
  try {
    await database.write(
      async writer => {
        const { held, xid } = await beginMigration(writer);
        if (!held) {
          throw refused(
            'another-write',
            'Another console is writing to this database just now; nothing was changed.',
            'Try again when it is done.',
          );
        }
        const now = await examine(writer, database);
        if (now.fingerprint !== plan.fingerprint) throw stale();
        await record(xid).catch((error: unknown) => {
          unrecorded = { error };
          throw stale();
        });
        own = xid;
        await applyMigration(writer, xid, plan.statements);
      },
      { ...timeouts, signal },
    );
  } catch (error) {
    if (unrecorded) throw unrecorded.error;
    if (isElsewhere(error))
      throw databaseError(Object.assign(new Error('lost'), { code: 'CONNECTION_CLOSED' }), database.place);
    const unsure = signal?.aborted || (isConsoleError(error) && error.code === 'connection-lost');
    if (!unsure || own === '') throw inWords(error, database);
    await requireCommitted(database, own, error);
  }
  return own;
}

/** Throws, with what is known, unless the server says that the transaction was committed. */
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
    message: `The connection was lost, and whether the migration was committed is not known: transaction ${xid}.`,
    hint: `SELECT pg_xact_status('${xid}') tells, and so does the command trigger; migrate can be run again.`,
    exitCode: exitCodes.unreachable,
    cause: lost,
  });
}

async function verify(
  database: Database,
  { findings }: MigrationPlan,
): Promise<Pick<MigrationResult, 'left' | 'findings'>> {
  try {
    const now = await database.read(reader => examine(reader, database));
    return { left: now.differs, findings: now.findings };
  } catch {
    // It is committed: that must be told whatever comes afterwards.
    return { left: null, findings };
  }
}

function stale(): ConsoleError {
  return refused(
    'stale-plan',
    'The database was changed since the migration was planned; nothing was changed by it.',
    'Run migrate again: it shows what is left to do.',
  );
}

// The time is up for a lock, or the server chose this transaction to resolve a deadlock.
function isBusy(error: unknown): boolean {
  return ['55P03', '40P01'].includes(stateOf(error));
}

// The script met another transaction than the one that began: the connection was lost in between, and nothing was done.
function isElsewhere(error: unknown): boolean {
  return stateOf(error) === '25P01';
}

function stateOf(error: unknown): string {
  return (isConsoleError(error) && (error.cause as { code?: string } | undefined)?.code) || '';
}

function stillBusy(error: unknown, tries: number): ConsoleError {
  return new ConsoleError({
    code: 'lock-timeout',
    message: `Other sessions held preset_usage or what belongs to it for too long, ${tries} times; nothing was changed.`,
    hint: 'Run it again when long transactions are over; pg_stat_activity shows them.',
    exitCode: exitCodes.unreachable,
    cause: error,
  });
}

// The usual words are for reading: the migration may fail for other reasons.
function inWords(error: unknown, { place }: Database): unknown {
  if (!isConsoleError(error) || !(error.cause instanceof Error)) return error;
  const own = error.cause.message;
  if (error.code === 'permission-denied') {
    return new ConsoleError({
      code: 'permission-denied',
      message: `${place.user} may not run the migration: ${own}. Nothing was changed.`,
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
        message: `The server refused the migration: ${own}. Nothing was changed.`,
        hint: 'Other objects may depend on what it replaces; --dry-run prints its SQL.',
        exitCode: exitCodes.unreachable,
        cause: error,
      });
}
