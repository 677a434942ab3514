import { count } from '../../format/numbers.ts';
import { amount } from '../../format/plurals.ts';
import type { Certainty } from '../diagnosis.ts';
import type { PresetEvidence } from '../evidence.ts';
import type { Stretch } from './interval-search.ts';
import { isFaint, type Pattern, stretchIn } from './shared-rule.ts';

/** How certain a rule is, given how many presets follow it. */
export function certaintyOf(pattern: Pattern): Certainty {
  const { strength, fits, misses, right } = pattern;
  if (isFaint(pattern) || misses > fits.size / 3 || right.with > fits.size) return 'possible';
  // A chance of less than one in a billion, and no evidence against it.
  return strength > 20.7 && misses === 0 && right.with === 0 && fits.size > 2 ? 'certain' : 'likely';
}

/** How many presets follow a rule and how many do not; `is` describes those that do. */
export function sharedBy({ fits, misses, right }: Pattern, is: string): string {
  const others = othersWords(right);
  const rest = misses === 0 ? '' : `, ${count(misses)} by a different number`;
  return `${amount(fits.size, 'preset')} ${is}${rest}; ${others}.`.replace(
    /^(1 preset|[\d,]+ presets) is/,
    (_, who) => `${who} ${fits.size === 1 ? 'is' : 'are'}`,
  );
}

/** The kind of records a rule applies to, to put before a time; empty if it applies to all. */
export function scopeOf({ kind }: Pattern): string {
  return kind === null ? '' : `${kind.words}, `;
}

/** The times of the records a rule applies to. A rule about time keeps its open ends. */
export function timesOf(pattern: Pattern, presets: readonly PresetEvidence[]): Stretch {
  return pattern.axis === 'time'
    ? pattern.stretch
    : stretchIn(
        presets.filter(({ id }) => pattern.fits.has(id)),
        pattern,
      );
}

function othersWords({ with: some, without }: Pattern['right']): string {
  const looked = some + without;
  if (looked === 0) return 'no accurate preset was examined';
  if (looked === 1) return `the one accurate preset examined has ${some === 1 ? 'some as well' : 'none'}`;
  if (some === 0) return `the ${count(looked)} accurate presets examined have none`;
  return `${count(some)} of the ${count(looked)} accurate presets examined ${some === 1 ? 'has' : 'have'} some as well`;
}
