import type { Config } from '../../config/config.ts';
import { drift } from '../../counter/counter.ts';
import { count } from '../../format/numbers.ts';
import { amount } from '../../format/plurals.ts';
import type { Mismatch } from './audit-result.ts';

/** What `check` lets pass: flags of the same names. Null and an empty list let nothing pass. */
export type Limits = Pick<Config, 'maxDrift' | 'maxMismatched' | 'failOn'>;

/** A wrong count, and whether it is beyond the limits for a single one. */
export interface JudgedMismatch extends Mismatch {
  beyond: boolean;
}

/** Which wrong counts are beyond the limits, how many, and whether the check fails. */
export interface Verdict {
  mismatches: readonly JudgedMismatch[];
  beyond: number;
  fails: boolean;
  /** The limits that were given; null without any. */
  limits: Limits | null;
}

/**
 * Judges wrong counts by the limits. A drift that is not known exactly is beyond any limit. A count whose cause was not found has the
 * cause `unknown`.
 */
export function judgeMismatches(mismatches: readonly Mismatch[], limits: Limits): Verdict {
  const { maxDrift, maxMismatched, failOn } = limits;
  const isSmall = ({ counter }: Mismatch) => {
    const isExact = counter.exact === undefined || counter.exactDrift !== undefined;
    return maxDrift !== null && isExact && Math.abs(drift(counter) ?? Number.NaN) <= maxDrift;
  };
  const isBeyond = (each: Mismatch) =>
    !isSmall(each) && (failOn.length === 0 || failOn.includes(each.diagnosis?.code ?? 'unknown'));
  const judged = mismatches.map(each => ({ ...each, beyond: isBeyond(each) }));
  const beyond = judged.filter(each => each.beyond).length;
  const isLimited = maxDrift !== null || maxMismatched !== null || failOn.length > 0;
  return {
    mismatches: judged,
    beyond,
    fails: beyond > (maxMismatched ?? 0),
    limits: isLimited ? { maxDrift, maxMismatched, failOn } : null,
  };
}

/** The verdict in a sentence, for text; null where there are no limits. */
export function verdictLine({ mismatches, beyond, fails, limits }: Verdict): string | null {
  if (!limits) return null;
  const { maxDrift, maxMismatched, failOn } = limits;
  const what = [
    ...(maxDrift === null ? [] : [`a drift of more than ${count(maxDrift)}`]),
    ...(failOn.length === 0 ? [] : [`the cause ${failOn.join(' or ')}`]),
  ];
  const of = what.length === 0 ? '' : ` with ${what.join(' and ')}`;
  const allowed = maxMismatched === null ? '' : `; at most ${count(maxMismatched)} allowed`;
  return `${fails ? 'Beyond' : 'Within'} the limits: ${count(beyond)} of ${amount(mismatches.length, 'wrong count')}${of}${allowed}.`;
}

/** The verdict in the JSON, where limits were given. */
export function verdictJson({ beyond, fails, limits }: Verdict) {
  return limits ? { limits: { ...limits, beyond, fails } } : {};
}
