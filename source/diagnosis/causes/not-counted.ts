import { count } from '../../format/numbers.ts';
import { amount } from '../../format/plurals.ts';
import type { Certainty, Judgement } from '../diagnosis.ts';
import type { Evidence, PresetEvidence } from '../evidence.ts';
import { type Arrival, arrivalOf, isImport } from '../traces/bulk-arrival.ts';
import { duration, during, ends, shortTime } from '../traces/format.ts';
import { certaintyOf, scopeOf, sharedBy, timesOf } from '../traces/format-shared-rule.ts';
import { ledgerOf } from '../traces/ledger.ts';
import { wasReset } from '../traces/reset.ts';
import { type Pattern, recordsIn, speaksOf, stretchIn } from '../traces/shared-rule.ts';

/** A cause of uncounted records, found once for all presets that share it. */
type NotCounted = (preset: PresetEvidence) => Judgement | null;

/** Judges why the records of a stretch are not counted: they were stored in bulk, before a reset, or while nothing counted. */
export function judgeNotCounted(pattern: Pattern, evidence: Evidence): NotCounted {
  const presets = evidence.mismatched.filter(({ id }) => pattern.fits.has(id));
  const arrival = arrivalOf(presets, evidence.accurate, (preset, index) => speaksOf(pattern, preset, index));
  const certainty = certaintyOf(pattern);
  const shared = sharedBy(pattern, 'is too low by exactly the number of such records');
  const lacking = (preset: PresetEvidence) => {
    const records = recordsIn(preset, pattern);
    return `${count(records)} of its ${amount(preset.records, 'record')}`;
  };
  if (isImport(arrival)) {
    const sure = importCertainty(arrival, certainty, evidence);
    if (sure === null) return () => null;
    const made = stretchIn(presets, pattern);
    return preset => ({
      code: 'history-imported',
      certainty: sure,
      evidence: [
        `The count lacks ${lacking(preset)}, made ${during(made)}: ${arrivalWords(arrival)}.`,
        shared,
      ],
      stretch: ends(made),
    });
  }
  const stretch = timesOf(pattern, evidence.mismatched);
  const reset = pattern.open === 'start' || pattern.open === 'both' ? wasReset(presets, evidence) : null;
  if (reset) {
    return preset => ({
      code: 'reset-kept-history',
      certainty: reset.sure ? certainty : 'possible',
      evidence: [
        Number.isFinite(stretch.to) && preset.usageCount !== 0
          ? `The count includes only uses after ${shortTime(stretch.to)}: it lacks ${lacking(preset)}, all from before.`
          : `The count is 0, but the preset has ${amount(preset.records, 'record')}.`,
        shared,
        reset.why,
      ],
      stretch: ends(stretch),
    });
  }
  const long =
    Number.isFinite(stretch.from) && Number.isFinite(stretch.to)
      ? `, ${duration(stretch.to - stretch.from)}`
      : '';
  return preset => ({
    code: 'trigger-gap',
    certainty: evidence.triggerOff && pattern.open === 'end' ? 'certain' : certainty,
    evidence: [
      `The count lacks ${lacking(preset)}, ${scopeOf(pattern)}made ${during(stretch)}${long}.`,
      shared,
      ...(evidence.triggerOff && !Number.isFinite(stretch.to) ? [evidence.triggerOff] : []),
    ],
    stretch: ends(stretch),
  });
}

/**
 * How certain an import is. The transaction that wrote a record last need not have stored it: any UPDATE leaves the same. Only
 * as many as the server counted can have been updated. Null if most may have been.
 */
function importCertainty(arrival: Arrival, certainty: Certainty, evidence: Evidence): Certainty | null {
  // An update does not give records a common time.
  if (arrival.sameTime >= 0.8 * arrival.records) return certainty;
  const ledger = ledgerOf(evidence);
  if (!ledger) return 'possible';
  if (ledger.updated < arrival.records / 5) return certainty;
  const isUncounted = ledger.extra <= -0.9 * arrival.records;
  return isUncounted ? (certainty === 'certain' ? 'likely' : certainty) : null;
}

/** What is unusual about how records were stored. */
export function arrivalWords({ records, sameTime, transactions, backdated }: Arrival): string {
  if (sameTime >= 0.8 * records)
    return `${count(sameTime)} of the ${count(records)} share their time with others`;
  const stored =
    transactions === null ? '' : `${amount(transactions, 'transaction')} stored the ${count(records)}`;
  return backdated ? `${stored}, ${count(backdated)} of them after records with a later time` : stored;
}
