import { quotedIfNeeded } from '../../counter/definition/counter-id.ts';
import type { CounterDefinition, NotCheckable, TableName } from '../../counter/definition/definition.ts';
import { predicateText } from '../../counter/definition/predicate-text.ts';

/** A counter as every JSON document of version 2 has it. */
export function counterJson(definition: CounterDefinition, reserved: ReadonlySet<string>) {
  const { id, row, via, record, onDelete, nouns, source, confidence, writers } = definition;
  const quote = (name: string) => quotedIfNeeded(name, reserved);
  const table = (name: TableName) => tableText(name, reserved);
  const { through, where } = record;
  return {
    id,
    table: table(row),
    column: row.count,
    key: row.key,
    records: {
      table: table(record),
      reference: record.reference,
      through: through && { table: table(through), key: through.key, reference: through.reference },
      where: where && predicateText(where, quote),
      amount: record.amount,
    },
    via: via && { table: table(via), row: via.row },
    onDelete,
    nouns,
    source,
    writers,
    confidence,
  };
}

/** What looks like a counter and cannot be checked, as JSON has it. */
export function notCheckableJson({ id, reason }: NotCheckable) {
  return { id, reason };
}

/** A table as documents name it: its parts quoted where SQL needs it. */
export function tableText({ schema, table }: TableName, reserved: ReadonlySet<string>): string {
  return `${quotedIfNeeded(schema, reserved)}.${quotedIfNeeded(table, reserved)}`;
}
