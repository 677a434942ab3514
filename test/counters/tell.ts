import { predicateText } from '../../source/counter/definition/predicate-text.ts';
import { writingsOf } from '../../source/counters/find/writings.ts';
import { type Judged, writtenCounters } from '../../source/counters/find/written-counters.ts';
import { readingsOf } from './catalog-of.ts';

/** What the bodies of a schema say of its counts, one line a column. */
export function told(ddl: string): string[] {
  return writtenCounters(writingsOf(readingsOf(ddl)))
    .map(line)
    .toSorted();
}

function line(each: Judged): string {
  const name = `${each.table.name}.${each.column}`;
  if ('reason' in each) return `${name}: no, ${each.reason}`;
  const { record, link, where, amount, subtracts, certain } = each;
  const pairs = link?.reference.map((reference, place) => `${reference} = ${link.key[place]}`).join(', ');
  const through = link?.through
    ? ` through ${link.through.table.name} (${link.through.key.join(', ')} to ${link.through.reference.join(', ')})`
    : '';
  return [
    `${name}: ${amount === null ? record.name : `sum of ${record.name}.${amount}`}`,
    pairs === undefined ? ' in one row' : ` by ${pairs}${through}`,
    where ? ` where ${predicateText(where, text => text)}` : '',
    subtracts ? '' : ', keeps',
    certain ? '' : ', likely',
  ].join('');
}
