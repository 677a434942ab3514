import type { AuditedCounter } from '../../counter/audit/audit-counter.ts';
import { titled } from '../../counter/definition/counter-nouns.ts';
import { elsewhereNotes } from '../../counter/schema/elsewhere.ts';
import type { Diagnosis } from '../../diagnosis/diagnosis.ts';
import { shortDiagnosis } from '../../diagnosis/format-diagnosis.ts';
import { finite, rowJson } from '../../diagnosis/rows/json.ts';
import { driftText, recordsText } from '../../format/format-figures.ts';
import { count, countOf, iso } from '../../format/numbers.ts';
import { amount } from '../../format/plurals.ts';
import { displayText } from '../../format/text.ts';
import { type Lines, namedTable } from './named-table.ts';

/** The causes that were found, by the id of the row. */
export type Diagnoses = ReadonlyMap<string, Diagnosis>;

/** A role that may count, or a limit that is enough for it, may not do for reading the records. */
export const beyondReach: ReadonlySet<string> = new Set([
  'permission-denied',
  'statement-timeout',
  'lock-timeout',
]);

const unknown = {
  rows: null,
  accurate: null,
  mismatched: null,
  tooHigh: null,
  tooLow: null,
  records: null,
  orphans: null,
};

/** The sums and mismatches of one counter, as JSON of version 2 has them. */
export function auditJson(audited: AuditedCounter, diagnoses: Diagnoses) {
  const { definition, totals, orphans, mismatches, lastRecords } = audited;
  const { rows, ...sums } = totals;
  return {
    takenAt: iso(audited.takenAt),
    durationMs: Math.round(audited.durationMs),
    complete: audited.hiddenBy.length === 0,
    ...(audited.tables.elsewhere.length > 0
      ? { elsewhere: audited.tables.elsewhere.map(({ name }) => name) }
      : {}),
    ...(audited.hiddenBy.length > 0 ? unknown : { rows, ...sums, records: finite(sums.records), orphans }),
    mismatches: mismatches.map(counter => ({
      ...rowJson(counter, diagnoses.get(counter.id), definition),
      ...detail(diagnoses.get(counter.id)),
      lastUsedAt: iso(counter.lastUsedAt),
      lastRecordAt: iso(lastRecords.get(counter.id) ?? null),
    })),
  };
}

function detail(diagnosis: Diagnosis | undefined) {
  if (!diagnosis) return {};
  const { certainty, evidence, against, next, also = [], stretch } = diagnosis;
  return {
    diagnosisDetail: {
      certainty,
      evidence,
      against,
      next,
      also,
      stretch: stretch && { from: iso(stretch.from), to: iso(stretch.to) },
    },
  };
}

/** The sums of one counter in a sentence, and its mismatches, largest first, at most `most`. */
export function auditLines(
  audited: AuditedCounter,
  diagnoses: Diagnoses,
  most: number,
  lines: Lines,
): string[] {
  const { definition, tables, totals, orphans, mismatches, hiddenBy, durationMs } = audited;
  const { nouns, record } = definition;
  if (hiddenBy.length > 0)
    return [displayText(`${definition.id}: not counted, because ${hiddenBy.join('; ')}.`)];
  const wrong =
    totals.mismatched === 0
      ? 'all accurate'
      : `${count(totals.accurate)} accurate, ${count(totals.mismatched)} mismatched (${count(totals.tooHigh)} too high, ${count(totals.tooLow)} too low)`;
  const records =
    record.amount === null
      ? amount(totals.records, ...nouns.record)
      : `The sum of ${record.amount} is ${count(totals.records)}`;
  const head = displayText(
    `${definition.id}: ${amount(totals.rows, ...nouns.row)}, ${wrong}. ${records}, ${amount(orphans ?? 0, 'orphan')}. Audited in ${(durationMs / 1000).toFixed(2)} s.`,
  );
  const notes = elsewhereNotes(tables).map(note => displayText(`Note: ${note}`));
  if (mismatches.length === 0) return [head, ...notes];
  const shown = mismatches.slice(0, most);
  const more = mismatches.length - shown.length;
  const why = diagnoses.size > 0;
  return [
    head,
    ...notes,
    '',
    ...namedTable(
      shown,
      counter => ({
        numbers: [countOf(counter), recordsText(counter), driftText(counter)],
        last: why ? shortDiagnosis(diagnoses.get(counter.id)) : undefined,
      }),
      {
        name: titled(nouns.row[0]),
        numbers: ['Count', record.amount === null ? 'Records' : 'Sum', 'Drift'],
        last: why ? 'Why' : undefined,
      },
      { ...lines, least: 12, indent: 2 },
    ),
    ...(more > 0 ? [`  and ${count(more)} more; --json lists them all`] : []),
  ];
}
