import type { Change } from '../body/change.ts';
import { type Expression, isValue, value } from '../body/expression.ts';
import { added } from './added.ts';
import { type Effect, type Occasion, type Refusal, refusal } from './effect.ts';
import { hasStandIn } from './equalities.ts';
import { asOneRow } from './one-row.ts';
import { recounted } from './recounted.ts';
import { type Sum, sumsOf } from './terms.ts';

/** What was found in a change. */
export interface Found {
  effects: Effect[];
  refusals: Refusal[];
  /** Where what is added is NULL, and the count with it. */
  spoiling: Effect[];
}

/** What a change of a column does for each record, or why that cannot be told. */
export function effectsOf(given: Change, occasion: Occasion): Found {
  const change = asOneRow(given);
  const { target, column: name } = change;
  const found: Found = { effects: [], refusals: [], spoiling: [] };
  const own = target.table.columns.find(each => each.name === name);
  if (own?.category !== 'N' || own.generated || change.conditions.some(isNever)) return found;
  // A row that is about to be stored may be given any number; only an array is worth a word.
  const isWorthy = ({ kind }: Refusal) => change.verb !== 'assign' || kind === 'array';
  const sums = sumsOf(change.value, target, name);
  // Where the query finds nothing it adds, too.
  if (hasStandIn(given.value) && sums.some(({ kind, terms }) => kind === 'adds' && terms.length > 0)) {
    found.refusals.push(refusal(change, 'expression', 'adds another number where a query finds nothing'));
    return found;
  }
  const isSpoilt = ({ kind, terms }: Sum) =>
    kind === 'adds' && terms.some(({ amount }) => isValue(amount, null));
  const others = sums.filter(each => !isSpoilt(each));
  for (const sum of sums) {
    if (sum.kind === 'adds' && isSpoilt(sum) && others.some(({ terms }) => terms.length > 0)) {
      const [term] = sum.terms;
      const result = term && added({ ...term, amount: value(1) }, sum, change, occasion);
      if (result && !('why' in result)) {
        found.spoiling.push({ ...result, spoils: true });
        continue;
      }
    }
    for (const term of sum.terms) {
      if (change.unclear !== undefined) {
        found.refusals.push(refusal(change, 'expression', `writes it, and ${change.unclear}`));
        continue;
      }
      const result =
        sum.kind === 'adds' ? added(term, sum, change, occasion) : recounted(term, sum, change, occasion);
      if (!result) continue;
      if ('why' in result) found.refusals.push(...[result].filter(isWorthy));
      else
        found.effects.push({
          ...result,
          doubts: [
            ...result.doubts,
            ...(change.reads && !change.locked ? [read] : []),
            ...(change.doubt === undefined ? [] : [change.doubt]),
          ],
        });
    }
  }
  return found;
}

const read = 'only one session at a time counts right, because it is set to a number that was read before';

/** A comparison with NEW in a trigger that has none, for example. */
function isNever(each: Expression): boolean {
  return each.kind === 'value' && each.value !== true;
}
