import type { Tables } from '../../../counter/discovery/tables.ts';
import { unquoted } from '../../../counter/discovery/unquoted.ts';
import type { Obstacle, TableColumn } from '../../match-columns.ts';
import type { RepairFacts } from '../../sql/facts.ts';

/** The obstacle when what records add to a sum is not known before they are back; `into` is where the values of the receipt go. */
export function amountObstacle(
  columns: readonly TableColumn[],
  { name: table, amount }: Tables['records'],
  how: RepairFacts['amount'],
  into: readonly (string | null)[],
): Obstacle | null {
  if (amount === null || how === null) return null;
  const column = unquoted(amount);
  const hint = 'Leave --drop-column out, or name the column of the receipt that goes there: --map-column';
  if (how.computed !== null) {
    const missing = how.from.find(each => !into.includes(each));
    if (missing === undefined) return null;
    const from = unquoted(missing);
    return {
      code: 'column-amount',
      message: `${column} of ${table} is computed from ${from}, and the receipt gives no value for it.`,
      hint: `${hint} OLD=${from}.`,
    };
  }
  // NULL adds nothing to a sum.
  const fallback = columns.find(({ quoted }) => quoted === amount)?.fallback ?? null;
  if (into.includes(amount) || fallback === null) return null;
  return {
    code: 'column-amount',
    message: `${column} of ${table} is what is added up: without a value from the receipt, records would count as ${fallback}.`,
    hint: `${hint} OLD=${column}.`,
  };
}
