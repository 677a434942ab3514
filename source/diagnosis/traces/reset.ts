import { presetNames } from '../../counter/definition/preset-names.ts';
import { count } from '../../format/numbers.ts';
import { amount } from '../../format/plurals.ts';
import type { Evidence, PresetEvidence } from '../evidence.ts';

/**
 * Whether presets whose older records are not counted were reset to 0, or never counted before that: null for the latter.
 * The evidence is the row of a preset that was not used since: a reset wrote it after its records were stored.
 */
export function wasReset(
  presets: readonly PresetEvidence[],
  { triggerOff }: Evidence,
): { why: string; sure: boolean } | null {
  const idle = presets.filter(({ usageCount }) => usageCount === 0);
  const dated = idle.filter(preset => wasRewritten(preset) !== null);
  const rewritten = dated.filter(wasRewritten);
  if (rewritten.length > 0 && rewritten.length >= dated.length / 2) {
    const writers = new Set(rewritten.map(({ written }) => written)).size;
    return {
      sure: true,
      why:
        `${amount(rewritten.length, 'preset')} with count 0 ${rewritten.length === 1 ? 'was' : 'were'} written after the newest of ${rewritten.length === 1 ? 'its' : 'their'} records was stored, ` +
        `by ${amount(writers, 'transaction')}.`,
    };
  }
  const usedOnce = idle.filter(({ lastUsedAt }) => lastUsedAt !== null);
  if (usedOnce.length > 0 && dated.length === 0) {
    return {
      sure: true,
      why: `${count(usedOnce.length)} of the presets with count 0 ${usedOnce.length === 1 ? 'has' : 'have'} a ${presetNames.touched}, so ${usedOnce.length === 1 ? 'its' : 'their'} uses were counted once.`,
    };
  }
  if (dated.length > 0 || triggerOff) return null;
  return {
    sure: idle.length > 0,
    why: 'A reset leaves counts like these; so does a trigger that was installed only then.',
  };
}

/** Whether a preset was written after its newest record was stored; null if unknown. */
export function wasRewritten(preset: PresetEvidence): boolean | null {
  const { written, uses } = preset;
  if (written === null || !uses?.transactions) return null;
  const stored = lastStored(preset);
  // A copy of the database stores presets and records in the same transaction, which proves nothing.
  return written === stored ? null : written > stored;
}

/** The latest transaction that stored a record of a preset. */
function lastStored({ uses }: PresetEvidence): number {
  return (uses?.transactions ?? []).reduce(
    (latest, each) => Math.max(latest, each),
    Number.NEGATIVE_INFINITY,
  );
}
