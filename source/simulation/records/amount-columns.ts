import type { CounterDefinition } from '../../counter/definition/definition.ts';
import type { RecordColumn, RecordFacts, RecordValues } from './record-facts.ts';

/** The columns that set the amount of a record, itself or what it is generated from, as far as the condition leaves them free. */
export function amountColumns(
  { amount, reference }: Pick<CounterDefinition['record'], 'amount' | 'reference'>,
  { columns }: Pick<RecordFacts, 'columns'>,
  condition: RecordValues,
): RecordColumn[] {
  const names = columns.find(({ name }) => name === amount)?.generated?.columns ?? [amount];
  return columns.filter(
    ({ name, writable, category }) =>
      names.includes(name) &&
      writable &&
      condition[name] === undefined &&
      (name === amount || (category === 'N' && !reference.includes(name))),
  );
}
