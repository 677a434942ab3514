import { count } from '../../format/numbers.ts';
import { amount } from '../../format/plurals.ts';
import type { Certainty, Judgement } from '../diagnosis.ts';
import { driftOf, type Evidence, type PresetEvidence } from '../evidence.ts';
import { ledgerOf, sumOf } from '../traces/ledger.ts';

const leastCertain = 10;

/**
 * Judges records that were given to another preset: what some counts are too high, others are too low. `high` and `low` are
 * the counts that no rule of their own explains; `rewritten` says whether the records that a low one lacks were all written
 * by a few transactions.
 */
export function judgeMoved(
  high: readonly PresetEvidence[],
  low: readonly PresetEvidence[],
  evidence: Evidence,
  rewritten: (preset: PresetEvidence) => boolean,
): (preset: PresetEvidence) => Judgement | null {
  const certainty = howCertain(high, low, evidence, rewritten);
  if (certainty === null) return () => null;
  const [tooHigh, tooLow] = [sumOf(high), sumOf(low)];
  const updated = evidence.statistics?.records.updated ?? 0;
  const shared =
    high.length > 0
      ? `${amount(high.length, 'count')} ${high.length === 1 ? 'is' : 'are'} ${count(tooHigh)} too high${high.length === 1 ? '' : ' together'}, and ${count(low.length)} ${low.length === 1 ? 'is' : 'are'} exactly as much too low.`
      : `${amount(low.length, 'count')} ${low.length === 1 ? 'lacks' : 'lack'} ${amount(tooLow, 'record')}, and presets that these may have come from were deleted.`;
  const ids = new Set([...high, ...low].map(({ id }) => id));
  return preset =>
    !ids.has(preset.id)
      ? null
      : {
          code: 'records-moved',
          certainty,
          evidence: [
            driftOf(preset) > 0
              ? `The count still includes ${amount(driftOf(preset), 'record')} that ${driftOf(preset) === 1 ? 'belongs' : 'belong'} to another preset now.`
              : `The count lacks ${amount(-driftOf(preset), 'record')} that came from another preset.`,
            shared,
            ...(updated >= Math.max(tooHigh, tooLow)
              ? [`The server counted ${amount(updated, 'updated record')}.`]
              : []),
          ],
          stretch: null,
        };
}

function howCertain(
  high: readonly PresetEvidence[],
  low: readonly PresetEvidence[],
  evidence: Evidence,
  rewritten: (preset: PresetEvidence) => boolean,
): Certainty | null {
  const ledger = ledgerOf(evidence);
  const [tooHigh, tooLow] = [sumOf(high), sumOf(low)];
  const updated = evidence.statistics?.records.updated ?? null;
  const isRewritten = low.length > 0 && low.every(rewritten);
  if (tooLow < 2) return null;
  if (high.length > 0) {
    if (tooHigh !== tooLow) return null;
    if (ledger && ledger.updated < tooLow) return null;
    // The drifts agree, and the records were updated: either alone may be chance.
    if (updated === tooLow) return tooLow >= leastCertain && (isRewritten || ledger) ? 'certain' : 'likely';
    if (isRewritten) return tooLow >= leastCertain ? 'likely' : 'possible';
    return ledger && ledger.extra <= 0 && ledger.deleted === 0 ? 'likely' : null;
  }
  const deleted = evidence.statistics?.presets?.deleted ?? 0;
  if (deleted === 0 || updated === null || updated < tooLow) return null;
  if (ledger && ledger.extra < 0) return null;
  if (updated === tooLow && tooLow >= 5) return 'likely';
  return isRewritten && ledger ? 'possible' : null;
}
