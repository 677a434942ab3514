import { ConsoleError, exitCodes } from '../../errors/errors.ts';
import type { CounterDefinition } from '../definition/definition.ts';
import type { Operators } from '../operators.ts';
import { foldName } from './fold-name.ts';

/** A column as the catalog describes it. */
export interface Column {
  name: string;
  /** Quoted if needed. */
  quoted: string;
  type: string;
  /** The type without a length or precision; empty where it was not read. */
  plainType: string;
  /** The kind of its values regardless of domain and length: the oid of the type's send function. */
  kind: string;
  /** `pg_type.typcategory`, such as N for numbers. */
  category: string;
  domain: boolean;
  /** The oid of its collation: 0 for anything but text, 100 for the database's default. */
  collation: string;
  /** The operators of its values, if its type is not one of PostgreSQL's own: see `operators.ts`. */
  operators: Operators | null;
  /** Whether this role may SELECT it. */
  readable: boolean;
}

interface ColumnsOf {
  name: string;
  columns: readonly Column[];
}

/**
 * The first column that has one of `names`, else the first that matches one ignoring case and underscores. Throws (exit code
 * 3) if two match: it is not certain which is meant.
 */
export function findColumn(table: ColumnsOf, names: readonly (string | null)[]): Column | undefined {
  const wanted = names.filter(name => name !== null);
  for (const name of wanted) {
    const exact = table.columns.find(candidate => candidate.name === name);
    if (exact) return exact;
  }
  for (const name of wanted) {
    const alike = table.columns.filter(candidate => foldName(candidate.name) === foldName(name));
    if (alike.length > 1) throw ambiguous(table, name, alike);
    if (alike[0]) return alike[0];
  }
  return undefined;
}

/** Like `findColumn`, but throws (exit code 3) if the table has no such column; the error shows the last of `names`. */
export function needColumn(table: ColumnsOf, names: readonly (string | null)[]): Column {
  const found = findColumn(table, names);
  if (found) return found;
  throw new ConsoleError({
    code: 'missing-column',
    message: `The table ${table.name} has no column ${names.at(-1)}.`,
    hint: "Check --schema: this may be another application's table with the same name.",
    exitCode: exitCodes.unreachable,
  });
}

/** True for a column whose name says that it holds the user. */
export function namesUser(name: string): boolean {
  return /^(userid|user|profileid|ownerid)$/.test(foldName(name));
}

/** The column of records that holds the user: by its name, else by the table that it refers to. */
export function findUserColumn(
  { columns, references }: ColumnsOf & { references: readonly { column: string; named: string }[] },
  { user, reference }: CounterDefinition['record'],
): Column | undefined {
  const others = columns.filter(({ name, readable }) => readable && !reference.includes(name));
  if (user !== null) return others.find(({ name }) => name === user);
  const refers = references.find(({ named }) => /^(users?|profiles?|accounts?)$/.test(foldName(named)));
  return others.find(({ name }) => namesUser(name)) ?? others.find(({ name }) => name === refers?.column);
}

function ambiguous({ name }: ColumnsOf, wanted: string, alike: readonly Column[]): ConsoleError {
  return new ConsoleError({
    code: 'ambiguous-column',
    message: `${name} has no column ${wanted}, but ${alike.length} with similar names: ${alike.map(({ quoted }) => quoted).join(', ')}.`,
    hint: `Rename the right one to ${wanted}, or drop the other.`,
    exitCode: exitCodes.unreachable,
  });
}
