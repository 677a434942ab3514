import type { Change } from '../body/change.ts';
import { type Expression, isValue, keyOf, within } from '../body/expression.ts';
import { printed } from '../body/print.ts';
import type { Effect } from './effect.ts';
import { mentionsColumn } from './mentions.ts';

/** What is added up for each record: the record itself, one column, or something that no definition can have. */
export type Measure =
  | { kind: 'count' }
  | { kind: 'column'; of: Expression }
  | { kind: 'other'; text: string };

/** What one record adds. */
export function measure(amount: Expression): Measure {
  if (isValue(amount, 1)) return { kind: 'count' };
  if (amount.kind === 'column' || amount.kind === 'argument') return { kind: 'column', of: amount };
  if (amount.kind === 'aggregate' && !amount.distinct) {
    if (amount.name === 'count' && (!amount.arg || amount.arg.kind === 'column')) return { kind: 'count' };
    if (amount.name === 'sum' && amount.arg) return measure(unguarded(amount.arg));
  }
  return { kind: 'other', text: printed(amount) };
}

function unguarded(each: Expression): Expression {
  const [first, second, third] = each.kind === 'coalesce' ? each.args : [];
  return first && second && !third && isValue(second, 0) ? first : each;
}

/** What COALESCE stands around: the count itself, and what is added to it. */
export function guardsOf(
  { value: given, target, column: name }: Change,
  amount: Expression,
): Effect['guards'] {
  const guarded = [...within(given)].flatMap(each => (each.kind === 'coalesce' ? each.args.slice(0, 1) : []));
  // A sum of COALESCE has been read as the sum of what it guards.
  const added = new Set([...within(amount)].flatMap(each => (each.kind === 'column' ? [keyOf(each)] : [])));
  return {
    count: guarded.some(each => mentionsColumn(each, target, name)),
    amount: guarded.some(each => [...within(each)].some(inner => added.has(keyOf(inner)))),
  };
}
