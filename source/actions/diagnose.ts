import { type Counter, drift } from '../audit/counter.ts';
import { diagnoseAll } from '../audit/diagnose.ts';
import type { Diagnosis } from '../audit/diagnosis.ts';
import type { Evidence } from '../audit/evidence.ts';
import { judgeTrigger } from '../audit/trigger-health.ts';
import type { Database } from '../database/connection.ts';
import { chooseAccurate, readEvidence, readEvidenceColumns } from '../database/evidence.ts';
import { readTableStatistics } from '../database/table-statistics.ts';
import type { Tables } from '../database/tables.ts';
import { readTriggerCatalog } from '../database/trigger-catalog.ts';

export interface DiagnoseOptions {
  signal?: AbortSignal | undefined;
}

// What is read of a large table at the most: about 0.2 s, and as long again to judge.
const mostRecords = 60_000;
const mostOfOne = 20_000;
const accurate = { most: 300, mostEach: 5_000, mostRecords: 40_000 };

/**
 * Finds out why counts are wrong: reads the records of `mismatches` and of some accurate presets beside them, and judges
 * (see diagnoseAll). Presets that were not looked at are missing from the answer, as are those that are right by now.
 */
export async function diagnose(
  database: Database,
  tables: Tables,
  mismatches: readonly Counter[],
  { signal }: DiagnoseOptions = {},
): Promise<Map<string, Diagnosis>> {
  if (mismatches.length === 0 || tables.hiddenBy.length > 0) return new Map();
  const evidence = await database.read(
    async (reader): Promise<Evidence> => {
      const columns = await readEvidenceColumns(reader, tables);
      const wrong = mismatches.map(({ id }) => id);
      const right = await chooseAccurate(reader, tables, wrong, accurate);
      const chosen = withinReach(mismatches);
      const read = await readEvidence(reader, tables, columns, [...chosen, ...right]);
      const isWrong = new Set(wrong);
      const { findings, trigger } = judgeTrigger(await readTriggerCatalog(reader, tables));
      const off = findings.find(({ code }) => stopsCounting.has(code));
      return {
        mismatched: read.filter(({ id }) => isWrong.has(id)),
        accurate: read.filter(({ id, usageCount, records }) => !isWrong.has(id) && usageCount === records),
        triggerOff: off?.message ?? (trigger.exists ? null : 'There is no counting trigger.'),
        countsAgain: findings.filter(({ code }) => code === 'second-counter').map(({ message }) => message),
        ...(await readTableStatistics(reader, tables)),
        allRecords: 0,
        missingIds: null,
      };
    },
    { signal },
  );
  return diagnoseAll(evidence);
}

/** Findings that say that a use is not counted now. */
const stopsCounting = new Set([
  'trigger-missing',
  'trigger-wrong-table',
  'trigger-disabled',
  'trigger-replica-only',
  'trigger-not-on-insert',
  'function-does-not-count',
]);

/** The presets whose records are read: as many as may be, those with few records first. */
function withinReach(mismatches: readonly Counter[]): string[] {
  let left = mostRecords;
  return mismatches
    .toSorted((a, b) => (a.records ?? 0) - (b.records ?? 0))
    .filter(counter => {
      const records = counter.records ?? 0;
      if (records > mostOfOne || records > left || drift(counter) === 0) return false;
      left -= records;
      return true;
    })
    .map(({ id }) => id);
}
