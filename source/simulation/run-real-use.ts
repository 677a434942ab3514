import { noteTransaction, transactionStatus } from '../connection/transaction-status.ts';
import type { Database, WriteTransaction } from '../connection/transactions.ts';
import { fingerprint } from '../counter/fingerprint.ts';
import { refused } from '../counter/guards.ts';
import { ConsoleError, databaseError, exitCodes, isConsoleError, usageError } from '../errors/errors.ts';
import { claimsOf } from './read-identity.ts';
import type { SimulationPlan } from './read-plan.ts';
import type { RealUse, TakenBack } from './real-use.ts';
import { makeRealUse, onlyUpdated, type RecordKey, realUse, takeBackRealUse } from './sql/real-use-block.ts';

interface Timeouts {
  timeout: number;
  lockTimeout: number;
}

/** The fingerprint that confirms a real use of this plan. */
export function realUseFingerprint({
  inspected,
  preset,
  calls,
  reach,
  identity,
  role,
}: SimulationPlan): string {
  const as = role?.asked ? role.name : null;
  return fingerprint([
    inspected.host,
    inspected.server.database,
    'use',
    preset.id,
    calls[0]?.what,
    identity.user,
    ...(identity.claims ? [identity.claims] : []),
    as,
    reach,
  ]);
}

/** Throws (exit code 4) unless this use was confirmed with its fingerprint. */
export function requireRealUseConfirmation(plan: SimulationPlan, confirm: string | null): void {
  const own = realUseFingerprint(plan);
  if (confirm === own) return;
  const also = plan.reach.map(({ function: name, means }) => `; ${name} reaches outside (${means})`).join('');
  throw refused(
    confirm === null ? 'unconfirmed' : 'stale-plan',
    `A real use of "${plan.preset.name || plan.preset.id}" would be made through ${plan.calls[0]?.what} and kept${also}.`,
    `To make it, add --confirm ${own}.`,
  );
}

/**
 * Makes one real use, the way the application does, and commits it. If that fails, nothing is left and no other way is
 * tried. If the connection is lost, the server is asked about the outcome before anything is reported.
 */
export async function commitUse(
  database: Database,
  plan: SimulationPlan,
  timeouts: Timeouts,
  signal?: AbortSignal,
): Promise<RealUse> {
  const { inspected, preset, identity, role, calls } = plan;
  const [call] = calls;
  const key = requireKey(plan);
  if (!call) throw new Error('a plan without a call');
  const asRole = role?.asked ? role.name : null;
  const claims = claimsOf(identity, asRole);
  return writeOnce(
    database,
    writer =>
      makeRealUse(
        writer,
        inspected.tables,
        key,
        call,
        { preset: preset.id, claims, role: asRole },
        plan.userColumn,
      ),
    timeouts,
    'use',
    signal,
  );
}

/** Takes exactly that use back; later uses stay counted. Rejects (exit code 4) if it is already gone. */
export async function takeUseBack(
  database: Database,
  plan: SimulationPlan,
  use: RealUse,
  timeouts: Timeouts,
  signal?: AbortSignal,
): Promise<TakenBack> {
  const key = requireKey(plan);
  const taken = await writeOnce(
    database,
    writer => takeBackRealUse(writer, plan.inspected.tables, key, use),
    timeouts,
    'taking it back',
    signal,
  );
  if (taken.deleted === 0) {
    throw refused(
      'use-gone',
      'That use no longer exists, so nothing was changed.',
      'It was taken back before, or its record was deleted.',
    );
  }
  return taken;
}

/** Everything needed to take a use back, as one command-line value: the use, and the database it was made in. */
export function takeBackToken(plan: SimulationPlan, use: RealUse): string {
  return Buffer.from(JSON.stringify({ at: locationOf(plan), use })).toString('base64url');
}

/** Reads a value of `takeBackToken`; rejects any other (exit code 2), or one of another preset or database (4). */
export function readTakeBackToken(plan: SimulationPlan, token: string): RealUse {
  let read: { at: unknown; use: RealUse };
  try {
    const { at, use } = JSON.parse(Buffer.from(token, 'base64url').toString());
    read = { at, use: realUse.parse(use) };
  } catch {
    throw usageError(
      'bad-flag',
      'The value of --take-back is not one that a real use printed.',
      'Copy the whole value that simulate --commit printed.',
    );
  }
  if (read.at !== locationOf(plan) || read.use.preset !== plan.preset.id) {
    throw refused(
      'use-elsewhere',
      'That use was of another preset, or in another database.',
      'Name the database and the preset of that use.',
    );
  }
  return read.use;
}

function locationOf({ inspected, preset }: SimulationPlan): string {
  return fingerprint([
    inspected.host,
    inspected.server.database,
    inspected.tables.presets.oid,
    inspected.tables.records.oid,
    preset.id,
  ]);
}

function requireKey({ recordKey, inspected }: SimulationPlan): RecordKey {
  if (recordKey) return recordKey;
  throw refused(
    'no-record-key',
    `${inspected.tables.records.name} has no primary key of one column, so this exact use could not be taken back.`,
    'Simulate it instead.',
  );
}

async function writeOnce<T>(
  database: Database,
  work: (writer: WriteTransaction) => Promise<T>,
  timeouts: Timeouts,
  what: string,
  signal: AbortSignal | undefined,
): Promise<T> {
  let xid = '';
  try {
    return await database.write(
      async writer => {
        xid = await noteTransaction(writer);
        return work(writer);
      },
      { ...timeouts, signal },
    );
  } catch (error) {
    const unsure = signal?.aborted || (isConsoleError(error) && error.code === 'connection-lost');
    if (!unsure || xid === '') throw asRefusal(error, database);
    throw await outcome(database, xid, what, error);
  }
}

/** The error after a lost connection, from what the server knows about the transaction. */
async function outcome(database: Database, xid: string, what: string, lost: unknown): Promise<unknown> {
  const status = await database.read(reader => transactionStatus(reader, xid)).catch(() => null);
  if (status === 'aborted') return lost;
  return new ConsoleError({
    code: status === 'committed' ? 'committed-unseen' : 'outcome-unknown',
    message:
      status === 'committed'
        ? `The connection was lost after the commit: ${what} happened, in transaction ${xid}.`
        : `The connection was lost, and it is not known whether ${what} was committed: transaction ${xid}.`,
    hint:
      status === 'committed'
        ? 'Its record is the newest one of this preset.'
        : `SELECT pg_xact_status('${xid}') shows it; check before trying again.`,
    exitCode: exitCodes.unreachable,
    cause: lost,
  });
}

// A refused use must not be reported as a database that could not be read.
function asRefusal(error: unknown, { place }: Database): unknown {
  const known = databaseError(error, place);
  // A missing column was named by a function: this console has just read the tables.
  if (!isConsoleError(known) || !['server-error', 'schema-changed'].includes(known.code)) return known;
  const cause = error instanceof ConsoleError ? error.cause : error;
  if ((cause as { code?: string } | undefined)?.code === onlyUpdated) {
    return refused(
      'use-only-updates',
      'The use only updated a record, which could not be taken back, so it was rolled back.',
      'To make one that adds a record, name a user who has not used this preset yet with --as-user.',
    );
  }
  return new ConsoleError({
    code: 'use-failed',
    message:
      cause instanceof Error
        ? `The use failed: ${cause.message} (SQLSTATE ${(cause as { code?: string }).code}).`
        : known.message,
    hint: 'Nothing was changed. A simulation of the use explains why.',
    exitCode: exitCodes.unhealthy,
    cause: error,
  });
}
