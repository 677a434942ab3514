import type { Server } from '../connection/server.ts';
import { ConsoleError, exitCodes } from '../errors/errors.ts';
import type { Tables } from './discovery/tables.ts';
import { whereElsewhere } from './schema/elsewhere.ts';

/** What to do where nothing may be written: the hint of every guard that --read-only sets. */
export const leaveOutReadOnly = 'Leave --read-only out; if the context sets it, set its readOnly to false.';

/** The error of a guard: exit code 4. */
export function refused(code: string, message: string, hint: string): ConsoleError {
  return new ConsoleError({ code, message, hint, exitCode: exitCodes.refused });
}

/** Throws (exit code 4) if this server accepts no writes. `what` is the operation that would write, such as `a sync`. */
export function requireWritableServer({ readOnly, standby }: Server, what: string): void {
  if (!readOnly) return;
  throw refused(
    'server-read-only',
    `${standby ? 'This server is a standby' : 'Transactions are read-only here'}, but ${what} needs to write.`,
    standby ? 'Connect to the primary.' : 'Check default_transaction_read_only of this role and database.',
  );
}

/** Which roles see what is hidden from this one: the hint wherever counts are not shown. */
export function rolesThatSeeAll({ seenBy }: Tables): string {
  return seenBy.length === 0
    ? 'Connect as a role that sees every row: the owner of the tables, or one with BYPASSRLS.'
    : `Connect as a role that sees every row: ${seenBy.join(', ')}.`;
}

/** Throws (exit code 4) if rows are hidden from this role: `what` could act on wrong numbers. */
export function requireEveryRow(tables: Tables, what: string): void {
  const { hiddenBy } = tables;
  if (hiddenBy.length === 0) return;
  throw refused(
    'incomplete-view',
    `${what} needs to see every row, but this role may not: ${hiddenBy.join('; ')}.`,
    rolesThatSeeAll(tables),
  );
}

/** Throws (exit code 4) if rows lie on another server: no transaction of this one holds both counts and records still. */
export function requireHere({ elsewhere }: Tables): void {
  if (elsewhere.length === 0) return;
  const isForeign = elsewhere.every(({ kind }) => kind === 'foreign');
  throw refused(
    isForeign ? 'foreign-table' : 'distributed-table',
    `${whereElsewhere(elsewhere)}.`,
    isForeign
      ? 'Connect to the server that holds it.'
      : 'Set its counts with one UPDATE of your own while nothing writes, and check again.',
  );
}
