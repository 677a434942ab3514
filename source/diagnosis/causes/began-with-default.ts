import { count } from '../../format/numbers.ts';
import { amount } from '../../format/plurals.ts';
import type { Judgement } from '../diagnosis.ts';
import type { Beginning } from '../evidence.ts';

/** A wrong count as far as it is compared; the drift of one that is NULL is NaN. Times in milliseconds since 1970. */
interface Compared {
  drift: number;
  records: number | null;
  createdAt: number | null;
}

// Fewer are off by that number by chance.
const fewest = 3;

/**
 * Judges counts that are off by exactly what a new row begins with, by the default of the count: if most of those that are wrong
 * in the same direction are. Likely unless they are few, as many right ones were made since, or their records explain it too.
 */
export function judgeBeginning(
  begins: Beginning | null | undefined,
  wrong: readonly Compared[],
  right: readonly Pick<Compared, 'createdAt'>[],
): (compared: Compared) => Judgement | null {
  if (!begins) return () => null;
  const { number, table, column } = begins;
  const quoted = column.startsWith('"') ? column : `"${column}"`;
  const same = wrong.filter(({ drift }) => Math.sign(drift) === Math.sign(number));
  const exact = same.filter(({ drift }) => drift === number);
  const since = Math.min(...exact.map(({ createdAt }) => createdAt ?? Number.NEGATIVE_INFINITY));
  const otherwise = right.filter(({ createdAt }) => createdAt === null || createdAt >= since).length;
  if (exact.length * 2 <= same.length) return () => null;
  // Counted twice, each of these would be the same.
  const isTwice = exact.every(({ records }) => records === number);
  const against = [
    ...(exact.length < fewest ? ['So few may be off by that number by chance.'] : []),
    ...(otherwise >= exact.length
      ? [
          `${amount(otherwise, 'accurate preset')} examined ${otherwise === 1 ? 'does' : 'do'} not include it, and may have been made since.`,
        ]
      : []),
    ...(isTwice ? ['The numbers would be the same if all records were counted twice.'] : []),
  ];
  return ({ drift }) =>
    drift !== number
      ? null
      : {
          code: 'default-not-zero',
          certainty: against.length === 0 ? 'likely' : 'possible',
          evidence: [
            `By the default of ${table}.${column}, a new preset begins with ${count(number)}, and the count is exactly ${count(Math.abs(number))} too ${number > 0 ? 'high' : 'low'}.`,
            `${amount(exact.length, 'wrong count')} of ${count(wrong.length)} ${exact.length === 1 ? 'is' : 'are'} off by exactly that.`,
          ],
          against,
          next: [
            `Let new ones begin with 0: ALTER TABLE ${table} ALTER COLUMN ${quoted} SET DEFAULT 0. Then a sync takes it off the counts.`,
          ],
          stretch: null,
        };
}
