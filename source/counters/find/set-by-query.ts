import { placeText } from '../body/change.ts';
import { within } from '../body/expression.ts';
import { printed } from '../body/print.ts';
import type { NamedCounter } from './by-name.ts';
import type { Writing } from './writings.ts';

/** Says in a sentence where a body sets a column to what a query gives, such as the largest of its records' values. */
export function setByQuery(writings: readonly Writing[], { table, column }: NamedCounter): string | null {
  for (const { outcome } of writings) {
    for (const { target, column: name, value, place } of outcome.changes) {
      if (target.table !== table || name !== column) continue;
      const isQueried = [...within(value)].some(
        each => each.kind === 'aggregate' || (each.kind === 'opaque' && each.text === 'a query'),
      );
      if (isQueried) return `${placeText(place)} sets it to ${printed(value)}, which is not read as a count.`;
    }
  }
  return null;
}
