import * as z from 'zod/mini';
import type { Reader } from '../../connection/transactions.ts';
import type { Counter, Totals } from '../counter.ts';
import type { Tables } from '../discovery/tables.ts';
import type { Operators } from '../operators.ts';
import { countColumns, driftOf, milliseconds, toCounters, truthColumns } from '../reading/counters.ts';
import { groupedKeys, groupedRecords, refersToAny } from '../reading/grouped-records.ts';
import { shortColumn } from '../short-text.ts';

/** A range of keys: above `after`, up to and including `upTo`; null means no bound. */
export interface KeyRange {
  after: string | null;
  upTo: string | null;
}

/** Which counters an audit returns: the sums always include all of them. */
export type AuditScope = 'all' | 'mismatched';

/** The pages of an audit; together they cover every key, existing or not. */
export interface AuditPlan {
  scope: AuditScope;
  ranges: KeyRange[];
  /** How many presets there were when the plan was made, for the progress bar. */
  presets: number;
}

// 500,000 records take about 40 ms if the index is vacuumed. Pages of 75,000 made an audit of a million 1.2 times longer, and
// a single page 1.9 times, because then one connection does all the work while the other waits. With four, neither waits long
// for the other where a few rows have most of the records.
const recordsPerPage = 500_000;
const leastPages = 4;
// 2,000 counters are parsed in about 5 ms, so the console still responds to keys while a large audit arrives.
const presetsPerPage = { all: 2_000, mismatched: 100_000 } as const;
// Below this share of all-visible pages an index-only count visits the table for most rows, and a single scan of the whole
// table is cheaper.
const leastVacuumed = 0.5;

const counted = z.object({ presets: z.number() });
const edges = z.array(z.string());

/**
 * Cuts the keys into pages of about the same cost. If counting by key is expensive (no index, never vacuumed) or records are
 * ordered differently, there is one page: a single scan. `mostRecords` is roughly how many records a page may have, and there are
 * `least` pages or more.
 */
export async function planAudit(
  reader: Reader,
  tables: Tables,
  scope: AuditScope,
  { mostRecords = recordsPerPage, least = leastPages }: { mostRecords?: number; least?: number } = {},
): Promise<AuditPlan> {
  const { presets, records } = tables;
  // A page of keys is a page of records only if both have the same order.
  const paged = records.covered && records.alike && records.vacuumed >= leastVacuumed;
  const count = `SELECT pg_catalog.count(*)::double precision AS presets FROM ${presets.name}`;
  const total = counted.parse((await reader.rows(count, [], tables.path))[0]).presets;
  if (!paged) return { scope, presets: total, ranges: [{ after: null, upTo: null }] };
  // Of the rows that were counted: by an estimate from before they became many, pages of two rows were cut.
  const share = Math.min(mostRecords / Math.max(1, records.estimate), 1 / least);
  // One more than an even share, so that the last key is not an edge: an empty page would follow it.
  const page = Math.min(presetsPerPage[scope], Math.ceil(share * Math.max(1, total)) + 1);
  // Edges are found by walking the key's index from one to the next, at a tenth of the cost of numbering every key. Their
  // order is the index's, whatever the type and collation of the key.
  const walk = (after: string) =>
    `SELECT k.${presets.key} FROM ${presets.rows} k${after} ORDER BY 1 OFFSET $1::bigint OPERATOR(pg_catalog.-) 1 LIMIT 1`;
  const text = `WITH RECURSIVE edge (key) AS (
      (${walk('')})
      UNION ALL
      SELECT (${walk(` WHERE k.${presets.key} ${presets.keys.above} e.key${presets.keys.of}`)}) FROM edge e WHERE e.key IS NOT NULL)
    SELECT coalesce(pg_catalog.json_agg(key::pg_catalog.text ORDER BY key), '[]')::pg_catalog.text AS edges FROM edge WHERE key IS NOT NULL`;
  const [raw] = (await reader.rows(text, [page], tables.path)) as { edges: string }[];
  const bounds = [null, ...edges.parse(JSON.parse(raw?.edges ?? '[]')), null];
  return {
    scope,
    presets: total,
    ranges: bounds.slice(1).map((upTo, index) => ({ after: bounds[index] ?? null, upTo })),
  };
}

/** What one page of an audit found. */
export interface AuditPage {
  totals: Totals;
  /** Rows whose count is right, and which have records. */
  agreeing: number;
  /** Records whose row is gone; of presets, also those that name none. */
  orphans: number;
  /** Records of any other counter that refer to no row. */
  unnamed: number;
  /** A sum over everything in the page's counters, to compare with the next audit's. */
  checksum: string;
  /** The counters that AuditScope selects; null if the checksum is the known one: nothing has changed. */
  counters: Counter[] | null;
}

const sums = z.object({
  rows: z.number(),
  tooHigh: z.number(),
  tooLow: z.number(),
  agreeing: z.number(),
  // Amounts may be NaN, or infinite.
  records: z.union([z.number(), z.nan(), z.literal([Infinity, -Infinity])]),
  orphans: z.number(),
  unnamed: z.number(),
  checksum: z.string(),
});

/**
 * Audits one range of keys in one statement, so counts and records are from one snapshot however busy the tables are. Records
 * are counted by key before the join with presets: joining first costs 4 to 7 times more. With the scope `mismatched`
 * accurate counters are only added up on the server: sending and parsing them costs up to a third of the count. With `known`,
 * the checksum of an earlier read of the range, no counters are sent unless one has changed.
 */
export async function readAuditPage(
  reader: Reader,
  tables: Tables,
  range: KeyRange,
  scope: AuditScope,
  known: string | null = null,
): Promise<AuditPage> {
  const { presets, records } = tables;
  const bounds = (
    [
      { operator: 'above', key: range.after },
      { operator: 'upTo', key: range.upTo },
    ] as const
  ).filter(bound => bound.key !== null);
  const within = (column: string, operators: Operators) =>
    bounds
      .map(({ operator }, index) => ` AND ${column} ${operators[operator]} $${index + 1}::${presets.keyType}`)
      .join('');
  // Comparing with a bound drops the records whose reference is NULL; the last page adds them. In a separate SELECT, because an
  // OR would prevent the index-only scan.
  const what = `${records.aggregate} AS records${records.sums ? ', pg_catalog.count(*) AS number' : ''}`;
  // A top-level comment has no parent, and is nobody's reply. A record of no preset was a use of one, and behind a table between
  // it is not known whether there was a reference.
  const { source, record } = tables.definition;
  const apart = source.kind !== 'built-in' && record.through === null;
  const referring = apart ? `, pg_catalog.count(*) FILTER (WHERE ${refersToAny(tables)}) AS referring` : '';
  const number = records.sums ? 'number' : 'records';
  const withoutReference =
    range.upTo === null && range.after !== null
      ? ` UNION ALL SELECT NULL, ${what}${referring} FROM ${records.counted} r WHERE r.${records.preset} IS NULL HAVING pg_catalog.count(*) OPERATOR(pg_catalog.>) 0`
      : '';
  const checksum =
    scope === 'all'
      ? `coalesce(pg_catalog.sum(pg_catalog.hashtextextended(pg_catalog.concat(id, '|', count, '|', records, '|', last_used, '|', label) COLLATE pg_catalog."C", 0)), 0)::pg_catalog.text`
      : `''`;
  const unlessKnown =
    known === null
      ? ''
      : ` AND (SELECT ${checksum} FROM audited) OPERATOR(pg_catalog.<>) $${bounds.length + 1}`;
  const noCount = `NULL::double precision AS "usageCount"${presets.countKind === 'integer' ? '' : ', NULL AS exact'}`;
  const noTruth = records.sums
    ? ', NULL::pg_catalog.text AS "exactRecords", NULL::pg_catalog.text AS "exactDrift"'
    : '';
  const text = `WITH audited AS MATERIALIZED (
      SELECT p.id, p.label, p.count, p.last_used, coalesce(r.records, 0) AS records, ${driftOf('r.records', 'p.count', tables)} AS drift${records.sums ? ', r.number' : ''}${apart ? ', r.referring' : ''}
        FROM (SELECT ${presets.key} AS id, ${presets.label} AS label, ${presets.count} AS count,
                     ${presets.lastUsed ?? 'NULL::timestamp with time zone'} AS last_used
                FROM ${presets.rows} q WHERE true${within(presets.key, presets.keys)}) p
        FULL JOIN (${groupedRecords(tables, `${what}${referring}`, { where: `true${within(`r.${records.preset}`, records.keys)}` })}${withoutReference}) r ON r.id ${groupedKeys(tables).equal} p.id${groupedKeys(tables).of})
    SELECT NULL AS id, NULL AS name, ${noCount}, NULL::double precision AS "lastUsedAt",
           pg_catalog.count(id)::double precision AS rows,
           pg_catalog.count(*) FILTER (WHERE drift OPERATOR(pg_catalog.>) 0 AND id IS NOT NULL)::double precision AS "tooHigh",
           pg_catalog.count(*) FILTER (WHERE drift OPERATOR(pg_catalog.<) 0 AND id IS NOT NULL)::double precision AS "tooLow",
           pg_catalog.count(*) FILTER (WHERE drift OPERATOR(pg_catalog.=) 0 AND id IS NOT NULL AND ${number} OPERATOR(pg_catalog.>) 0)::double precision AS agreeing,
           coalesce(pg_catalog.sum(${apart ? 'referring' : number}) FILTER (WHERE id IS NULL), 0)::double precision AS orphans,
           coalesce(pg_catalog.sum(${apart ? `${number} OPERATOR(pg_catalog.-) referring` : '0'}) FILTER (WHERE id IS NULL), 0)::double precision AS unnamed, ${checksum} AS checksum,
           coalesce(pg_catalog.sum(records) FILTER (WHERE id IS NOT NULL), 0)::double precision AS records${noTruth}
      FROM audited
    UNION ALL
    SELECT id::pg_catalog.text, ${shortColumn('label')}, ${countColumns('count', tables)}, ${milliseconds('last_used')}, NULL, NULL, NULL, NULL, NULL, NULL, NULL, ${truthColumns('records', 'count', tables)}
      FROM audited WHERE id IS NOT NULL${scope === 'all' ? '' : ' AND drift OPERATOR(pg_catalog.<>) 0'}${unlessKnown}`;
  const rows = (await reader.rows(
    text,
    [...bounds.map(bound => bound.key), ...(known === null ? [] : [known])],
    tables.path,
  )) as { rows: number | null }[];
  const {
    agreeing,
    orphans,
    unnamed,
    checksum: found,
    ...sum
  } = sums.parse(rows.find(row => row.rows !== null));
  const mismatched = sum.tooHigh + sum.tooLow;
  return {
    totals: { ...sum, mismatched, accurate: sum.rows - mismatched },
    agreeing,
    orphans,
    unnamed,
    checksum: found,
    counters: found === known ? null : toCounters(rows.filter(row => row.rows === null)),
  };
}
