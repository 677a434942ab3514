import * as z from 'zod/mini';
import type { Reader } from '../connection/transactions.ts';
import type { CatalogTable } from './catalog.ts';
import type { Agreement } from './find/assemble.ts';
import type { NamedCounter } from './find/by-name.ts';

const row = z.object({ place: z.number(), compared: z.number(), agree: z.number() });

/** How many rows of a table are compared, and how many records of a row are counted at most. */
const rows = 200;
const records = 1_000;
/** Without an index each row reads the whole table of records, which must be smaller than this, in bytes. */
const small = 2_000_000;
/** How many counters one statement compares. */
const most = 100;

/** Compares counts with their records in a few rows of each table, in one statement. Those that cannot be compared are missing. */
export async function readAgreement(
  reader: Reader,
  counters: readonly NamedCounter[],
): Promise<Map<NamedCounter, Agreement>> {
  const found = counters.filter(isComparable).slice(0, most);
  if (found.length === 0) return new Map();
  const text = found.map(statement).join('\nUNION ALL\n');
  const answers = z.array(row).parse(await reader.rows(text));
  return new Map(
    answers.flatMap(({ place, compared, agree }) => {
      const counter = found[place];
      return counter ? [[counter, { compared, agree }] as const] : [];
    }),
  );
}

/** What this role may read, by types that are PostgreSQL's own. */
function isComparable({ table, record, key, reference }: NamedCounter): boolean {
  const types = (of: CatalogTable, names: readonly string[]) =>
    names.map(name => of.columns.find(each => each.name === name)?.type ?? '');
  const [left, right] = [types(table, key), types(record, reference)];
  const alike = left.every(
    (type, place) =>
      type !== '' &&
      !type.includes('.') &&
      (type === right[place] || [type, right[place] ?? ''].every(isInteger)),
  );
  return alike && [table, record].every(each => each.readable && !each.policies && each.kind !== 'f');
}

const isInteger = (type: string) => /^(?:smallint|integer|bigint)$/.test(type);
const quoted = (name: string) => `"${name.replaceAll('"', '""')}"`;
const tableName = ({ schema, name }: CatalogTable) => `${quoted(schema)}.${quoted(name)}`;

function statement({ table, column, record, key, reference }: NamedCounter, place: number): string {
  const on = reference.map((name, at) => `r.${quoted(name)} OPERATOR(pg_catalog.=) p.k${at}`).join(' AND ');
  const indexed = reference.some(name => record.indexed.includes(name));
  const counted = `(SELECT pg_catalog.count(*) FROM (SELECT FROM ${tableName(record)} r WHERE ${on} LIMIT ${records + 1}) l)`;
  const bounded = indexed
    ? counted
    : `CASE WHEN pg_catalog.pg_relation_size(${record.oid}::pg_catalog.oid) OPERATOR(pg_catalog.<) ${small} THEN ${counted} END`;
  return `SELECT ${place} AS place, pg_catalog.count(*)::integer AS compared,
       pg_catalog.count(*) FILTER (WHERE x.count OPERATOR(pg_catalog.=) x.records)::integer AS agree
  FROM (SELECT coalesce(p.count, 0)::numeric AS count, ${bounded}::numeric AS records
          FROM (SELECT ${quoted(column)} AS count, ${key.map((name, at) => `${quoted(name)} AS k${at}`).join(', ')} FROM ${tableName(table)} LIMIT ${rows}) p) x
 WHERE (x.count OPERATOR(pg_catalog.<>) 0 OR x.records OPERATOR(pg_catalog.<>) 0)
   AND x.records OPERATOR(pg_catalog.<=) ${records} AND x.records IS NOT NULL`;
}

/** Which of these tables have more than one row; those that cannot be read are taken for such. */
export async function readCrowded(
  reader: Reader,
  tables: readonly CatalogTable[],
): Promise<ReadonlySet<number>> {
  const readable = tables.filter(each => each.readable && !each.policies);
  const crowded = new Set(tables.filter(each => !readable.includes(each)).map(({ oid }) => oid));
  if (readable.length === 0) return crowded;
  const text = readable
    .map(
      each =>
        `SELECT ${each.oid} AS oid, (SELECT pg_catalog.count(*) FROM (SELECT FROM ${tableName(each)} LIMIT 2) l)::integer AS rows`,
    )
    .join('\nUNION ALL\n');
  const answers = z.array(z.object({ oid: z.number(), rows: z.number() })).parse(await reader.rows(text));
  for (const { oid, rows: number } of answers) if (number > 1) crowded.add(oid);
  return crowded;
}
