import * as z from 'zod/mini';
import type { Reader } from '../../../connection/transactions.ts';
import type { Tables } from '../../../counter/discovery/tables.ts';
import type { RepairFacts } from '../facts.ts';
import { storedSize } from './bounded-records.ts';

const sizes = z.object({ all: z.number(), apart: z.number() });

/** The bytes on disk of all records, and of the large values among them that are stored out of line (TOAST). */
export async function readRecordSizes(
  reader: Reader,
  { records }: Tables,
): Promise<{ all: number; apart: number }> {
  const [row] = await reader.rows(
    `WITH RECURSIVE tree AS (SELECT $1::oid AS oid UNION SELECT i.inhrelid FROM tree t JOIN pg_inherits i ON i.inhparent = t.oid)
     SELECT coalesce(sum(pg_table_size(c.oid)), 0)::float8 AS all, coalesce(sum(CASE WHEN c.reltoastrelid <> 0 THEN pg_relation_size(c.reltoastrelid) END), 0)::float8 AS apart
       FROM tree t JOIN pg_class c ON c.oid = t.oid`,
    [records.oid],
  );
  return sizes.parse(row);
}

const large = z.array(z.object({ id: z.nullable(z.string()), bytes: z.number() }));

/**
 * The presets that have a record with more than `most` stored bytes, each with its largest. Reads every record, but no
 * large value.
 */
export async function readLargeRecords(
  reader: Reader,
  { records }: Tables,
  facts: RepairFacts,
  most: number,
): Promise<Map<string | null, number>> {
  const rows = await reader.rows(
    `SELECT l.id, max(l.bytes)::float8 AS bytes FROM (SELECT r.${records.preset}::text AS id, ${storedSize(facts)} AS bytes FROM ${records.name} r OFFSET 0) l
      WHERE l.bytes > ${most} GROUP BY l.id`,
  );
  return new Map(large.parse(rows).map(({ id, bytes }) => [id, bytes]));
}
