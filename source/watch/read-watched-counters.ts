import type { Reader } from '../connection/transactions.ts';
import type { Counter } from '../counter/counter.ts';
import type { Tables } from '../counter/discovery/tables.ts';
import { countersText, toCounters } from '../counter/reading/counters.ts';
import {
  type Sampling,
  type SessionSample,
  sessionsColumn,
  sessionsParameters,
  toSample,
} from './sessions.ts';

/**
 * Reads counters and the sessions that may have written them, in one statement. The sessions are read after the snapshot
 * of the counters, so that they include every writer of what was counted.
 */
export async function readCountersAndSessions(
  reader: Reader,
  tables: Tables,
  ids: readonly string[],
  records: 'if-cheap' | 'not',
  sampling: Sampling,
): Promise<{ counters: Counter[]; sample: SessionSample }> {
  const exact = tables.presets.countKind === 'integer' ? '' : ' exact,';
  const none = exact && ' NULL,';
  const text = `SELECT id, name, "usageCount",${exact} "lastUsedAt", records, NULL::pg_catalog.text AS sessions FROM (${countersText(tables, records)}) c
    UNION ALL SELECT NULL, NULL, NULL,${none} NULL, NULL, ${sessionsColumn('$2', '$3')}`;
  const rows = (await reader.rows(
    text,
    [JSON.stringify(ids), ...sessionsParameters(sampling)],
    tables.path,
  )) as {
    sessions: string | null;
  }[];
  return {
    counters: toCounters(rows.filter(({ sessions }) => sessions === null)),
    sample: toSample(rows.find(({ sessions }) => sessions !== null)?.sessions ?? 'null'),
  };
}
