import { presetNames } from '../counter/definition/preset-names.ts';
import { count } from '../format/numbers.ts';
import { amount } from '../format/plurals.ts';
import type { PresetEvidence } from './evidence.ts';
import { duration } from './traces/format.ts';

// Milliseconds: the trigger may use the server's clock while the record has the application's.
const leeway = 1000;

/** By how much the time of the last use is ahead of the newest record, in milliseconds; 0 if they agree or nothing is known. */
function aheadOfRecords({ lastUsedAt, uses }: PresetEvidence): number {
  const newest = uses?.times.at(-1);
  if (lastUsedAt === null || newest === undefined || Number.isNaN(newest)) return 0;
  return Math.abs(lastUsedAt - newest) <= leeway ? 0 : lastUsedAt - newest;
}

/** A sentence about a time of last use that differs from the newest record; null if they agree. */
export function lastUsedSentence(preset: PresetEvidence): string | null {
  const ahead = aheadOfRecords(preset);
  if (ahead === 0) return null;
  return `${presetNames.touched} is ${duration(Math.abs(ahead))} ${ahead > 0 ? 'after' : 'before'} the newest record.`;
}

/** How many accurate presets were examined, and how many have a time of last use before or after their newest record. */
export interface LastUsedTally {
  looked: number;
  older: number;
  newer: number;
}

export function tallyLastUsed(accurate: readonly PresetEvidence[]): LastUsedTally {
  const ahead = accurate.map(aheadOfRecords);
  return {
    looked: accurate.length,
    older: ahead.filter(by => by < 0).length,
    newer: ahead.filter(by => by > 0).length,
  };
}

/** A tally in sentences; empty if every time of last use agrees with the newest record. */
export function lastUsedRemarks({ looked, older, newer }: LastUsedTally): string[] {
  const of = (some: number, how: string) =>
    `${count(some)} of the ${amount(looked, 'accurate preset')} examined ${some === 1 ? 'has' : 'have'} a ${presetNames.touched} ${how} than the newest record.`;
  return [...(older > 0 ? [of(older, 'older')] : []), ...(newer > 0 ? [of(newer, 'newer')] : [])];
}
