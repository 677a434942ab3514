import * as z from 'zod/mini';
import type { Reader } from '../../../connection/transactions.ts';
import type { Tables } from '../../../counter/discovery/tables.ts';
import { countsAreCheap, driftOf, isScannable, truthOf } from '../../../counter/reading/counters.ts';
import type { Agreement } from './circumstances.ts';

const row = z.object({ compared: z.number(), near: z.number() });

/** How many rows are compared, and up to which count: more records would take long to count. */
const rows = 200;
const most = 1_000;

/** Compares the counts of a few rows that have records. Null if this role does not see every row, or if it would take long. */
export async function readAgreement(reader: Reader, tables: Tables): Promise<Agreement | null> {
  const { presets, hiddenBy, records } = tables;
  // A table of one row counts every record there is.
  const cheap = records.pairs?.length === 0 || records.sums ? isScannable(tables) : countsAreCheap(tables);
  if (hiddenBy.length > 0 || !cheap) return null;
  // By name: the role may have been granted only these columns.
  const columns = new Set([presets.key, presets.count, ...(records.pairs ?? []).map(({ key }) => key)]);
  const wanted = [...columns].map(column => `q.${column}`).join(', ');
  const text = `SELECT pg_catalog.count(*)::integer AS compared,
       pg_catalog.count(*) FILTER (WHERE pg_catalog.abs(x.drift) OPERATOR(pg_catalog.*) 10 OPERATOR(pg_catalog.<=) pg_catalog.abs(x.truth))::integer AS near
  FROM (SELECT t.truth::numeric AS truth, (${driftOf('t.truth', `p.${presets.count}`, tables)})::numeric AS drift
          FROM (SELECT ${wanted} FROM ${presets.rows} q${records.sums ? '' : ` WHERE coalesce(q.${presets.count}, 0) OPERATOR(pg_catalog.<=) ${most}`} LIMIT ${rows}) p
         CROSS JOIN LATERAL (${truthOf(tables)}) t (truth)) x
 WHERE x.truth OPERATOR(pg_catalog.<>) 0`;
  const [answer] = await reader.rows(text, [], tables.path);
  return row.parse(answer);
}
