import * as z from 'zod/mini';
import type { Reader } from '../../connection/transactions.ts';
import { presetNames as names } from '../../counter/definition/preset-names.ts';
import type { Tables } from '../../counter/discovery/tables.ts';
import { dailyIndex, recordsTable, rowsTable } from '../expected-names.ts';
import { type MigrationFit, unmetNeeds } from './fit.ts';
import { fitQueries, readMigrationScript } from './read-script.ts';

const needs = z.object({
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
    'noTables', (SELECT coalesce(json_agg(c.oid::regclass::text ORDER BY c.relname), '[]') FROM pg_class c
      WHERE c.oid IN ($1::oid, $2::oid) AND c.relkind NOT IN ('r', 'p')),
    'dailyConstraint', EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = to_regclass('${dailyIndex}')))::text AS needs
  FROM (${counter}) counter, (${track}) track`;

/** Reads how the shipped migration would act on these tables with these columns; null if it is not written for them. */
export async function readMigrationFit(
  reader: Reader,
  { presets, records }: Tables,
  columns: readonly { table: number; name: string; plainType: string }[],
): Promise<MigrationFit | null> {
  if (presets.name !== rowsTable || records.name !== recordsTable) return null;
  const queries = fitQueries(await readMigrationScript());
  const [found] = await reader.rows(text(queries), [presets.oid, records.oid]);
  const { kept, always, by_row, alone, user_of, misfit, needs } = row.parse(found);
  return {
    unmet: unmetNeeds({
      ...needs,
      columns: columns.map(({ table, name, plainType }) => ({
        table: table === presets.oid ? names.rows : names.records,
        name,
        type: plainType,
      })),
    }),
    kept,
    always,
    byRow: by_row,
    subscribed: alone,
    userOf: user_of ?? 'NULL',
    misfit,
  };
}
