import { repairKey } from '../../../config/operation-marks.ts';
import { catalogPath, takingPath } from '../../../connection/search-path.ts';
import type { WriteTransaction } from '../../../connection/transactions.ts';
import type { Tables } from '../../../counter/discovery/tables.ts';
import { exactForms } from '../counter-state.ts';

const onDisk = `set_config('synchronous_commit', CASE current_setting('synchronous_commit') WHEN 'off' THEN 'on' ELSE current_setting('synchronous_commit') END, true)`;

/**
 * The first statement of a batch. It takes the lock that keeps repairs apart, in a statement before the one that reads
 * the drift. With the lock it returns the number of this transaction, so that numbers of batches are in the order of
 * their work. If the server acknowledges commits before they are on disk, this turns that off.
 */
const beginBatch = `SELECT CASE WHEN pg_try_advisory_xact_lock(${repairKey}) THEN pg_current_xact_id()::text END AS xid, ${onDisk}`;

/**
 * The same for batches of one repair that run at a time, in the server processes $1. Each shares the lock and then looks for others
 * that do: of two repairs at most one goes on.
 */
const beginBeside = `SELECT CASE WHEN pg_try_advisory_xact_lock_shared(${repairKey}) THEN CASE WHEN NOT EXISTS (
    SELECT FROM pg_locks l WHERE l.locktype = 'advisory' AND l.granted AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
       AND l.objsubid = 1 AND ((l.classid::bigint << 32) | l.objid::bigint) = ${repairKey} AND l.pid <> ALL ($1::text::int[]))
  THEN pg_current_xact_id()::text END END AS xid, ${onDisk}`;

/** How a batch may write to the table of records. */
export type RecordWrites = 'delete' | 'insert' | null;

/**
 * Begins a batch and keeps its tables unchanged until it ends; null if another repair is running. `beside`: the server processes
 * of this batch and of those of the same repair that run at the same time. `whole`: it deletes all records of its rows.
 */
export async function openBatch(
  { rows, script, ownPath }: WriteTransaction,
  tables: Tables,
  writes: RecordWrites,
  { beside, whole = false }: { beside?: ReadonlySet<number> | undefined; whole?: boolean } = {},
): Promise<string | null> {
  const [row] = (await (beside ? rows(beginBeside, [`{${[...beside].join(',')}}`]) : rows(beginBatch))) as {
    xid: string | null;
  }[];
  if (!row?.xid) return null;
  // Planning a write may already run functions of policies and defaults.
  const locks = `${takingPath(ownPath)}; ${keepTables(tables, writes)}; ${takingPath(catalogPath)}`;
  await script(`${exactForms}; ${inMemory(whole ? '0.4' : '0.1')}; ${locks}`);
  return row.xid;
}

// What is read of a batch has a few megabytes, and would be sorted on disk. It is in memory by the time that it is written, so
// reading single places costs no more than reading on. Whole rows have records on most pages: these are read in order.
const inMemory = (placeCost: string) =>
  `SELECT set_config('work_mem', '16MB', true), set_config('seq_page_cost', '0.1', true), set_config('random_page_cost', '${placeCost}', true)`;

/**
 * Takes the locks of the later writes before anything is read, so that columns, references, triggers, rules and policies
 * stay the same. LOCK TABLE would need rights to the whole table, and an UPDATE of no row would fire statement triggers;
 * EXPLAIN does neither. Partitions are locked too: new ones may be attached, but none is changed.
 */
function keepTables({ written, records }: Tables, writes: RecordWrites): string {
  const parts = [
    // As in the block: if two sessions wait for each other, we give up first.
    `SET LOCAL lock_timeout = '250ms'`,
    `EXPLAIN UPDATE ${written.name} p SET ${written.count} = p.${written.count} WHERE p.ctid OPERATOR(pg_catalog.=) '(0,0)'::pg_catalog.tid`,
  ];
  if (writes === 'delete')
    parts.push(
      `EXPLAIN DELETE FROM ${records.name} r WHERE r.ctid OPERATOR(pg_catalog.=) '(0,0)'::pg_catalog.tid`,
    );
  if (writes === 'insert') {
    parts.push(
      `EXPLAIN INSERT INTO ${records.name} (${records.preset}) SELECT r.${records.preset} FROM ${records.name} r LIMIT 0`,
    );
  }
  return parts.join('; ');
}
