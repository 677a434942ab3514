import type { Change } from '../body/change.ts';
import type { Expression } from '../body/expression.ts';
import { added } from './added.ts';
import { type Effect, type Occasion, type Refusal, refusal } from './effect.ts';
import { asOneRow } from './one-row.ts';
import { recounted } from './recounted.ts';
import { sumsOf } from './terms.ts';

/** What was found in a change. */
export interface Found {
  effects: Effect[];
  refusals: Refusal[];
}

/** What a change of a column does for each record, or why that cannot be told. */
export function effectsOf(given: Change, occasion: Occasion): Found {
  const change = asOneRow(given);
  const { target, column: name } = change;
  const found: Found = { effects: [], refusals: [] };
  const own = target.table.columns.find(each => each.name === name);
  if (own?.category !== 'N' || own.generated || change.conditions.some(isNever)) return found;
  // A row that is about to be stored may be given any number; only an array is worth a word.
  const isWorthy = ({ kind }: Refusal) => change.verb !== 'assign' || kind === 'array';
  for (const sum of sumsOf(change.value, target, name)) {
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
