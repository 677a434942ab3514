import { ConsoleError, exitCodes } from '../../errors/errors.ts';
import { isSimpleView } from './pass-through-view.ts';

/** A relation that one of the two tables may be. */
interface Candidate {
  oid: number;
  /** Which of the two it is by its name; null for a table that only stands behind a view. */
  wanted: Wanted | null;
  /** Its name without the schema, as it is. */
  table: string;
  /** Its schema, as it is. */
  schema: string;
  /** Schema and name, quoted where they need it. */
  name: string;
  kind: string;
  /** The definition of a view, and what it reads; null and empty for a table. */
  definition: string | null;
  reads: readonly number[];
  columns: readonly { name: string }[];
  /** The tables that its foreign keys name. */
  references: readonly { table: number }[];
}

type Wanted = 'presets' | 'preset_usage';

/** Both tables, and in sentences why these, where the named schema alone does not say so. */
interface Chosen<T> {
  presets: T;
  records: T;
  why: string[];
}

/**
 * Chooses the two tables that belong together: those of the schema, else by the foreign key, else the only one there is.
 * Rejects (exit code 3) where that would be a guess.
 */
export function chooseTables<T extends Candidate>(candidates: readonly T[], schema: string): Chosen<T> {
  const ownPresets = ownTable(candidates, schema, 'presets');
  const ownRecords = ownTable(candidates, schema, 'preset_usage');
  if (!ownPresets && !ownRecords) throw missing(candidates, schema, 'presets');
  const why: string[] = [];
  const behind = (relation: T) => tableBehind(candidates, relation, why);
  if (!ownRecords) {
    const presets = behind(ownPresets as T);
    const others = elsewhere(candidates, schema, 'preset_usage');
    const referring = others.filter(({ references }) =>
      references.some(({ table }) => table === presets.oid),
    );
    const records = only(referring.length > 0 ? referring : others, schema, 'preset_usage');
    why.push(
      `There is no preset_usage in the schema ${schema}: ${records.name} was taken, ${referring.length > 0 ? `because it refers to ${presets.name}` : 'because it is the only one in this database'}.`,
    );
    return { presets, records, why };
  }
  const records = behind(ownRecords);
  const named = (candidate: Candidate) => records.references.some(({ table }) => table === candidate.oid);
  const referred = candidates.filter(
    candidate => candidate.wanted === 'presets' && isTable(candidate) && named(candidate),
  );
  const stands = ownPresets && (referred.length === 0 || referred.includes(ownPresets));
  if (stands) return { presets: behind(ownPresets), records, why };
  const presets = only(
    referred.length > 0 ? referred : elsewhere(candidates, schema, 'presets'),
    schema,
    'presets',
  );
  why.push(
    referred.length > 0
      ? `${presets.name} was taken for the presets, because ${records.name} refers to it${ownPresets ? ` and not to ${ownPresets.name}` : ''}.`
      : `There is no presets in the schema ${schema}: ${presets.name} was taken, because it is the only one in this database.`,
  );
  return { presets, records, why };
}

/** r: table, p: partitioned table, f: foreign table. */
export function isTable({ kind }: Pick<Candidate, 'kind'>): boolean {
  return ['r', 'p', 'f'].includes(kind);
}

/** The relation of the schema that has the name, else the one that nearly has it. */
function ownTable<T extends Candidate>(candidates: readonly T[], schema: string, wanted: Wanted) {
  const own = candidates.filter(candidate => candidate.schema === schema && candidate.wanted === wanted);
  const exact = own.find(({ table }) => table === wanted);
  if (exact || own.length <= 1) return exact ?? own[0];
  throw new ConsoleError({
    code: 'ambiguous-table',
    message: `The schema ${schema} has no ${wanted}, and ${own.length} that are nearly called so: ${own.map(({ name }) => name).join(', ')}.`,
    hint: `Rename the one that is meant to ${wanted}, or move the other to another schema.`,
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
    message: `There is no ${wanted} in the schema ${schema}, and several elsewhere: ${found.map(({ name }) => name).join(', ')}.`,
    hint: 'Name the schema of the one that is meant with --schema.',
    exitCode: exitCodes.unreachable,
  });
}

/** The table itself, or where it is a view that shows a table as it is, that table. */
function tableBehind<T extends Candidate>(candidates: readonly T[], relation: T, why: string[]): T {
  if (isTable(relation)) return relation;
  const base = candidates.find(({ oid }) => relation.reads.length === 1 && oid === relation.reads[0]);
  if (relation.kind !== 'v' || !base || !isTable(base) || !isSimpleView(relation.definition ?? ''))
    throw isView(relation, base);
  why.push(`${relation.name} is a view that shows ${base.name} as it is: that table was taken.`);
  return base;
}

function isView({ name, kind }: Candidate, base?: Candidate): ConsoleError {
  return new ConsoleError({
    code: 'not-a-table',
    message: `${name} is ${kind === 'm' ? 'a materialized view' : 'a view'}, not a table${base && kind === 'v' ? `, and shows ${base.name} in another form` : ''}.`,
    hint: `Counts are read from and written to the tables themselves: name the schema that holds them with --schema${base ? ` (${base.name} is in ${base.schema})` : ''}.`,
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
