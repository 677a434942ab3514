import type { Tables } from '../../counter/discovery/tables.ts';
import { refused } from '../../counter/guards.ts';
import type { InspectedDatabase } from '../../counter/inspect-database.ts';
import { ConsoleError, exitCodes } from '../../errors/errors.ts';
import type { RepairFacts } from '../sql/facts.ts';

/** What no undo could reverse, judging by the rows. */
export interface RepairRisks {
  /** A key exists twice: what is written to one preset is written to another as well. */
  keyTwice: boolean;
  /** The foreign key that would refuse to take back the orphans that a reset deletes; null if there is none. */
  refusesOrphans: string | null;
}

/** Throws if the rows are such that an undo could not restore them. */
export function requireReversible(
  { presets, records }: Tables,
  { keyTwice, refusesOrphans }: RepairRisks,
): void {
  if (keyTwice) {
    throw refused(
      'key-twice',
      `${presets.name} has the same ${presets.key} more than once, in a table that inherits from it, so it is not certain which count is meant.`,
      `Make every ${presets.key} unique over all of these tables first.`,
    );
  }
  if (refusesOrphans !== null) {
    throw refused(
      'orphans-named',
      `Some records name presets that are gone, and ${refusesOrphans} would not let an undo put them back into ${records.name}.`,
      'Delete them by hand first, keep the history, or name the presets to reset.',
    );
  }
}

/** Throws if this role may not delete records, or if deleting them would change what no receipt can hold. */
export function requireDeletable(
  found: InspectedDatabase,
  { may, referencedBy, inheritedBy }: RepairFacts,
): void {
  const { records } = found.tables;
  if (!may.delete) throw permissionDenied(found, 'DELETE', records.name);
  if (inheritedBy !== null) {
    throw refused(
      'inherited',
      `${inheritedBy} inherits from ${records.name}: its records would be deleted too, and would come back in the wrong table, without the columns of their own.`,
      'Reset without --delete-history, or remove that inheritance first.',
    );
  }
  const harm = referencedBy.find(({ onDelete }) => onDelete !== 'NO ACTION' && onDelete !== 'RESTRICT');
  if (harm) {
    throw refused(
      'referenced',
      `${harm.table} refers to ${records.name} with ON DELETE ${harm.onDelete}: its rows would change too, and could not be put back.`,
      'Reset without --delete-history, or remove that reference first.',
    );
  }
}

/** The error for a missing right: exit code 3. */
export function permissionDenied({ server }: InspectedDatabase, right: string, table: string): ConsoleError {
  return new ConsoleError({
    code: 'permission-denied',
    message: `${server.user} may not do this: it lacks ${right} on ${table}.`,
    hint: `GRANT ${right} ON ${table} TO ${server.user}, or connect as the owner. Nothing was changed.`,
    exitCode: exitCodes.unreachable,
  });
}
