import type { Certainty } from '../diagnosis.ts';
import type { PresetEvidence } from '../evidence.ts';
import { countedNoun, number } from './format.ts';
import type { Stretch } from './interval-search.ts';
import { isFaint, type Pattern, stretchIn } from './shared-rule.ts';

/** How sure a rule is that so many presets follow. */
export function certaintyOf(pattern: Pattern): Certainty {
  const { strength, fits, misses, right } = pattern;
  if (isFaint(pattern) || misses > fits.size / 3 || right.with > fits.size) return 'possible';
  // A chance of less than one in a thousand million, and nothing that speaks against it.
  return strength > 20.7 && misses === 0 && right.with === 0 && fits.size > 2 ? 'certain' : 'likely';
}

/** How many presets follow a rule and how many do not; `is` says what holds for those that do. */
export function sharedBy({ fits, misses, right }: Pattern, is: string): string {
  const others = othersWords(right);
  const rest = misses === 0 ? '' : `, ${number(misses)} by another number`;
  return `${countedNoun(fits.size, 'preset')} ${is}${rest}; ${others}.`.replace(
    /^(1 preset|[\d,]+ presets) is/,
    (_, who) => `${who} ${fits.size === 1 ? 'is' : 'are'}`,
  );
}

/** What kind of records a rule speaks of, to stand before a time; empty where it is all of them. */
export function scopeOf({ type }: Pattern): string {
  return type === null ? '' : `of the type ${JSON.stringify(type)}, `;
}

/** The times of the records that a rule speaks of; an end that is open stays open where it is one of time. */
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
  if (looked === 0) return 'no accurate preset was looked at';
  if (looked === 1) return `the one accurate preset looked at has ${some === 1 ? 'some as well' : 'none'}`;
  if (some === 0) return `none of the ${number(looked)} accurate presets looked at has any`;
  return `${number(some)} of the ${number(looked)} accurate presets looked at ${some === 1 ? 'has' : 'have'} some as well`;
}
