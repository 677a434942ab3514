import type { PresetEvidence } from '../evidence.ts';

/** How the records that a count lacks were stored, compared with other records. */
export interface Arrival {
  records: number;
  /** How many of them share their exact time with at least two others. */
  sameTime: number;
  /** How many transactions stored them; null if unknown. */
  transactions: number | null;
  /** How many of them were stored after a record of the same preset with a later time; null if unknown. */
  backdated: number | null;
  /** Transactions per record of the others, 0 to 1. Near 0 if the whole database was copied. */
  usual: number | null;
}

/** Measures how the records that `chosen` picks were stored; `index` is their place in the uses of a preset. */
export function arrivalOf(
  presets: readonly PresetEvidence[],
  others: readonly PresetEvidence[],
  chosen: (preset: PresetEvidence, index: number) => boolean,
): Arrival {
  const times = new Map<number, number>();
  const own = new Set<number>();
  const usual = new Set<number>();
  let records = 0;
  let rest = 0;
  let backdated = 0;
  let known = true;
  for (const preset of presets) {
    const { uses } = preset;
    if (!uses) continue;
    // The earliest transaction among the unchosen records that are later in time.
    let earliestLater = Number.POSITIVE_INFINITY;
    for (let index = uses.times.length - 1; index >= 0; index -= 1) {
      const transaction = uses.transactions?.[index];
      if (transaction === undefined) known = false;
      if (chosen(preset, index)) {
        records += 1;
        times.set(uses.times[index]!, (times.get(uses.times[index]!) ?? 0) + 1);
        own.add(transaction ?? 0);
        if (transaction !== undefined && transaction > earliestLater) backdated += 1;
      } else {
        rest += 1;
        usual.add(transaction ?? 0);
        earliestLater = Math.min(earliestLater, transaction ?? Number.POSITIVE_INFINITY);
      }
    }
  }
  for (const { uses } of others) {
    rest += uses?.times.length ?? 0;
    for (const transaction of uses?.transactions ?? []) usual.add(transaction);
  }
  let sameTime = 0;
  for (const together of times.values()) if (together > 2) sameTime += together;
  return {
    records,
    sameTime,
    transactions: known ? own.size : null,
    backdated: known ? backdated : null,
    usual: known && rest > 0 ? usual.size / rest : null,
  };
}

// Fewer than this may well come from one statement of the application.
const leastImport = 5;

/** Whether records were stored as no uses are: many with the same time, many in one transaction, or long after their time. */
export function isImport({ records, sameTime, transactions, backdated, usual }: Arrival): boolean {
  if (records < leastImport) return false;
  if (sameTime >= 0.8 * records) return true;
  if (transactions === null || backdated === null) return false;
  const inBulk = transactions <= (records * (usual ?? 1)) / leastImport;
  return inBulk || backdated >= 0.5 * records;
}
