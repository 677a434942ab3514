import { presetNames } from '../../counter/definition/preset-names.ts';
import { count } from '../../format/numbers.ts';
import { amount } from '../../format/plurals.ts';
import type { Judgement } from '../diagnosis.ts';
import { driftOf, type Evidence, type PresetEvidence } from '../evidence.ts';
import { arrivalOf, isImport } from '../traces/bulk-arrival.ts';
import { shortTime } from '../traces/format.ts';
import { firstAbove } from '../traces/interval-search.ts';
import { arrivalWords } from './not-counted.ts';

// The application's clock and the server's may differ by this much, in milliseconds.
const clocks = 1000;

/**
 * Judges single presets whose counts lack exactly the records newer than their time of last use: counting stopped there. Null
 * if the numbers differ, or if many presets have newer records that are counted: then the time of the last use has another time zone,
 * or is not kept, and proves nothing.
 */
export function judgeUncounted(evidence: Evidence): (preset: PresetEvidence) => Judgement | null {
  const newer = [...evidence.mismatched, ...evidence.accurate].filter(
    preset => newerThan(preset, clocks) > 0,
  );
  const lacked = newer.filter(preset => leewayOf(preset) !== undefined).length;
  const looked = evidence.mismatched.filter(({ uses }) => uses).length + evidence.accurate.length;
  const isKept = newer.length - lacked <= Math.max(lacked, looked / 4);
  return preset => (isKept ? uncountedSince(preset, evidence) : null);
}

function newerThan({ lastUsedAt, uses }: PresetEvidence, leeway: number): number {
  if (lastUsedAt === null || !uses) return 0;
  return uses.times.length - firstAbove(uses.times, lastUsedAt + leeway);
}

/** The leeway, in milliseconds, at which a count lacks exactly the newer records; undefined if it lacks others. */
function leewayOf(preset: PresetEvidence): number | undefined {
  const lacking = -driftOf(preset);
  return lacking > 0 ? [0, clocks].find(leeway => newerThan(preset, leeway) === lacking) : undefined;
}

function uncountedSince(preset: PresetEvidence, evidence: Evidence): Judgement | null {
  const { lastUsedAt, uses } = preset;
  const lacking = -driftOf(preset);
  const newer = leewayOf(preset);
  if (lastUsedAt === null || !uses || newer === undefined) return null;
  const from = uses.times.find(time => time > lastUsedAt + newer)!;
  const arrival = arrivalOf([preset], evidence.accurate, (_, index) => uses.times[index]! >= from);
  const sentence = `The count lacks ${amount(lacking, 'record')}, and exactly ${count(lacking)} of ${count(preset.records)} ${lacking === 1 ? 'is' : 'are'} newer than ${presetNames.touched} (${shortTime(lastUsedAt)})`;
  if (isImport(arrival)) {
    return {
      code: 'history-imported',
      certainty: 'likely',
      evidence: [`${sentence}: ${arrivalWords(arrival)}.`],
      stretch: { from, to: uses.times.at(-1)! },
    };
  }
  return {
    code: 'trigger-gap',
    certainty: evidence.triggerOff ? 'certain' : lacking > 1 ? 'likely' : 'possible',
    evidence: [`${sentence}.`, ...(evidence.triggerOff ? [evidence.triggerOff] : [])],
    stretch: { from, to: evidence.triggerOff ? null : uses.times.at(-1)! },
  };
}
