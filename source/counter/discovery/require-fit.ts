import type { Path } from '../../connection/search-path.ts';
import type { Reader } from '../../connection/transactions.ts';
import { sqlState } from '../../errors/errors.ts';
import type { CounterDefinition, Noun } from '../definition/definition.ts';
import { columnsOf, type Predicate, printPredicate } from '../definition/predicate.ts';
import type { Relation } from '../schema/relation.ts';
import { isTime, requireComparable, requireExactAmount } from './column-kinds.ts';
import { definedColumn, misfit } from './defined-column.ts';
import { type Relations, typedColumns } from './truth.ts';

/** Throws (exit code 3) if a counter's columns do not go together, so that counts would mean something else. */
export function requireFit(definition: CounterDefinition, relations: Relations): void {
  const { row, via, record, through } = relations;
  const { key } = definition.row;
  const { reference, through: between, where, amount, time } = definition.record;
  if (key.length > 0) requireUnique(definition, row, key);
  if (between && through) {
    requireUnique(definition, through, between.key);
    requirePairs(definition, [through, between.key], [record, reference], [through.table, through.table]);
  }
  if (key.length > 0 || between) {
    requirePairs(
      definition,
      [row, key],
      [through ?? record, between?.reference ?? reference],
      definition.nouns.row,
    );
  }
  if (definition.via && via) {
    requireUnique(definition, via, definition.via.row, true);
    requirePairs(definition, [row, key], [via, definition.via.row], definition.nouns.row);
  }
  if (amount !== null) {
    requireExactAmount({ table: record.name, column: definedColumn(record, amount, definition) });
  }
  requireTime(definition, record, time);
  requireTime(definition, row, definition.row.touched);
  if (where) requireBooleans(definition, record, where);
}

/**
 * Throws unless no two rows have the same values in these columns: a record would count for both. Some of them may be enough, unless
 * ON CONFLICT has to name them all.
 */
function requireUnique(
  definition: CounterDefinition,
  table: Relation,
  columns: readonly string[],
  all = false,
): void {
  const wanted = new Set(columns);
  const isUnique =
    table.indexes.some(
      ({ unique, compared, columns: own }) =>
        unique && own.slice(0, compared).every(name => wanted.has(name)) && !(all && compared < wanted.size),
    ) || columns.some(name => table.unique.includes(name) && !(all && wanted.size > 1));
  if (isUnique) return;
  const names = columns.map(name => definedColumn(table, name, definition).quoted).join(', ');
  throw misfit(
    definition,
    `${table.name} has no unique index on ${names}, so a record of ${definition.id} could belong to several rows.`,
  );
}

function requirePairs(
  definition: CounterDefinition,
  [table, keys]: readonly [Relation, readonly string[]],
  [from, references]: readonly [Relation, readonly string[]],
  noun: Noun,
): void {
  if (keys.length !== references.length) {
    throw misfit(
      definition,
      `The key of ${table.name} has ${keys.length} columns, and what refers to it in ${from.name} has ${references.length}.`,
    );
  }
  keys.forEach((name, place) => {
    const column = definedColumn(table, name, definition);
    const reference = definedColumn(from, references[place] ?? '', definition);
    requireComparable({ table: table.name, column }, { table: from.name, column: reference }, noun);
  });
}

function requireTime(definition: CounterDefinition, table: Relation, name: string | null): void {
  if (name === null) return;
  const column = definedColumn(table, name, definition);
  if (isTime(column)) return;
  throw misfit(
    definition,
    `${table.name}.${column.quoted} is ${column.type}, not a time, as ${definition.id} needs it.`,
  );
}

/** IS TRUE needs a boolean. */
function requireBooleans(definition: CounterDefinition, record: Relation, where: Predicate): void {
  if ('of' in where) {
    for (const part of [where.of].flat()) requireBooleans(definition, record, part);
    return;
  }
  const column = definedColumn(record, where.column, definition);
  if (where.kind !== 'is' || column.category === 'B') return;
  throw misfit(
    definition,
    `The condition of ${definition.id} takes ${record.name}.${column.quoted} for a boolean, but it is ${column.type}.`,
  );
}

/** Rejects with exit code 3 if a column's type has no such value as the condition compares it with. */
export async function requireValues(
  reader: Reader,
  definition: CounterDefinition,
  record: Relation,
  path: Path,
): Promise<void> {
  const { where } = definition.record;
  if (where === null) return;
  const typed = typedColumns(definition, record);
  const nulls = columnsOf(where).map(name => {
    const { quoted, type } = typed(name);
    return `NULL::${type} AS ${quoted}`;
  });
  // Run, because a value of an enum is only looked up then.
  const text = `SELECT ${printPredicate(where, 'r', typed)} AS met FROM (SELECT ${nulls.join(', ')} OFFSET 0) r`;
  try {
    await reader.rows(text, [], path);
  } catch (error) {
    const state = sqlState(error);
    // A domain that allows no NULL: the audit itself will tell.
    if (state === '23502') return;
    if (!state || !(state.startsWith('22') || state.startsWith('42') || state.startsWith('23'))) throw error;
    throw misfit(
      definition,
      `The condition of ${definition.id} compares a column of ${record.name} with a value or a type that it does not have.`,
    );
  }
}
