import { drift } from '../counter/counter.ts';
import { count } from '../format/numbers.ts';
import { amount } from '../format/plurals.ts';
import { judgeBeginning } from './causes/began-with-default.ts';
import type { Judgement } from './diagnosis.ts';
import type { Beginning, WrongSum } from './evidence.ts';

// Fewer exact multiples are chance, or one mistake by hand.
const fewest = 3;
const multiples: Record<number, string> = { 2: 'twice', 3: 'three times', 4: 'four times' };

/**
 * Judges counts that should be a sum of amounts. Which records a sum lacks cannot be told from how far it is off, because many
 * records may add up to the same: so only what the sums themselves show is said.
 */
export function judgeSums(
  wrong: readonly WrongSum[],
  triggerOff: string | null,
  begins: Beginning | null = null,
): (counter: WrongSum) => Judgement {
  const begun = judgeBeginning(begins, wrong.map(compared), []);
  const high = wrong.filter(counter => (drift(counter) ?? 0) > 0);
  const exact = high.filter(counter => multipleOf(counter) !== null);
  const isShared = exact.length >= fewest && exact.length * 2 > high.length;
  return counter => {
    const times = exact.includes(counter) ? multipleOf(counter) : null;
    if (counter.usageCount === null && counter.exact === undefined)
      return counter.missing === false ? nullSum : unknown(counter, triggerOff);
    const own = begun(compared(counter));
    if (own?.certainty === 'likely') return own;
    if (times !== null && (isShared || high.length <= fewest)) {
      return {
        code: 'double-counted',
        certainty: isShared ? 'likely' : 'possible',
        evidence: [
          `The count is exactly ${multiples[times]} the sum of the amounts.`,
          `${amount(exact.length, 'count')} of ${count(high.length)} that are too high ${exact.length === 1 ? 'is' : 'are'} such a multiple.`,
        ],
        against: isShared
          ? []
          : ['One count alone proves nothing: others are right, or follow no such rule.'],
        stretch: null,
      };
    }
    return own ?? unknown(counter, triggerOff);
  };
}

function compared(counter: WrongSum) {
  const isNull = counter.usageCount === null && counter.exact === undefined;
  const by = counter.exactDrift === undefined ? drift(counter) : Number(counter.exactDrift);
  return { drift: isNull ? Number.NaN : (by ?? Number.NaN), records: counter.records, createdAt: null };
}

const nullSum: Judgement = {
  code: 'null-count',
  certainty: 'certain',
  evidence: [
    'The count is NULL, but the amounts have a sum. NULL plus an amount is NULL: adding without coalesce() changes nothing.',
  ],
  stretch: null,
};

function unknown(counter: WrongSum, triggerOff: string | null): Judgement {
  return {
    code: 'unknown',
    certainty: 'possible',
    evidence: [
      ...(counter.missing === true ? ['The table with the count has no row for it.'] : []),
      `${off(counter)}. Its records were not compared one by one, because many of them may add up to that.`,
      ...(triggerOff === null ? [] : [triggerOff]),
    ],
    stretch: null,
  };
}

function off(counter: WrongSum): string {
  if (!Number.isFinite(counter.records)) return `The amounts add up to ${counter.exactRecords}`;
  const by = counter.exactDrift ?? String(drift(counter));
  if (by === 'NaN') return 'The count is not a number';
  return `The count is ${by.replace(/^-/, '')} too ${by.startsWith('-') ? 'low' : 'high'}`;
}

/** How many times the sum the count is; null where that is not a small whole number, or no number here is exact. */
function multipleOf({ usageCount, records, exact, exactRecords }: WrongSum): number | null {
  if (exact !== undefined || exactRecords !== undefined || usageCount === null || !records) return null;
  const times = usageCount / records;
  return times in multiples ? times : null;
}
