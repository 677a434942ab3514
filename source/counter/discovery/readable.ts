import { ConsoleError, exitCodes } from '../../errors/errors.ts';
import type { Relation } from '../schema/relation.ts';
import type { Column } from './find-column.ts';

/** The table itself. Throws (exit code 3) if this role may read none of it, or if it is only a part of a table. */
export function readable(table: Relation): Relation {
  if (table.partOf !== null) {
    throw new ConsoleError({
      code: 'not-a-table',
      message: `${table.name} is only a partition of ${table.partOf}: counts of its rows would be wrong.`,
      hint: 'Name the schema that holds the whole table with --schema.',
      exitCode: exitCodes.unreachable,
    });
  }
  if (!table.reachable) {
    throw new ConsoleError({
      code: 'permission-denied',
      message: `This role may not use the schema of ${table.name}.`,
      hint: `Grant it USAGE: GRANT USAGE ON SCHEMA ${table.schema} TO the role, or connect as one that has it.`,
      exitCode: exitCodes.unreachable,
    });
  }
  if (table.readable) return table;
  throw new ConsoleError({
    code: 'permission-denied',
    message: `This role may not read ${table.name}.`,
    hint: `Grant it SELECT: GRANT SELECT ON ${table.name} TO the role, or connect as one that has it.`,
    exitCode: exitCodes.unreachable,
  });
}

/** Throws (exit code 3) if this role may not read a required column: without it the numbers would be incomplete. */
export function requireReadable(table: Relation, columns: readonly (Column | undefined)[]): void {
  const wanted = columns.filter(wanted => wanted !== undefined && !wanted.readable);
  const names = [...new Set(wanted.map(each => each?.quoted))].join(', ');
  if (names === '') return;
  throw new ConsoleError({
    code: 'permission-denied',
    message: `This role may not read ${names} of ${table.name}.`,
    hint: `Grant it: GRANT SELECT (${names}) ON ${table.name} TO the role, or connect as one that has it.`,
    exitCode: exitCodes.unreachable,
  });
}
