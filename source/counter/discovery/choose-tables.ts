import { ConsoleError, exitCodes } from '../../errors/errors.ts';
import { presetNames } from '../definition/preset-names.ts';
import { isSimpleView } from './pass-through-view.ts';

/** A relation that may be one of the two tables. */
interface Candidate {
  oid: number;
  /** Which of the two its name suggests; null for a table that is only read by a view. */
  wanted: Wanted | null;
  /** Its name without the schema, unquoted. */
  table: string;
  /** Its schema, unquoted. */
  schema: string;
  /** Schema and name, quoted where they need it. */
  name: string;
  kind: string;
  /** The definition of a view, and what it reads; null and empty for a table. */
  definition: string | null;
  reads: readonly number[];
  columns: readonly { name: string }[];
  /** The tables that its foreign keys refer to. */
  references: readonly { table: number }[];
}

const { rows: rowsName, records: recordsName } = presetNames;

type Wanted = typeof rowsName | typeof recordsName;

/** Both tables. `why` explains the choice in sentences, if they are not simply those of the named schema. */
interface Chosen<T> {
  presets: T;
  records: T;
  why: string[];
}

/**
 * Chooses the two tables that belong together: those of the schema, else those joined by a foreign key, else the only one
 * there is. Throws (exit code 3) if that would be a guess.
 */
export function chooseTables<T extends Candidate>(candidates: readonly T[], schema: string): Chosen<T> {
  const ownPresets = ownTable(candidates, schema, rowsName);
  const ownRecords = ownTable(candidates, schema, recordsName);
  if (!ownPresets && !ownRecords) throw missing(candidates, schema, rowsName);
  const why: string[] = [];
  const behind = (relation: T) => tableBehind(candidates, relation, why);
  if (!ownRecords) {
    const presets = behind(ownPresets as T);
    const others = elsewhere(candidates, schema, recordsName);
    const referring = others.filter(({ references }) =>
      references.some(({ table }) => table === presets.oid),
    );
    const records = only(referring.length > 0 ? referring : others, schema, recordsName);
    why.push(
      `The schema ${schema} has no ${recordsName}: ${records.name} is used, ${referring.length > 0 ? `because it refers to ${presets.name}` : 'because it is the only one in this database'}.`,
    );
    return { presets, records, why };
  }
  const records = behind(ownRecords);
  const named = (candidate: Candidate) => records.references.some(({ table }) => table === candidate.oid);
  const referred = candidates.filter(
    candidate => candidate.wanted === rowsName && isTable(candidate) && named(candidate),
  );
  const stands = ownPresets && (referred.length === 0 || referred.includes(ownPresets));
  if (stands) return { presets: behind(ownPresets), records, why };
  const presets = only(
    referred.length > 0 ? referred : elsewhere(candidates, schema, rowsName),
    schema,
    rowsName,
  );
  why.push(
    referred.length > 0
      ? `${presets.name} is used for the presets, because ${records.name} refers to it${ownPresets ? ` and not to ${ownPresets.name}` : ''}.`
      : `The schema ${schema} has no ${rowsName}: ${presets.name} is used, because it is the only one in this database.`,
  );
  return { presets, records, why };
}

/** r: table, p: partitioned table, f: foreign table. */
export function isTable({ kind }: Pick<Candidate, 'kind'>): boolean {
  return ['r', 'p', 'f'].includes(kind);
}

/** The relation of the schema with that name, else the one whose name differs only in case and underscores. */
function ownTable<T extends Candidate>(candidates: readonly T[], schema: string, wanted: Wanted) {
  const own = candidates.filter(candidate => candidate.schema === schema && candidate.wanted === wanted);
  const exact = own.find(({ table }) => table === wanted);
  if (exact || own.length <= 1) return exact ?? own[0];
  throw new ConsoleError({
    code: 'ambiguous-table',
    message: `The schema ${schema} has no ${wanted}, but ${own.length} with similar names: ${own.map(({ name }) => name).join(', ')}.`,
    hint: `Rename the right one to ${wanted}, or move the other to another schema.`,
    exitCode: exitCodes.unreachable,
  });
}

function elsewhere<T extends Candidate>(candidates: readonly T[], schema: string, wanted: Wanted): T[] {
  const others = candidates.filter(candidate => candidate.wanted === wanted && candidate.schema !== schema);
  const tables = others.filter(isTable);
  return tables.length > 0 ? tables : others;
}

function only<T extends Candidate>(found: readonly T[], schema: string, wanted: Wanted): T {
  const [first, second] = found;
  if (!first) throw missing([], schema, wanted);
  if (!second && isTable(first)) return first;
  if (!second) throw isView(first);
  throw new ConsoleError({
    code: 'ambiguous-table',
    message: `The schema ${schema} has no ${wanted}, but there are several elsewhere: ${found.map(({ name }) => name).join(', ')}.`,
    hint: 'Name the schema of the right one with --schema.',
    exitCode: exitCodes.unreachable,
  });
}

/** The table itself; if it is a view that shows a table unchanged, that table. */
function tableBehind<T extends Candidate>(candidates: readonly T[], relation: T, why: string[]): T {
  if (isTable(relation)) return relation;
  const base = candidates.find(({ oid }) => relation.reads.length === 1 && oid === relation.reads[0]);
  if (relation.kind !== 'v' || !base || !isTable(base) || !isSimpleView(relation.definition ?? ''))
    throw isView(relation, base);
  why.push(`${relation.name} is a view that shows ${base.name} unchanged: that table is used.`);
  return base;
}

function isView({ name, kind }: Candidate, base?: Candidate): ConsoleError {
  return new ConsoleError({
    code: 'not-a-table',
    message: `${name} is ${kind === 'm' ? 'a materialized view' : 'a view'}, not a table${base && kind === 'v' ? `, and does not show ${base.name} unchanged` : ''}.`,
    hint: `Counts are read from and written to tables: name the schema that holds them with --schema${base ? ` (${base.name} is in ${base.schema})` : ''}.`,
    exitCode: exitCodes.unreachable,
  });
}

function missing(candidates: readonly Candidate[], schema: string, wanted: Wanted): ConsoleError {
  const schemas = [
    ...new Set(candidates.filter(candidate => candidate.wanted === wanted).map(other => other.schema)),
  ];
  return new ConsoleError({
    code: 'missing-table',
    message: `There is no table ${wanted} in the schema ${schema} of this database.`,
    hint:
      schemas.length > 0
        ? `There is one in ${schemas.join(', ')}: name that schema with --schema.`
        : 'Check that this is the right database, or name the schema with --schema.',
    exitCode: exitCodes.unreachable,
  });
}
