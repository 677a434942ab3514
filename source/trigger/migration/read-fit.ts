import * as z from 'zod/mini';
import type { Reader } from '../../connection/transactions.ts';
import type { Tables } from '../../counter/discovery/tables.ts';
import { dailyIndex, recordsTable, rowsTable } from '../expected-names.ts';
import { type MigrationFit, neededTables, unmetNeeds } from './fit.ts';
import { fitQueries, readMigrationScript } from './read-script.ts';

const needs = z.object({
  columns: z.array(z.object({ table: z.enum(neededTables), name: z.string(), type: z.string() })),
  noTables: z.array(z.string()),
  dailyConstraint: z.boolean(),
});
const row = z.object({
  kept: z.nullable(z.enum(['events', 'deferred'])),
  always: z.boolean(),
  by_row: z.boolean(),
  alone: z.boolean(),
  user_of: z.nullable(z.string()),
  misfit: z.nullable(z.string()),
  needs: z.pipe(
    z.string(),
    z.transform(text => needs.parse(JSON.parse(text))),
  ),
});

const text = ({
  counter,
  track,
}: ReturnType<typeof fitQueries>) => `SELECT counter.*, track.*, json_build_object(
    'columns', (SELECT coalesce(json_agg(json_build_object('table', c.relname, 'name', a.attname,
        'type', coalesce(nullif(y.typbasetype, 0), y.oid)::regtype::text)), '[]')
      FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid JOIN pg_type y ON y.oid = a.atttypid
     WHERE c.oid IN ($1::oid, $2::oid) AND a.attnum > 0 AND NOT a.attisdropped),
    'noTables', (SELECT coalesce(json_agg(format('%I.%I', n.nspname, c.relname) ORDER BY c.relname), '[]') FROM pg_class c
      JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.oid IN ($1::oid, $2::oid) AND c.relkind NOT IN ('r', 'p')),
    'dailyConstraint', EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = to_regclass('${dailyIndex}')))::text AS needs
  FROM (${counter}) counter, (${track}) track`;

/** Reads how the shipped migration would act here; null if it is not written for these tables. */
export async function readMigrationFit(
  reader: Reader,
  { presets, records }: Tables,
): Promise<MigrationFit | null> {
  if (presets.name !== rowsTable || records.name !== recordsTable) return null;
  const queries = fitQueries(await readMigrationScript());
  const [found] = await reader.rows(text(queries), [presets.oid, records.oid]);
  const { kept, always, by_row, alone, user_of, misfit, needs } = row.parse(found);
  return {
    unmet: unmetNeeds(needs),
    kept,
    always,
    byRow: by_row,
    subscribed: alone,
    userOf: user_of ?? 'NULL',
    misfit,
  };
}
