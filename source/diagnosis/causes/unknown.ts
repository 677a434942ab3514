import { count } from '../../format/numbers.ts';
import { amount } from '../../format/plurals.ts';
import type { Judgement } from '../diagnosis.ts';
import { driftOf, type Evidence, type PresetEvidence } from '../evidence.ts';
import { lastUsedSentence } from '../last-used.ts';
import { extraWords, type Ledger, ledgerOf } from '../traces/ledger.ts';

/** No cause: what there is to see, what was ruled out, and what to look at next. */
export function unknown(preset: PresetEvidence, evidence: Evidence): Judgement {
  const { mismatched } = evidence;
  const drift = driftOf(preset);
  const lastUsed = lastUsedSentence(preset);
  const off = Number.isNaN(drift)
    ? 'The count is not a number'
    : `The count is ${count(Math.abs(drift))} too ${drift > 0 ? 'high' : 'low'}`;
  const compared =
    mismatched.length > 1
      ? `the ${count(mismatched.length)} wrong counts examined share nothing that explains it`
      : 'there is no other wrong count to compare it with';
  return {
    code: 'unknown',
    certainty: 'possible',
    evidence: [
      preset.uses || evidence.untimed
        ? `${off}; ${compared}.`
        : `${off}; its ${amount(preset.records, 'record')} were not read.`,
      ...(evidence.untimed
        ? ['No column says when a record was made, so no stretch of time can be compared.']
        : []),
      ...multipleOf(preset),
      ...(lastUsed === null ? [] : [lastUsed]),
    ],
    against: ruledOut(drift, evidence),
    next: next(drift, evidence),
    stretch: null,
  };
}

/** A count that is an exact multiple of the records. For a single preset that proves nothing, but it shows where to look. */
function multipleOf({ usageCount, records }: PresetEvidence): string[] {
  const times = (usageCount ?? 0) / records;
  if (records < 5 || !Number.isInteger(times) || times < 2) return [];
  return [
    `It is exactly ${times === 2 ? 'twice' : `${count(times)} times`} its ${amount(records, 'record')}.`,
  ];
}

function ruledOut(drift: number, evidence: Evidence): string[] {
  const ledger = ledgerOf(evidence);
  if (evidence.statistics?.presets === null)
    return ["Other counts may be written to the same rows, so the server's statistics rule nothing out."];
  if (!ledger)
    return ["The server's statistics do not go back to the first record, so they rule nothing out."];
  const out: string[] = [];
  if (drift > 0) out.push(...ofDeletions(drift, ledger));
  if (drift < 0 && ledger.extra > drift) out.push(`Uncounted records are unlikely: ${extraWords(ledger)}`);
  if (ledger.updated === 0) out.push('Moved records are ruled out: the server counted no updated record.');
  return out;
}

function ofDeletions(drift: number, { gone }: Ledger): string[] {
  if (gone <= 0) return ['Deleted records are ruled out: the server counted none that are gone.'];
  if (gone < drift)
    return [
      `Deleted records alone do not explain it: the server counted only ${count(gone)} that ${gone === 1 ? 'is' : 'are'} gone.`,
    ];
  return [`Deleted records may explain a part: the server counted ${count(gone)} that are gone.`];
}

function next(drift: number, { triggerOff }: Evidence): string[] {
  return [
    ...(triggerOff ? ['Repair the trigger first: preset-usage trigger says what it lacks.'] : []),
    drift > 0
      ? 'Look for what else adds to the count: preset-usage trigger lists the database, preset-usage scan the application.'
      : 'Look for what sets or lowers the count: preset-usage trigger lists the database, preset-usage scan the application.',
    'Leave the console running: its drift log says when a count goes wrong, and who was writing then.',
  ];
}
