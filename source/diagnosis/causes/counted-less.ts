import { presetNames } from '../../counter/definition/preset-names.ts';
import { count } from '../../format/numbers.ts';
import { amount } from '../../format/plurals.ts';
import type { Judgement } from '../diagnosis.ts';
import { driftOf, type Evidence, type PresetEvidence } from '../evidence.ts';
import { bulkRecords } from '../traces/bulk-records.ts';
import { commonStretches } from '../traces/interval-search.ts';
import { extraWords, ledgerOf, sumOf } from '../traces/ledger.ts';

/** Judges counts that are too low by exactly as many records as the server counted without an update of a preset. */
export function judgeMissingUpdates(
  low: readonly PresetEvidence[],
  evidence: Evidence,
): (preset: PresetEvidence) => Judgement | null {
  const ledger = ledgerOf(evidence);
  const tooLow = sumOf(low);
  if (!ledger || tooLow < 2 || ledger.extra !== -tooLow) return () => null;
  const words = `${extraWords(ledger)} The difference is exactly what ${low.length === 1 ? 'the count is' : `${count(low.length)} counts are`} too low${low.length === 1 ? '' : ' together'}.`;
  const certainty = tooLow >= 4 ? 'likely' : 'possible';
  return preset => {
    const lacking = -driftOf(preset);
    const isBulk = ledger.updated === 0 && lacking > 2 && bulkRecords(preset) === lacking;
    return {
      code: isBulk ? 'history-imported' : 'trigger-gap',
      certainty,
      evidence: [
        `The count lacks ${amount(lacking, 'record')}, which no update of a preset counted.`,
        words,
        ...(isBulk
          ? [`Exactly ${count(lacking)} of its records were stored together or after later ones.`]
          : []),
        ...(evidence.triggerOff ? [evidence.triggerOff] : []),
      ],
      stretch: null,
    };
  };
}

const leastRecords = 15;

/** Judges counts that are low enough to have begun again at 0, where every record was counted once. */
export function judgeFewReset(
  low: readonly PresetEvidence[],
  evidence: Evidence,
): (preset: PresetEvidence) => Judgement | null {
  const ledger = ledgerOf(evidence);
  const small = low.filter(
    ({ usageCount, records }) => usageCount !== null && records >= leastRecords && usageCount <= records / 3,
  );
  const shared = small.length >= 2 && small.length === low.length && shareAStart(small);
  const wereCounted = ledger !== null && ledger.extra > 0 && ledger.extra <= low.length;
  return preset => {
    const { usageCount, records, lastUsedAt, uses } = preset;
    const newest = uses?.times.at(-1);
    const countedOnce = lastUsedAt !== null && newest !== undefined && Math.abs(lastUsedAt - newest) <= 1000;
    const isZero = usageCount === 0 && records >= 2 && (ledger ? wereCounted : true) && countedOnce;
    if (!isZero && !(wereCounted && small.includes(preset))) return null;
    return {
      code: 'reset-kept-history',
      certainty: (isZero && ledger) || shared ? 'likely' : 'possible',
      evidence: [
        isZero
          ? `The count is 0, but its ${amount(records, 'record')} were counted once: ${presetNames.touched} is that of the newest.`
          : `The count is ${count(usageCount ?? 0)} of ${amount(records, 'record')}, as if it had begun again at 0.`,
        ...(ledger && wereCounted
          ? [`${extraWords(ledger)} So every record was counted, and the count was lowered afterwards.`]
          : []),
        ...(shared ? [`${count(small.length)} counts begin again at one common time.`] : []),
      ],
      stretch: null,
    };
  };
}

/** True if there is one time after which each preset has exactly as many records as its count. */
function shareAStart(presets: readonly PresetEvidence[]): boolean {
  const subjects = presets.flatMap(preset =>
    preset.uses
      ? [{ values: preset.uses.times.filter(time => !Number.isNaN(time)), need: -driftOf(preset), weight: 1 }]
      : [],
  );
  if (subjects.length < presets.length) return false;
  return commonStretches(subjects, 'start', null, 1).some(({ to }) =>
    subjects.every(({ values, need }) => values.filter(time => time <= to).length === need),
  );
}
