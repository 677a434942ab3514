import type { SqlReading, SqlTerm } from '../../sql/sql-effects.ts';
import type { UserCatalog } from './user-catalog.ts';

/**
 * Whether a routine looks a user up by the value of its parameter: it compares it with `via`, the column that holds the subject, such
 * as `public.profiles.user_id`. The application then passes the subject, and not the id that the records have.
 */
export function takesSubject(
  routine: { name: string; reading: Pick<SqlReading, 'equals'> },
  parameter: string,
  via: string | null,
  { tables }: Pick<UserCatalog, 'tables'>,
): boolean {
  const holder = tables.find(({ table, columns }) =>
    columns.some(({ quoted }) => `${table}.${quoted}` === via),
  );
  const column = holder?.columns.find(({ quoted }) => `${holder.table}.${quoted}` === via);
  if (!holder || !column || parameter === '') return false;
  const isHolder = (term: SqlTerm) =>
    term.kind === 'column' &&
    term.column === column.name &&
    term.table?.name === holder.name &&
    (term.table.schema ?? holder.schema) === holder.schema;
  // Without a catalog, a parameter beside a table is read as one of its columns.
  const isParameter = (term: SqlTerm) =>
    term.kind === 'column' &&
    term.column === parameter &&
    (term.table === null ||
      term.table.name === routine.name ||
      !tables.some(
        ({ name, columns }) => name === term.table?.name && columns.some(each => each.name === parameter),
      ));
  return routine.reading.equals.some(
    ({ left, right }) => (isHolder(left) && isParameter(right)) || (isHolder(right) && isParameter(left)),
  );
}
