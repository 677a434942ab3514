import { quotedIfNeeded } from '../definition/counter-id.ts';
import type { CounterDefinition, TableName } from '../definition/definition.ts';
import { predicateText } from '../definition/predicate-text.ts';
import type { WrittenCounter } from './config-schema.ts';

/** A counter as counters.json has it, with everything that is known; reading it back makes the same definition. */
export function toConfig(definition: CounterDefinition, reserved: ReadonlySet<string>): WrittenCounter {
  const { row, via, record, onDelete, nouns } = definition;
  const quote = (name: string) => quotedIfNeeded(name, reserved);
  const tableText = ({ schema, table }: TableName) => `${quote(schema)}.${quote(table)}`;
  const { through, where } = record;
  return {
    counter: definition.id,
    row: {
      ...(via ? { table: tableText(row) } : {}),
      key: short(row.key),
      label: row.label,
      touched: row.touched,
      ...(via ? { countRefers: short(via.row) } : {}),
    },
    records: {
      table: tableText(record),
      reference: short(record.reference),
      through: through && {
        table: tableText(through),
        key: short(through.key),
        reference: short(through.reference),
      },
      where: where && predicateText(where, quote),
      amount: record.amount,
      time: record.time,
      kind: record.kind,
      user: record.user,
    },
    onDelete,
    nouns: { row: [...nouns.row], record: [...nouns.record] },
  };
}

function short(columns: readonly string[]): string | string[] {
  const [only] = columns;
  return only !== undefined && columns.length === 1 ? only : [...columns];
}
