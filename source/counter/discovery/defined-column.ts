import { ConsoleError, exitCodes } from '../../errors/errors.ts';
import type { CounterDefinition, TableName } from '../definition/definition.ts';
import type { Relation } from '../schema/relation.ts';
import type { Column } from './find-column.ts';

type Named = Pick<CounterDefinition, 'id' | 'source'>;

/** The column that a definition names. Throws (exit code 3) if the table has none of that name. */
export function definedColumn(table: Relation, name: string, definition: Named): Column {
  const found = table.columns.find(column => column.name === name);
  if (found) return found;
  throw new ConsoleError({
    code: 'missing-column',
    message: `The table ${table.name} has no column ${name}, which the counter ${definition.id} needs.`,
    hint: hintFor(definition),
    exitCode: exitCodes.unreachable,
  });
}

/** The table that a definition names. Throws (exit code 3) if it does not exist or is a view. */
export function definedTable(
  relations: readonly Relation[],
  { schema, table }: TableName,
  definition: Named,
): Relation {
  const found = relations.find(relation => relation.schema === schema && relation.table === table);
  if (found && ['r', 'p', 'f'].includes(found.kind)) return found;
  throw new ConsoleError({
    code: found ? 'not-a-table' : 'missing-table',
    message: found
      ? `${found.name} is ${found.kind === 'm' ? 'a materialized view' : 'a view'}, not a table, so the counter ${definition.id} cannot stand on it.`
      : `There is no table ${table} in the schema ${schema}, which the counter ${definition.id} needs.`,
    hint: hintFor(definition),
    exitCode: exitCodes.unreachable,
  });
}

/** The error (exit code 3) for a definition that does not fit the tables. */
export function misfit(definition: Named, message: string): ConsoleError {
  return new ConsoleError({
    code: 'counter-does-not-fit',
    message,
    hint: hintFor(definition),
    exitCode: exitCodes.unreachable,
  });
}

function hintFor({ source }: Named): string {
  return source.kind === 'config'
    ? 'Correct its definition in the configuration.'
    : 'Describe it in counters.json, which wins over what is found in the database.';
}
