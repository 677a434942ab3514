import type { Tables } from '../../counter/discovery/tables.ts';
import { refused } from '../../counter/guards.ts';
import type { InspectedDatabase } from '../../counter/inspect-database.ts';
import { ConsoleError, exitCodes } from '../../errors/errors.ts';
import type { TriggerCatalog } from '../../trigger/catalog.ts';
import { oneSidedCount } from '../one-sided.ts';
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
  { definition, written, records }: Tables,
  { keyTwice, refusesOrphans }: RepairRisks,
): void {
  const key = written.keys.map(({ column }) => column).join(', ');
  if (keyTwice) {
    throw refused(
      'key-twice',
      `${written.name} has the same ${key} more than once, in a table that inherits from it, so it is not certain which count is meant.`,
      `Make every ${key} unique over all of these tables first.`,
    );
  }
  if (refusesOrphans !== null) {
    throw refused(
      'orphans-named',
      `Some records name ${definition.nouns.row[1]} that are gone, and ${refusesOrphans} would not let an undo put them back into ${records.name}.`,
      `Delete them by hand first, keep the history, or name the ${definition.nouns.row[1]} to reset.`,
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

/**
 * Throws unless exactly the records that count can be deleted, and put back by an undo, without leaving another count wrong. Of
 * presets every record counts.
 */
export function requireHistoryOfItsOwn(
  { definition, presets, records }: Tables,
  catalog: TriggerCatalog,
  { recordColumns }: Pick<RepairFacts, 'recordColumns'>,
): void {
  const { id, nouns, source, record } = definition;
  const isBuiltIn = source.kind === 'built-in';
  const [, many] = nouns.record;
  const isPlain = !record.through && !records.pairs;
  if (isPlain && !recordColumns.some(({ quoted }) => quoted === records.preset)) {
    throw refused(
      'history-not-apart',
      `The ${many} of ${id} refer to their ${nouns.row[1]} by ${records.preset}, which the server computes. This console does not delete them.`,
      keepHistory,
    );
  }
  if (isBuiltIn) return;
  const why =
    presets.oid === records.oid
      ? `The ${many} of ${id} are rows of the same table, which have counts of their own.`
      : record.through
        ? `The ${many} of ${id} belong to their ${nouns.row[1]} through ${record.through.table}.`
        : records.pairs?.length === 0
          ? `${id} counts every one of the ${many} in ${records.name}.`
          : records.pairs
            ? `The ${many} of ${id} refer to their ${nouns.row[1]} by several columns.`
            : null;
  if (why !== null) {
    throw refused('history-not-apart', `${why} This console does not delete them.`, keepHistory);
  }
  const other = oneSidedCount(catalog, definition);
  if (!other) return;
  const [then, not] = other.event === 'INSERT' ? ['added', 'deleted'] : ['deleted', 'added'];
  throw refused(
    'history-counted-elsewhere',
    other.counts === null
      ? `The trigger ${other.trigger} fires if ${many} are ${then} but not if they are ${not}, and its function cannot be read.`
      : `The trigger ${other.trigger} changes ${other.counts} if ${many} are ${then}, but nothing does if they are ${not}.`,
    `An undo would leave that wrong. ${keepHistory}`,
  );
}

const keepHistory = 'Reset without --delete-history.';

/** The error for a missing right: exit code 3. */
export function permissionDenied({ server }: InspectedDatabase, right: string, table: string): ConsoleError {
  return new ConsoleError({
    code: 'permission-denied',
    message: `${server.user} may not do this: it lacks ${right} on ${table}.`,
    hint: `GRANT ${right} ON ${table} TO ${server.user}, or connect as the owner. Nothing was changed.`,
    exitCode: exitCodes.unreachable,
  });
}
