import { count } from '../../format/numbers.ts';
import { amount } from '../../format/plurals.ts';
import type { Certainty, Judgement } from '../diagnosis.ts';
import { driftOf, type Evidence, type PresetEvidence } from '../evidence.ts';
import { ledgerOf, sumOf } from '../traces/ledger.ts';

/** Judges counts that are too high because an upsert that met a record was counted as a new one. */
export function judgeUpserts(
  high: readonly PresetEvidence[],
  evidence: Evidence,
): (preset: PresetEvidence) => Judgement | null {
  const certainty = howCertain(high, evidence);
  if (certainty === null) return () => null;
  const updated = evidence.statistics?.records.updated ?? 0;
  const { countsUpserts } = evidence.writers;
  return preset => ({
    code: 'upsert-counted',
    certainty,
    evidence: [
      `The count is ${count(driftOf(preset))} too high, as if uses that were stored in a record that was there already had been counted.`,
      ...(updated === sumOf(high)
        ? [
            `The server counted ${amount(updated, 'updated record')}, exactly as many as ${high.length === 1 ? 'the count is' : `${count(high.length)} counts are`} too high${high.length === 1 ? '' : ' together'}.`,
          ]
        : []),
      ...(countsUpserts === null ? [] : [countsUpserts]),
    ],
    stretch: null,
  });
}

function howCertain(high: readonly PresetEvidence[], evidence: Evidence): Certainty | null {
  const tooHigh = sumOf(high);
  const ledger = ledgerOf(evidence);
  const updated = evidence.statistics?.records.updated ?? null;
  const isNamed = evidence.writers.countsUpserts !== null;
  const isExact = updated === tooHigh && tooHigh >= 5;
  if (isNamed) {
    if (isExact) return 'certain';
    return ledger && ledger.extra === tooHigh ? 'likely' : ledger && ledger.deleted > 0 ? null : 'possible';
  }
  return isExact && ledger?.extra === tooHigh && ledger.deleted === 0 ? 'likely' : null;
}
