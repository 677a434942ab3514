import type { Reader } from '../connection/transactions.ts';
import type { Counter } from '../counter/counter.ts';
import type { Tables } from '../counter/discovery/tables.ts';
import { countersColumns, countersText, toCounters } from '../counter/reading/counters.ts';
import { markShort, shortColumn } from '../counter/short-text.ts';
import type { Contention } from './contention.ts';
import {
  type Sampling,
  type SessionSample,
  sessionsColumn,
  sessionsParameters,
  toSample,
} from './sessions.ts';

/**
 * Reads counters and the sessions that may have written them, in one statement. The sessions are read after the snapshot
 * of the counters, so that they include every writer of what was counted. `parse` makes counters of the rows.
 */
export async function readCountersAndSessions(
  reader: Reader,
  tables: Tables,
  ids: readonly string[],
  records: 'if-cheap' | 'not',
  sampling: Sampling,
  parse = toCounters,
): Promise<{ counters: Counter[]; sample: SessionSample }> {
  const columns = countersColumns(tables, records);
  const text = `SELECT ${columns.join(', ')}, NULL::pg_catalog.text AS sessions FROM (${countersText(tables, records)}) c
    UNION ALL SELECT ${columns.map(() => 'NULL').join(', ')}, ${sessionsColumn('$2', '$3', '$4')}`;
  const rows = (await reader.rows(
    text,
    [JSON.stringify(ids), ...sessionsParameters(sampling), tables.written.name],
    tables.path,
  )) as {
    sessions: string | null;
  }[];
  return {
    counters: parse(rows.filter(({ sessions }) => sessions === null)),
    sample: toSample(rows.find(({ sessions }) => sessions !== null)?.sessions ?? 'null'),
  };
}

/** That sessions wait for rows, at the time of this sample; null if no two do. */
export async function readContention(
  reader: Reader,
  { presets, written, path }: Tables,
  { waiting, awaited }: SessionSample,
): Promise<Contention | null> {
  if (waiting < 2) return null;
  const [row] =
    awaited && presets.rows === written.name
      ? ((await reader.rows(
          `SELECT ${shortColumn(`p.${presets.label}`)} AS name FROM ${presets.rows} p
            WHERE p.ctid OPERATOR(pg_catalog.=) $1::pg_catalog.tid AND p.tableoid OPERATOR(pg_catalog.=) $2::pg_catalog.oid`,
          [awaited.ctid, awaited.table],
          path,
        )) as { name: string | null }[])
      : [];
  return { name: row ? markShort(row.name ?? '') : null, table: written.name, waiting };
}
