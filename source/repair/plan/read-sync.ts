import type { Database, Reader } from '../../connection/transactions.ts';
import { auditCounters } from '../../counter/audit/audit-counters.ts';
import { isWrong } from '../../counter/counter.ts';
import { presetNames } from '../../counter/definition/preset-names.ts';
import type { Tables } from '../../counter/discovery/tables.ts';
import { findPresets } from '../../counter/reading/find-presets.ts';
import type { Remark } from '../repair.ts';
import { exactForms, readStaleTimes } from '../sql/counter-state.ts';
import type { PlanDraft } from './draft.ts';
import { exceptCauses } from './except-causes.ts';
import { driftsOf, type PlanContext, splitWritable, statesOf } from './read-states.ts';
import { type Agreeing, disagreeingRemarks, doubtedRemarks } from './remarks.ts';
import { syncChange } from './sync.ts';

/**
 * Finds the presets whose count is not their number of records and, on request, those whose last use is not their newest
 * record.
 */
export async function planSync({
  database,
  found,
  facts,
  request,
  began,
  signal,
}: PlanContext): Promise<PlanDraft> {
  const { tables } = found;
  const { presets, options } = request;
  const { nouns, source } = tables.definition;
  const isBuiltIn = source.kind === 'built-in';
  const times = options.lastUsed && tables.written.touched !== null && tables.records.time !== null;
  const named = async (reader: Reader) => {
    if (presets.length > 0) return findPresets(reader, tables, presets);
    await reader.rows(exactForms);
    return readStaleTimes(reader, tables);
  };
  const ids = presets.length > 0 || times ? await database.read(named, { signal }) : [];
  const wrong =
    presets.length > 0
      ? { ids: [], allRecords: null, agreeing: { agree: null, disagree: 0 } }
      : await mismatched(database, tables, began.at, signal);
  const read = await statesOf(database, tables, [...new Set([...wrong.ids, ...ids])], times, signal);
  const { states, remarks: causes } = await exceptCauses(read, request, tables, wrong.allRecords, signal);
  const { written, left } = splitWritable(states, { tables, facts });
  const changes = written.flatMap(state => syncChange(state, times) ?? []);
  const remarks: Remark[] = [
    ...causes,
    ...doubtedRemarks(tables.definition),
    ...disagreeingRemarks(tables.definition, wrong.agreeing),
  ];
  if (options.lastUsed && !times) {
    remarks.push({
      code: 'no-times',
      severity: 'warning',
      message: `There is no ${isBuiltIn ? presetNames.touched : 'time of the last one to set'}, or ${nouns.record[1]} have no time: only counts are changed.`,
    });
  }
  return {
    changes,
    tasks: changes.map(({ id, name, drift }) => ({ id, name, drift, weight: 0 })),
    recordsToDelete: 0,
    recordsToRestore: 0,
    remarks,
    left,
    method: null,
    holds: driftsOf(states),
    maySetLastUsed: times,
  };
}

/** The wrong rows, and how many bear out what is counted. If no wrong row counts anything, that speaks of a reset alone. */
async function mismatched(
  database: Database,
  tables: Tables,
  since: number,
  signal: AbortSignal | undefined,
): Promise<{ ids: string[]; allRecords: number; agreeing: Agreeing }> {
  const ids: string[] = [];
  let [withRecords, counting] = [0, 0];
  const { allRecords, totals, ...right } = await auditCounters(database, tables, {
    scope: 'mismatched',
    gentle: { since },
    signal,
    onPage({ counters }) {
      for (const counter of counters.filter(isWrong)) {
        ids.push(counter.id);
        if (counter.records) withRecords += 1;
        if (counter.usageCount) counting += 1;
      }
    },
  });
  const agreeing = {
    agree: right.agreeing > 0 ? totals.accurate : null,
    disagree: counting > 0 ? withRecords : 0,
  };
  return { ids, allRecords, agreeing };
}
