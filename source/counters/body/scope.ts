import type { Node, SelectStmt } from 'libpg-query';
import type { CatalogTable } from '../catalog.ts';
import type { Given } from './calls.ts';
import type { Round } from './change.ts';
import { column, type Expression, type Row, type Source, value, within } from './expression.ts';

/** A variable: one value, or a record with fields. */
export type Variable =
  | { value: Expression }
  | { fields: readonly { name: string; value: Expression }[]; whole?: Expression };

/** What the reading of a body needs from around it. */
export interface Surroundings {
  /** The table that a name means; undefined if no table has it. */
  table(schema: string | null, name: string): CatalogTable | undefined;
  /** What a function of the application returns for these arguments; undefined if that is not known. */
  call(schema: string | null, name: string, args: readonly Given[], when?: Called): Expression | undefined;
  /** The ways in which a query gives rows. */
  query(select: SelectStmt, scope: Scope): Row[];
  /** A number that no other source has. */
  next(): number;
}

/** When a function is called: for each row of a query, or where CASE comes to it. */
export interface Called {
  conditions: readonly Expression[];
  /** What the query goes through. */
  rounds: readonly Round[];
  /** Of groups, what they are groups of. */
  groups: readonly Source[];
}

/** What names mean at one place of a statement. */
export interface Scope {
  /** The tables and queries of FROM, by their names there. */
  entries: readonly { alias: string; row: Row; source: Source | null }[];
  outer: Scope | null;
  /** The queries of WITH and the transition tables. */
  queries: ReadonlyMap<string, () => readonly Row[]>;
  variables: ReadonlyMap<string, Variable>;
  around: Surroundings;
}

/** The row of a source: every column of its table. */
export function rowOf(source: Source): Row {
  return {
    columns: source.table.columns.map(({ name }) => ({ name, value: column(source, name) })),
    conditions: [],
    sources: [source],
  };
}

/** What a name of one or more parts means; null if nothing has it. */
export function meaning(names: readonly string[], scope: Scope): Expression | null {
  const [first = ''] = names;
  if (names.length === 1)
    return columnNamed(first, scope) ?? wholeRow(first, scope) ?? variable(names, scope);
  const [table = '', name = ''] = names.slice(-2);
  return columnOf(table, name, scope) ?? variable([table, name], scope);
}

function columnNamed(name: string, scope: Scope | null): Expression | null {
  for (let each = scope; each; each = each.outer) {
    for (const { row, source } of each.entries) {
      const found = row.columns.find(candidate => candidate.name === name);
      if (found) return found.value;
      // RETURNING (xmax = 0) tells a row that was inserted from one that ON CONFLICT updated.
      if (name === 'xmax' && source?.kind === 'inserted') return column(source, name);
    }
  }
  return null;
}

function wholeRow(alias: string, scope: Scope | null): Expression | null {
  for (let each = scope; each; each = each.outer) {
    const found = each.entries.find(entry => entry.alias === alias);
    if (found?.source) return { kind: 'row', source: found.source };
  }
  return null;
}

function columnOf(alias: string, name: string, scope: Scope | null): Expression | null {
  for (let each = scope; each; each = each.outer) {
    const found = each.entries.find(entry => entry.alias === alias);
    if (found)
      return (
        found.row.columns.find(candidate => candidate.name === name)?.value ?? opaque(`${alias}.${name}`)
      );
  }
  return null;
}

function variable([first = '', second]: readonly string[], { variables }: Scope): Expression | null {
  const found = variables.get(first);
  // A function's argument may be written with the function's name.
  if (!found) return second === undefined ? null : variableOf(variables.get(second));
  if (second === undefined) return variableOf(found);
  if ('fields' in found)
    return found.fields.find(field => field.name === second)?.value ?? opaque(`${first}.${second}`);
  return found.value.kind === 'value' && found.value.value === null
    ? value(null)
    : opaque(`${first}.${second}`);
}

function variableOf(found: Variable | undefined): Expression | null {
  if (!found) return null;
  return 'value' in found ? found.value : (found.whole ?? opaque('a record'));
}

export function opaque(text: string, args: readonly Expression[] = []): Expression {
  return { kind: 'opaque', text, args };
}

/** The columns of `alias.*`, or of `*` without an alias. */
export function starred(alias: string | null, scope: Scope): Row['columns'] {
  if (alias === null) return scope.entries.flatMap(({ row }) => row.columns);
  const entry = scope.entries.find(each => each.alias === alias);
  if (entry) return entry.row.columns;
  const found = scope.variables.get(alias);
  return found && 'fields' in found ? found.fields : [];
}

export function withEntries(scope: Scope, entries: Scope['entries']): Scope {
  return { ...scope, entries, outer: scope };
}

/** The scope of what is only read under conditions: a function is then called under them. */
export function under(scope: Scope, { conditions, rounds = [], groups = [] }: Partial<Called>): Scope {
  const { call } = scope.around;
  const around: Surroundings = {
    ...scope.around,
    call: (schema, name, args, when) =>
      call(schema, name, args, {
        conditions: [...(conditions ?? []), ...(when?.conditions ?? [])],
        rounds: [...rounds, ...(when?.rounds ?? [])],
        groups: [...groups, ...(when?.groups ?? [])],
      }),
  };
  return { ...scope, around };
}

/** The scope of what may be left out, or asked several times: a function that is called there is called nobody knows how often. */
export function perhaps(scope: Scope): Scope {
  return under(scope, { conditions: [opaque('how often a function is called')] });
}

/** The items of a list of names. */
export function namesOf(fields: readonly Node[] | undefined): string[] {
  return (fields ?? []).map(each => ('String' in each ? (each.String.sval ?? '') : '*'));
}

/** A value that a query looks up in one row. Where rows are cut, that row may be only one of several records of the statement. */
export function lookedUp({ conditions, sources, altered = [] }: Row, found: Expression): Expression {
  const isOfSeveral =
    altered.some(({ how }) => how === 'cuts') &&
    sources.some(({ kind }) => kind === 'new' || kind === 'old') &&
    ![...within(found)].some(({ kind }) => kind === 'aggregate');
  const all = isOfSeveral ? [...conditions, opaque('the first record of the statement')] : conditions;
  return all.length === 0 ? found : { kind: 'lookup', value: found, conditions: all };
}
