import { count } from '../../format/numbers.ts';
import { amount } from '../../format/plurals.ts';
import type { Certainty, Judgement } from '../diagnosis.ts';
import { driftOf, type Evidence, type PresetEvidence } from '../evidence.ts';
import { ledgerOf, sumOf } from '../traces/ledger.ts';

/** Judges counts that are too low by as many records as were deleted: each was taken off twice. */
export function judgeDeletedTwice(
  low: readonly PresetEvidence[],
  evidence: Evidence,
): (preset: PresetEvidence) => Judgement | null {
  const certainty = howCertain(low, evidence);
  if (certainty === null) return () => null;
  const { writers, statistics } = evidence;
  return preset => ({
    code: 'deleted-twice',
    certainty,
    evidence: [
      `The count is ${count(-driftOf(preset))} too low, as if ${amount(-driftOf(preset), 'deleted record')} had been taken off twice.`,
      `The server counted ${amount(statistics?.records.deleted ?? 0, 'deleted record')}, exactly as many as ${low.length === 1 ? 'the count is' : `${count(low.length)} counts are`} too low${low.length === 1 ? '' : ' together'}.`,
      ...writers.subtract,
      ...writers.subtractAlone,
    ],
    stretch: null,
  });
}

function howCertain(low: readonly PresetEvidence[], evidence: Evidence): Certainty | null {
  const { writers, statistics } = evidence;
  const tooLow = sumOf(low);
  if (tooLow < 2 || statistics?.records.deleted !== tooLow) return null;
  const ledger = ledgerOf(evidence);
  const isDouble = ledger !== null && ledger.extra === 2 * tooLow;
  const named = writers.subtract.length + writers.subtractAlone.length;
  if (named > 0) return isDouble && named > 1 && tooLow >= 10 ? 'certain' : 'likely';
  return isDouble && tooLow >= 5 ? 'likely' : null;
}
