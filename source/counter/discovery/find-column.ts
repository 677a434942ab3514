import { ConsoleError, exitCodes } from '../../errors/errors.ts';
import type { Operators } from '../operators.ts';
import { foldName } from './fold-name.ts';

/** A column as the catalog has it. */
export interface Column {
  name: string;
  /** Quoted where it needs it. */
  quoted: string;
  type: string;
  /** What its values are underneath, whatever domain or length its type gives them: the type's own send function. */
  kind: string;
  /** `pg_type.typcategory`, such as N for numbers. */
  category: string;
  domain: boolean;
  /** What its text is compared by, by oid: 0 for what is no text, 100 for the database's own. */
  collation: string;
  /** How its values are compared where its type is none of PostgreSQL's own: see `operators.ts`. */
  operators: Operators | null;
  /** Whether this role may SELECT it. */
  readable: boolean;
}

interface ColumnsOf {
  name: string;
  columns: readonly Column[];
}

/**
 * The first column that has one of `names`, else the first that equals one with case and underscores left out. Rejects
 * (exit code 3) where two do: which is meant is not certain.
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

/** As `findColumn`; rejects (exit code 3) where there is none, naming the last one that was looked for. */
export function needColumn(table: ColumnsOf, names: readonly (string | null)[]): Column {
  const found = findColumn(table, names);
  if (found) return found;
  throw new ConsoleError({
    code: 'missing-column',
    message: `The table ${table.name} has no column ${names.at(-1)}.`,
    hint: "Check --schema: this may be another application's table of the same name.",
    exitCode: exitCodes.unreachable,
  });
}

function ambiguous({ name }: ColumnsOf, wanted: string, alike: readonly Column[]): ConsoleError {
  return new ConsoleError({
    code: 'ambiguous-column',
    message: `${name} has no column ${wanted}, and ${alike.length} that are nearly called so: ${alike.map(({ quoted }) => quoted).join(', ')}.`,
    hint: `Rename the one that is meant to ${wanted}, or drop the other.`,
    exitCode: exitCodes.unreachable,
  });
}
