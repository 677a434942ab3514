import { count } from '../../format/numbers.ts';
import { amount } from '../../format/plurals.ts';
import type { Certainty, Judgement } from '../diagnosis.ts';
import { driftOf, type Evidence, type PresetEvidence } from '../evidence.ts';
import { commonStretches } from '../traces/interval-search.ts';
import { extraWords, ledgerOf, sumOf } from '../traces/ledger.ts';

/**
 * Judges counts that are too high although no record is gone: something incremented them besides the trigger. Beside a record,
 * or without one: the numbers tell these apart only if counts fit their records, or cannot.
 */
export function judgeIncrements(
  high: readonly PresetEvidence[],
  evidence: Evidence,
  onlyHigh: boolean,
): (preset: PresetEvidence) => Judgement | null {
  const { writers } = evidence;
  const ledger = ledgerOf(evidence);
  const tooHigh = sumOf(high);
  // If that many records can be gone, deleting them explains the same counts.
  const mayBeGone = ledger
    ? ledger.gone >= tooHigh || ledger.deleted > 0
    : (evidence.statistics?.records.deleted ?? 1) > 0;
  // One update of each preset by one is what any correction by hand leaves too.
  const isExact =
    onlyHigh && ledger !== null && tooHigh >= 3 && tooHigh >= 2 * high.length && ledger.extra === tooHigh;
  if (mayBeGone || (!isExact && writers.addAlone.length === 0)) return () => null;
  const numbers =
    ledger && isExact
      ? [
          `${extraWords(ledger)} The difference is exactly what ${high.length === 1 ? 'the count is' : `${count(high.length)} counts are`} too high${high.length === 1 ? '' : ' together'}.`,
        ]
      : [];
  const beside = isExact && writers.addAlone.length === 0 ? besideRecords(high) : null;
  return preset => {
    const drift = driftOf(preset);
    const off = `The count is ${count(drift)} too high, and the server counted no deleted record.`;
    if (beside ?? (writers.addAlone.length === 0 && drift === preset.records && drift >= 5)) {
      return {
        code: 'double-counted',
        certainty: 'possible',
        evidence: [
          off,
          drift === preset.records
            ? `It is exactly twice its ${amount(drift, 'record')}.`
            : 'The counts fit records of one stretch of time that were counted twice.',
          ...numbers,
        ],
        against: ['Increments that no record belongs to leave the same numbers.'],
        stretch: null,
      };
    }
    const certainty = howCertain(high, isExact, evidence, drift > preset.records);
    if (certainty === null) return null;
    return {
      code: 'counted-without-record',
      certainty,
      evidence: [off, ...writers.addAlone, ...numbers],
      against: certainty === 'possible' ? ['Uses that were counted twice would leave similar numbers.'] : [],
      stretch: null,
    };
  };
}

function howCertain(
  high: readonly PresetEvidence[],
  isExact: boolean,
  { writers }: Evidence,
  beyondRecords: boolean,
): Certainty | null {
  const isNamed = writers.addAlone.length > 0;
  if (isNamed && isExact) return 'likely';
  if (isNamed) return 'possible';
  return high.length >= 4 ? 'likely' : high.length === 3 || beyondRecords ? 'possible' : null;
}

/** True if all counts are too high by their records of one stretch; null if they are too few to tell. */
function besideRecords(high: readonly PresetEvidence[]): boolean | null {
  if (high.length < 3) return null;
  const subjects = high.flatMap(({ uses, ...preset }) => {
    const need = driftOf({ uses, ...preset });
    return uses && need <= uses.times.length
      ? [{ values: uses.times.filter(time => !Number.isNaN(time)), need, weight: 1 }]
      : [];
  });
  if (subjects.length < high.length) return false;
  return (['both', 'end', 'start', 'neither'] as const).some(open =>
    commonStretches(subjects, open, null, 1).some(({ from, to }) =>
      subjects.every(({ values, need }) => values.filter(time => time >= from && time <= to).length === need),
    ),
  );
}
