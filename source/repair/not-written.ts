import { recordsOf } from '../counter/definition/nouns.ts';
import type { Tables } from '../counter/discovery/tables.ts';
import type { LeftAlone } from './repair.ts';
import type { CounterState } from './sql/counter-state.ts';
import type { RepairFacts } from './sql/facts.ts';

/** What decides whether a count can be written. */
export interface Writable {
  tables: Pick<Tables, 'definition' | 'written'>;
  facts: Pick<RepairFacts, 'whyNoRow'>;
}

/** Why a row is left alone, to whose count no difference can be added, such as NaN; null if one can. */
export function whyNotWritten(state: CounterState, { tables, facts }: Writable): LeftAlone | null {
  const { id, name, exact, missing = false, exactOf = 'count' } = state;
  const why = (message: string): LeftAlone => ({ id, name, reason: 'refused', message });
  const { row, record, nouns } = tables.definition;
  if (exact !== null && exactOf === 'sum') {
    return why(
      `The ${record.amount} of its ${nouns.record[1]} adds up to ${exact}, so what the count should be is not known.`,
    );
  }
  if (exact !== null) {
    return why(
      `Its ${row.count} is ${exact}, which adding a difference cannot correct: set it by hand with an UPDATE.`,
    );
  }
  if (!missing || facts.whyNoRow === null) return null;
  return why(`${tables.written.name} has no row for it, and none can be added: ${facts.whyNoRow}.`);
}

/** Why a row keeps its records, if an undo would have to count them beyond what `limit` allows. */
export function whyNotPutBack(
  { id, name, records, many, sums = false }: CounterState,
  limit: string,
  { definition }: Pick<Tables, 'definition'>,
): LeftAlone {
  const number = recordsOf(definition, many ?? Number(records));
  return {
    id,
    name,
    reason: 'over-limit',
    message: `Its ${number} would make ${definition.row.count} ${sums ? `${records}, which` : 'more than'} ${limit}${sums ? ' does not allow' : ' allows'}, so an undo could not put them back. They are not deleted.`,
  };
}
