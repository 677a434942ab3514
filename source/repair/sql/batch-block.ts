import * as z from 'zod/mini';
import { repairKey } from '../../config/operation-marks.ts';
import { dollarQuote, givenSetting, resultSetting } from '../../connection/block-settings.ts';
import { byOwnPath, byPath, catalogPath, inSchema, takingPath } from '../../connection/search-path.ts';
import type { WriteTransaction } from '../../connection/transactions.ts';
import type { Tables } from '../../counter/discovery/tables.ts';
import { rowsHiddenCondition } from '../../counter/discovery/visibility.ts';
import { keysDiffer } from '../../counter/operators.ts';
import type { Quantity } from '../../counter/quantity.ts';
import { comparableCount } from '../../counter/reading/counters.ts';
import { manyValues, valueAsText } from '../../counter/reading/sql-values.ts';
import { isNamedBy, partOfId } from '../../counter/writing/written-row.ts';
import { hiddenNow } from '../../errors/server-errors.ts';
import { exactForms, type RecordPlaces, type RecordValues } from './counter-state.ts';
import type { RepairFacts } from './facts.ts';

// Everything names its schema, because some of it runs under the role's own search_path.
const givenRows = "pg_catalog.jsonb_array_elements(given OPERATOR(pg_catalog.->) 'rows')";

/** How one row changes: the count it has when it is locked, plus `delta`. */
export interface RowOrder {
  id: string;
  delta: Quantity;
  /** undo: the count was NULL, and becomes NULL again if it is 0. */
  nullIfZero: boolean;
  /** Sets the time of the last use to `to`, unless it differs from `from`: then a use has come in between. */
  lastUsed: { from: string | null; to: string | null } | null;
  /** The other table has no row for it: one is added, with a count of 0. */
  adds?: boolean;
}

/** One transaction of a repair. */
export interface BatchOrder {
  rows: RowOrder[];
  /** Exactly these versions of records are deleted. */
  deletes: RecordPlaces[];
  /** Deletes all records of these rows instead, unless another transaction was committed since they were read. */
  whole?: WholeDeletion | null;
  inserts: RecordValues[];
  /** By TRUNCATE, if these are all the records there are. */
  truncate: boolean;
  /** Waits for a row up to lock_timeout; otherwise a held row fails at once. */
  wait: boolean;
  /** Keeps triggers from firing, and checks the references of inserted records itself. */
  quiet: boolean;
  /** Once everything is written, undoes it for a moment, with so many records of each row; 0 or left out if it does not. */
  plays?: number;
}

/** The deletion of everything that rows have. */
export interface WholeDeletion {
  /** In which their records were read. */
  snapshot: string;
  /** Records of each to try the undo with. */
  played: RecordValues[];
  /** The transaction of the same repair before this one, which deleted records of other rows and may have been committed since; null or left out if none. */
  beside?: string | null;
}

/** Whether all records of some rows are found again without their places, and a few of them stand for all in a trial of the undo. */
export function mayDeleteWhole({ records }: Tables, facts: RepairFacts, plays: number): boolean {
  return (
    records.pairs === null &&
    records.alike &&
    records.where === null &&
    records.indexed &&
    returnsDeleted(facts) &&
    plays < mostGiven
  );
}
const mostGiven = 100;

/** Where a rule fires, nothing can be returned. */
function returnsDeleted({ besides }: RepairFacts): boolean {
  return !besides.some(({ event }) => event === 'DELETE');
}

/** How many records an order deletes. */
export function deletedBy({ deletes }: Pick<BatchOrder, 'deletes'>): number {
  return deletes.reduce((sum, { number }) => sum + number, 0);
}

const answer = z.object({
  /** Milliseconds from the first lock to the end of the block. */
  held: z.number(),
  /** Sessions that waited for this transaction at its end. */
  waiting: z.number(),
  /** Whether others have written after the transaction began and before the block did. */
  beside: z.boolean(),
  /** The written counts by id. */
  counts: z.record(z.string(), z.nullable(z.number())),
});

/** The cost and the result of a batch. */
export type BatchAnswer = z.infer<typeof answer>;

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
 * of this batch and of those of the same repair that run at the same time.
 */
export async function openBatch(
  { rows, script, ownPath }: WriteTransaction,
  tables: Tables,
  writes: RecordWrites,
  beside?: ReadonlySet<number>,
): Promise<string | null> {
  const [row] = (await (beside ? rows(beginBeside, [`{${[...beside].join(',')}}`]) : rows(beginBatch))) as {
    xid: string | null;
  }[];
  if (!row?.xid) return null;
  // Planning a write may already run functions of policies and defaults.
  const locks = `${takingPath(ownPath)}; ${keepTables(tables, writes)}; ${takingPath(catalogPath)}`;
  await script(`${exactForms}; ${inMemory}; ${locks}`);
  return row.xid;
}

// What is read of a batch has a few megabytes, and would be sorted on disk. It is in memory by the time that it is written, so
// reading single places costs no more than reading on.
const inMemory = `SELECT set_config('work_mem', '16MB', true), set_config('seq_page_cost', '0.1', true), set_config('random_page_cost', '0.1', true)`;

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

/**
 * Runs a batch and commits it in one message: rows are held only while the server works, not while it waits for a
 * message. Rejects with SQLSTATE 55P03 if another session holds a row, 40001 if a record has changed. After these and
 * all other errors, nothing of it is left. `longest` is its statement_timeout in seconds.
 */
export async function runBatch(
  { rows, script, ownPath }: WriteTransaction,
  tables: Tables,
  facts: RepairFacts,
  order: BatchOrder,
  xid: string,
  longest: number,
): Promise<BatchAnswer> {
  const given = JSON.stringify({ ...order, deleted: deletedBy(order), xid, path: ownPath });
  // The value itself would come back as the answer, as large as it went.
  await rows('SELECT set_config($1, $2, true) IS NULL', [givenSetting, given]);
  const block = repairBlock(
    tables,
    facts,
    {
      ...order,
      setsLastUsed: order.rows.some(row => row.lastUsed !== null),
      adds: order.rows.some(row => row.adds === true),
    },
    dollarQuote(),
  );
  const [row] = (await script(
    // A constraint that a trigger has deferred again is checked when the transaction ends.
    `${block}; ${takingPath(ownPath)}; SELECT pg_catalog.current_setting('${resultSetting}', true) AS answer; COMMIT AND CHAIN`,
    longest,
  )) as { answer: string }[];
  return answer.parse(JSON.parse(row?.answer ?? 'null'));
}

interface BlockShape extends Pick<BatchOrder, 'truncate' | 'wait' | 'quiet' | 'plays' | 'whole'> {
  deletes: readonly unknown[];
  inserts: readonly unknown[];
  setsLastUsed: boolean;
  /** Adds rows to the other table. */
  adds: boolean;
}

/** SQL for the keys of the ordered rows. */
function idsOf({ presets }: Tables): string {
  return `(SELECT (o.value OPERATOR(pg_catalog.->>) 'id')::${presets.keyType} FROM ${givenRows} o)`;
}

/**
 * Adds the rows that the other table lacks, with a count of 0. A writer that adds one at the same time comes first or waits: its
 * count is kept either way.
 */
function addition({ written }: Tables): string {
  const columns = written.keys.map(({ column }) => column);
  const values = written.keys.map(
    (_, place) => `${partOfId(written.keys, `(o.value OPERATOR(pg_catalog.->>) 'id')`, place)}`,
  );
  return byOwnPath(`INSERT INTO ${written.name} (${[...columns, written.count].join(', ')})
    SELECT ${[...values, '0'].join(', ')} FROM ${givenRows} o WHERE (o.value OPERATOR(pg_catalog.->>) 'adds')::pg_catalog.bool
    ON CONFLICT (${columns.join(', ')}) DO NOTHING;`);
}

/** Refuses a sum that the column would round: neither a later audit nor an undo would find the same again. */
function fits({ presets }: Tables, { countType }: RepairFacts): string {
  return `IF EXISTS (SELECT FROM jsonb_each_text(becomes) b WHERE ${keysDiffer(comparableCount(`b.value::${countType}`, presets.countKind, true), 'b.value::numeric')}) THEN
    RAISE EXCEPTION 'the column cannot hold the sum exactly' USING ERRCODE = '22003';
  END IF;
  `;
}

/** Refuses to write several rows where one counts every record. */
function onlyOne(table: string): string {
  return `GET DIAGNOSTICS touched = ROW_COUNT;
  IF touched OPERATOR(pg_catalog.>) 1 OR (SELECT pg_catalog.count(*) FROM ${table}) OPERATOR(pg_catalog.>) 1 THEN
    RAISE EXCEPTION 'there are several rows now, and one of them counts every record' USING ERRCODE = 'P0001';
  END IF;
  `;
}

/**
 * Runs deferred triggers before the count is written: those that keep it would change it afterwards. One that checks it refuses
 * now, and runs again once the count is written. A conflict with another session is no such refusal.
 */
const deferredFirst = `BEGIN
    ${byOwnPath('SET CONSTRAINTS ALL IMMEDIATE;')}
  EXCEPTION
    WHEN lock_not_available OR transaction_rollback THEN RAISE;
    WHEN OTHERS THEN NULL;
  END;`;

/** The block that runs a batch. Its values come from a setting of the transaction, so its text can be shown in the plan. */
export function repairBlock(tables: Tables, facts: RepairFacts, order: BlockShape, quote = '$$'): string {
  const { presets, written, records, path } = tables;
  const lastUsed = lastUsedOf(tables, facts, order);
  const restored = order.inserts.length > 0 ? facts.restores : [];
  const plays = order.deletes.length > 0 ? (order.plays ?? 0) : 0;
  const keeps = plays > 0 ? keeping(facts, plays) : null;
  // Then the records are found once less. Without triggers other rules may fire than usual.
  const keepsDeleted = !order.truncate && !order.quiet && returnsDeleted(facts);
  const whole = order.whole ?? null;
  // What a row held when it was locked, of the columns that triggers set for records that are put back.
  const other = (place: number) =>
    `((others OPERATOR(pg_catalog.->) (o.value OPERATOR(pg_catalog.->>) 'id')) OPERATOR(pg_catalog.->>) ${place})`;
  const count = records.sums
    ? comparableCount(`p.${written.count}`, presets.countKind, true)
    : `p.${written.count}`;
  const given = `(o.value OPERATOR(pg_catalog.->>) 'id')`;
  const isGiven = isNamedBy(written.keys, 'p', given);
  const isOwnKey = written.keys.length === 1 && !written.apart;
  // The id is written as the row has its key; another table may spell the same key in another way.
  const [lockedId, locked] = isOwnKey
    ? [
        `p.${presets.key}::pg_catalog.text`,
        `${written.name} p
           WHERE p.${presets.key} ${presets.keys.equal} ANY (ARRAY${idsOf(tables)}) ORDER BY p.${presets.key}`,
      ]
    : [
        given,
        `${givenRows} o JOIN ${written.name} p ON ${isGiven}${written.keys.length === 0 ? '' : ` ORDER BY ${written.keys.map(({ column }) => `p.${column}`).join(', ')}`}`,
      ];
  const value = `coalesce((held->>(o.value->>'id'))::numeric, 0) + (o.value->>'delta')::numeric`;
  const becomes = `(becomes OPERATOR(pg_catalog.->>) (o.value OPERATOR(pg_catalog.->>) 'id'))::${facts.countType}`;
  const parts = [
    // After a switch to another connection the setting is missing; after a reconnect the transaction is another one.
    `IF given IS NULL OR pg_current_xact_id_if_assigned()::text IS DISTINCT FROM given->>'xid' THEN
    RAISE EXCEPTION 'this transaction is another one' USING ERRCODE = '25P01';
  END IF;
  -- Before anything here takes further numbers, as every block does that catches errors.
  beside := pg_snapshot_xmax(pg_current_snapshot()) > pg_current_xact_id();
  -- Below deadlock_timeout: if two sessions wait for each other, we give up first.
  PERFORM set_config('lock_timeout', '250ms', true);
  -- Records hidden by a policy would look like drift.
  IF ${rowsHiddenCondition(tables)} THEN
    RAISE EXCEPTION 'row-level security hides rows from this role now' USING ERRCODE = '${hiddenNow}';
  END IF;`,
    order.deletes.length > 0 && whole === null ? takePlaces : '',
    // Before rows are locked: these versions of the records are deleted, or none.
    keeps && !keepsDeleted ? gathering(records.name, keeps) : '',
    order.truncate
      ? `LOCK TABLE ${records.name} IN ACCESS EXCLUSIVE MODE;\n  started := clock_timestamp();`
      : '',
    order.wait ? '' : 'started := coalesce(started, clock_timestamp());',
    order.adds ? addition(tables) : '',
    `${byPath(
      path,
      `SELECT coalesce(pg_catalog.jsonb_object_agg(l.id, l.count), '{}'), coalesce(pg_catalog.jsonb_object_agg(l.id, l.used), '{}')${restored.length > 0 ? `, coalesce(pg_catalog.jsonb_object_agg(l.id, l.others), '{}')` : ''} INTO held, used${restored.length > 0 ? ', others' : ''}
    FROM (SELECT ${lockedId} AS id, ${count} AS count, ${lastUsed ? `p.${written.touched}::pg_catalog.text` : 'NULL::pg_catalog.text'} AS used${restored.length > 0 ? `, pg_catalog.jsonb_build_array(${restored.map(({ quoted }) => `p.${quoted}::pg_catalog.text`).join(', ')}) AS others` : ''} FROM ${locked} FOR NO KEY UPDATE OF p${order.wait ? '' : ' SKIP LOCKED'}) l;`,
    )}
  started := coalesce(started, clock_timestamp());
  IF (SELECT count(*) FROM jsonb_object_keys(held)) < jsonb_array_length(given->'rows') THEN
    ${
      // A missing row cannot be locked by another session if we wait for locks.
      order.wait
        ? `RAISE EXCEPTION 'a policy on ${inString(written.name)} keeps a row from being written, or it was deleted just now' USING ERRCODE = 'P0001';`
        : `RAISE EXCEPTION 'another session holds a row' USING ERRCODE = '55P03';`
    }
  END IF;`,
    order.quiet ? `PERFORM set_config('session_replication_role', 'replica', true);` : '',
    order.deletes.length === 0
      ? ''
      : whole === null
        ? deletion(tables, idsOf(tables), order.truncate, keepsDeleted ? keeps : null)
        : wholeDeletion(tables, whole, keeps),
    order.inserts.length > 0 ? insertion(records.name, facts, order.quiet) : '',
    order.deletes.length + order.inserts.length > 0 ? deferredFirst : '',
    `SELECT coalesce(jsonb_object_agg(o.value->>'id', CASE WHEN (o.value->>'nullIfZero')::boolean AND ${value} = 0 THEN NULL ELSE ${value} END), '{}')
    INTO becomes FROM jsonb_array_elements(given->'rows') o;
  ${records.sums ? fits(tables, facts) : ''}${byOwnPath(`UPDATE ${written.name} p
     SET ${written.count} = ${becomes}${
       lastUsed
         ? `,
         ${lastUsed.sets}`
         : ''
     }${restored.map(({ quoted, type }, place) => `,\n         ${quoted} = ${other(place)}::${inSchema(type)}`).join('')}
    FROM ${givenRows} o
   WHERE ${isGiven}
     AND (${keysDiffer(`p.${written.count}`, becomes)}${lastUsed ? ` OR ${lastUsed.differs}` : ''}${restored.map(({ quoted }, place) => ` OR ${keysDiffer(`p.${quoted}::pg_catalog.text`, other(place))}`).join('')});
  ${written.keys.length === 0 ? onlyOne(written.name) : ''}SET CONSTRAINTS ALL IMMEDIATE;
  -- A trigger or a policy may have kept a row from being written, or written something else.
  is_other := EXISTS (SELECT FROM pg_catalog.jsonb_each_text(becomes) b JOIN ${written.name} p ON ${isNamedBy(written.keys, 'p', 'b.key')}
              WHERE ${keysDiffer(`p.${written.count}`, `b.value::${facts.countType}`)});`)}
  IF is_other THEN
    RAISE EXCEPTION 'a count is not what was written: a trigger changes it, or a policy on ${inString(written.name)} keeps it from being written' USING ERRCODE = 'P0001';
  END IF;
  ${plays > 0 ? playing(tables, facts, { quiet: order.quiet, isGiven }) : ''}PERFORM set_config('${resultSetting}', jsonb_build_object(
    'waiting', (SELECT count(*) FROM pg_locks l WHERE NOT l.granted
                 AND (l.transactionid = pg_current_xact_id()::xid${order.truncate ? ` OR l.relation = ${records.oid}` : ''})),
    'beside', beside,
    'counts', becomes,
    'held', extract(epoch FROM clock_timestamp() - started) * 1000)::text, true);`,
  ];
  return `DO ${quote}
#variable_conflict use_variable
DECLARE
  given jsonb := nullif(current_setting('${givenSetting}', true), '')::jsonb;
  held jsonb;
  used jsonb;
  others jsonb;
  becomes jsonb;
  started timestamptz;
  touched bigint;
  is_other boolean;
  beside boolean;
  is_kept boolean;${order.deletes.length === 0 ? '' : whole === null ? `\n  ${placeLists}` : '\n  was pg_snapshot;\n  before_this xid;\n  is_newer boolean := false;'}${plays > 0 ? '\n  played jsonb;\n  dangling jsonb;' : ''}
BEGIN
  ${parts.filter(part => part !== '').join('\n  ')}
END
${quote}`;
}

/**
 * How the time of the last use is set, if any row of the batch sets it: naming the column is enough to fire its triggers. When
 * records are put back, the counting trigger sets it too, so then it is reset to its value when the row was locked.
 */
function lastUsedOf(
  { written }: Tables,
  { lastUsedType }: RepairFacts,
  { setsLastUsed, inserts }: BlockShape,
): { sets: string; differs: string } | null {
  const restores = inserts.length > 0;
  if (!(setsLastUsed || restores) || written.touched === null) return null;
  const usedType = inSchema(lastUsedType ?? 'timestamptz');
  const given = "o.value OPERATOR(pg_catalog.->) 'lastUsed'";
  const to = (key: string) => `(${given} OPERATOR(pg_catalog.->>) '${key}')::${usedType}`;
  const isSet = `(${given}) OPERATOR(pg_catalog.<>) 'null'::pg_catalog.jsonb`;
  const locked = `(used OPERATOR(pg_catalog.->>) (o.value OPERATOR(pg_catalog.->>) 'id'))::${usedType}`;
  const otherwise = restores ? locked : `p.${written.touched}`;
  return {
    sets: `${written.touched} = CASE WHEN ${isSet} AND NOT (${keysDiffer(locked, to('from'))}) THEN ${to('to')} ELSE ${otherwise} END`,
    differs: `${isSet}${restores ? ` OR ${keysDiffer(`p.${written.touched}`, locked)}` : ''}`,
  };
}

// Escapes a name inside a format string of RAISE.
function inString(name: string): string {
  return name.replaceAll("'", "''").replaceAll('%', '%%');
}

const placed = (name: string, type: string) =>
  `pg_catalog.unnest((e.value OPERATOR(pg_catalog.->>) '${name}')::pg_catalog.${type}[])`;
// Arrays, because reading the text of the order takes longer than all else that is done with it.
const takePlaces = `SELECT array_agg(u.place), array_agg(u.relation), array_agg(u.version), array_agg(u.n), array_agg(e.batch) INTO places, place_relations, place_versions, place_numbers, place_batches
    FROM jsonb_array_elements(given->'deletes') WITH ORDINALITY e (value, batch)
    CROSS JOIN LATERAL ROWS FROM (${placed('relations', 'oid')}, ${placed('places', 'tid')}, ${placed('versions', 'xid')}) WITH ORDINALITY u (relation, place, version, n);`;
const placeLists = `places tid[];
  place_relations oid[];
  place_versions xid[];
  place_numbers int8[];
  place_batches int8[];`;
/** The records `r` that are deleted: exactly these versions `m`, in the order of the receipt. */
const mine = `(SELECT u.relation, u.place, u.version, u.n, u.batch FROM ROWS FROM (${[
  'place_relations',
  'places',
  'place_versions',
  'place_numbers',
  'place_batches',
]
  .map(list => `pg_catalog.unnest(${list})`)
  .join(', ')}) u (relation, place, version, n, batch) OFFSET 0)`;
// The places once more as an array: by a join alone, the planner would read the whole table for each batch.
const same = `r.ctid OPERATOR(pg_catalog.=) ANY (places) AND r.ctid OPERATOR(pg_catalog.=) m.place AND r.tableoid OPERATOR(pg_catalog.=) m.relation
    AND r.xmin OPERATOR(pg_catalog.=) m.version`;

/**
 * Keeps the values of up to `most` records of each row that are deleted, as the receipt has them. What refers to a row that is gone
 * would not come back: that is asked about all of them, because it costs little.
 */
interface Keeping {
  /** The columns that `kept` needs, of a record `r` of `mine`. */
  columns: string;
  /** SQL for the two values of `into`, over rows `r` with those columns. */
  kept: string;
  /** The variables that they go into. */
  into: string;
  /** The columns and the value that `check` alone needs. */
  references: string[];
  dangling: string;
  /** Refuses what would not come back. */
  check: string;
}

function keeping({ recordColumns, references }: RepairFacts, most: number): Keeping {
  const own = (place: number) => `r.c${place}`;
  // A reference with a NULL in it refers to nothing.
  const dangling = references.map(({ pairs, table }) => {
    const named = pairs.map(({ place }) => `${own(place)} IS NOT NULL`).join(' AND ');
    const join = pairs
      .map(({ place, column, type, equal }) => `t.${column} ${equal} ${own(place)}::${inSchema(type)}`)
      .join(' AND ');
    return `pg_catalog.bool_or(${named} AND NOT EXISTS (SELECT FROM ${table} t WHERE ${join}))`;
  });
  const values = manyValues(recordColumns.map(({ cast }, place) => valueAsText(`c${place}`, cast)));
  const checked = `pg_catalog.jsonb_build_array(${dangling.join(', ')})`;
  return {
    columns: [...recordColumns.map(({ quoted }, place) => `r.${quoted} AS c${place}`), 'm.n', 'm.batch'].join(
      ', ',
    ),
    kept: `pg_catalog.jsonb_agg((${values})::pg_catalog.jsonb ORDER BY r.batch, r.n) FILTER (WHERE r.n OPERATOR(pg_catalog.<=) ${most}), ${checked}`,
    into: 'played, dangling',
    references: [...new Set(references.flatMap(({ pairs }) => pairs.map(({ place }) => place)))].map(
      place => `r.${recordColumns[place]?.quoted} AS c${place}`,
    ),
    dangling: checked,
    check: references
      .map(
        ({ table }, at) => `IF (dangling->>${at})::boolean THEN
    RAISE EXCEPTION 'a record refers to a row that is not in ${inString(table)}, so an undo could not put it back' USING ERRCODE = '23503';
  END IF;`,
      )
      .join('\n  '),
  };
}

/** Keeps those values before the records are deleted. */
function gathering(records: string, { columns, kept, into, check }: Keeping): string {
  return `${byOwnPath(`SELECT ${kept} INTO ${into} FROM (SELECT ${columns} FROM ${records} r JOIN ${mine} m ON ${same}) r;`)}
  ${check}`;
}

/** Undoes the batch, so that it is refused if that is refused. Nothing of the attempt stays. */
function playing(
  { written, records }: Tables,
  facts: RepairFacts,
  { quiet, isGiven }: { quiet: boolean; isGiven: string },
): string {
  const before = `(held OPERATOR(pg_catalog.->>) (o.value OPERATOR(pg_catalog.->>) 'id'))::${facts.countType}`;
  return `given := given || jsonb_build_object('inserts', coalesce(played, '[]'));
  BEGIN
    ${byOwnPath('SET CONSTRAINTS ALL DEFERRED;')}
    ${insertion(records.name, facts, quiet)}
    ${deferredFirst}
    IF jsonb_array_length(given->'inserts') = (given->>'deleted')::int8 THEN
      ${byOwnPath(`UPDATE ${written.name} p SET ${written.count} = ${before} FROM ${givenRows} o WHERE ${isGiven} AND ${keysDiffer(`p.${written.count}`, before)};
      SET CONSTRAINTS ALL IMMEDIATE;`)}
    END IF;
    RAISE EXCEPTION 'it can be undone' USING ERRCODE = '${couldBeUndone}';
  EXCEPTION
    WHEN SQLSTATE '${couldBeUndone}' THEN NULL;
    WHEN lock_not_available OR transaction_rollback THEN RAISE;
    WHEN OTHERS THEN
      RAISE EXCEPTION 'an undo could not put the records back, so they are not deleted: %', SQLERRM USING ERRCODE = SQLSTATE;
  END;
  `;
}
const couldBeUndone = 'PUC00';

function deletion(
  { records: { name: records, preset, keys }, path }: Tables,
  ids: string,
  truncate: boolean,
  keeps: Keeping | null,
): string {
  const number = "(given OPERATOR(pg_catalog.->>) 'deleted')::pg_catalog.int8";
  const changed = `RAISE EXCEPTION 'a record was changed meanwhile' USING ERRCODE = '40001';`;
  if (truncate) {
    return byOwnPath(`SELECT pg_catalog.count(*) INTO touched FROM ${records} r JOIN ${mine} m ON ${same};
  IF touched OPERATOR(pg_catalog.<>) ${number} OR touched OPERATOR(pg_catalog.<>) (SELECT pg_catalog.count(*) FROM ${records}) THEN
    ${changed}
  END IF;
  TRUNCATE ${records};`);
  }
  const gone = `DELETE FROM ${records} r USING ${mine} m WHERE ${same}`;
  const counted = keeps
    ? `WITH gone AS (${gone} RETURNING ${keeps.columns})
    SELECT pg_catalog.count(*), ${keeps.kept} INTO touched, ${keeps.into} FROM gone r;`
    : `${gone};
  GET DIAGNOSTICS touched = ROW_COUNT;`;
  return `${byOwnPath(counted)}
  IF touched <> ${number} THEN
    -- Still unchanged, or rewritten by this transaction, as when records are only marked as deleted.
    ${byPath(
      path,
      `is_kept := EXISTS (SELECT FROM ${records} r JOIN ${mine} m ON ${same})
      OR EXISTS (SELECT FROM ${records} r WHERE r.${preset} ${keys.equal} ANY (ARRAY${ids})
                  AND r.xmin OPERATOR(pg_catalog.=) pg_catalog.pg_current_xact_id()::pg_catalog.xid);`,
    )}
    IF is_kept THEN
      RAISE EXCEPTION 'a trigger, a rule or a policy on ${inString(records)} keeps a record from being deleted' USING ERRCODE = 'P0001';
    END IF;
    ${changed}
  END IF;${keeps && keeps.check !== '' ? `\n  ${keeps.check}` : ''}`;
}

/**
 * Deletes all records of the rows, and fails if another transaction was committed since they were read: then a record may have come,
 * gone or changed, and the receipt would not hold exactly what is deleted. The one of the same repair deletes records of other
 * rows; what its triggers did to these is seen by the number that wrote a record.
 */
function wholeDeletion(tables: Tables, { beside = null }: WholeDeletion, keeps: Keeping | null): string {
  const { name, preset, keys } = tables.records;
  const gone = `DELETE FROM ${name} r WHERE r.${preset} ${keys.equal} ANY ${idsOf(tables)}`;
  const kept = [
    ...(keeps && keeps.references.length > 0
      ? [{ columns: keeps.references, value: keeps.dangling, into: 'dangling' }]
      : []),
    ...(beside === null
      ? []
      : [
          {
            columns: ['r.xmin AS version'],
            value: `pg_catalog.bool_or(pg_catalog.age(r.version) OPERATOR(pg_catalog.<=) pg_catalog.age(before_this))`,
            into: 'is_newer',
          },
        ]),
  ];
  const deletes =
    kept.length > 0
      ? `WITH gone AS (${gone} RETURNING ${kept.flatMap(({ columns }) => columns).join(', ')})
    SELECT pg_catalog.count(*), ${kept.map(({ value }) => value).join(', ')} INTO touched, ${kept.map(({ into }) => into).join(', ')} FROM gone r;`
      : `${gone};
  GET DIAGNOSTICS touched = ROW_COUNT;`;
  // Into variables first: taking them from the order for each record would take longer than deleting it.
  return `${beside === null ? '' : "before_this := (given->'whole'->>'beside')::xid8::xid;\n  "}${byOwnPath(deletes)}
  was := (given->'whole'->>'snapshot')::pg_snapshot;
  IF touched <> (given->>'deleted')::int8 OR is_newer OR EXISTS (
    SELECT FROM (SELECT x FROM pg_snapshot_xip(was) x
       UNION ALL SELECT n::text::xid8 FROM generate_series(pg_snapshot_xmax(was)::text::int8, pg_snapshot_xmax(pg_current_snapshot())::text::int8 - 1) n) ended (xid)
     WHERE pg_visible_in_snapshot(ended.xid, pg_current_snapshot()) AND pg_xact_status(ended.xid) = 'committed' AND ended.xid::text IS DISTINCT FROM given->'whole'->>'beside') THEN
    RAISE EXCEPTION 'a record was changed meanwhile' USING ERRCODE = '40001';
  END IF;${keeps ? `\n  played := given->'whole'->'played';\n  ${keeps.check}` : ''}`;
}

function insertion(records: string, { recordColumns, references }: RepairFacts, quiet: boolean): string {
  const text = (place: number) => `(e.value OPERATOR(pg_catalog.->>) ${place})`;
  const value = (place: number) => `${text(place)}::${inSchema(recordColumns[place]?.type ?? 'text')}`;
  const given = "pg_catalog.jsonb_array_elements(given OPERATOR(pg_catalog.->) 'inserts') e";
  // With triggers suppressed, the server does not check references either: they are locked and checked here.
  const checks = quiet
    ? references.map(({ table, pairs }) => {
        const join = pairs
          .map(({ place, column, type, equal }) => `t.${column} ${equal} ${text(place)}::${inSchema(type)}`)
          .join(' AND ');
        const named = pairs.map(({ place }) => `${text(place)} IS NOT NULL`).join(' AND ');
        return `PERFORM 1 FROM ${table} t WHERE EXISTS (SELECT FROM ${given} WHERE ${join}) FOR KEY SHARE;
  IF EXISTS (SELECT FROM ${given} WHERE ${named} AND NOT EXISTS (SELECT FROM ${table} t WHERE ${join})) THEN
    RAISE EXCEPTION 'a record refers to a row that is no longer in ${inString(table)}' USING ERRCODE = '23503';
  END IF;`;
      })
    : [];
  return byOwnPath(
    [
      ...checks,
      `INSERT INTO ${records} (${recordColumns.map(({ quoted }) => quoted).join(', ')}) OVERRIDING SYSTEM VALUE
    SELECT ${recordColumns.map((_, place) => value(place)).join(', ')} FROM ${given};
  GET DIAGNOSTICS touched = ROW_COUNT;
  IF touched OPERATOR(pg_catalog.<>) pg_catalog.jsonb_array_length(given OPERATOR(pg_catalog.->) 'inserts') THEN
    RAISE EXCEPTION 'not every record could be put back' USING ERRCODE = 'P0001';
  END IF;`,
    ].join('\n  '),
  );
}
