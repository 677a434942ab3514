import type { Node } from 'libpg-query';
import { namesIn } from '../../sql/names.ts';
import type { CatalogRoutine } from '../catalog.ts';
import type { Expression } from './expression.ts';

/** An argument of a call. */
export interface Given {
  /** The name of `name => value`; null for one by its position. */
  name: string | null;
  value: Expression;
  /** Its type as the catalog writes it; `literal` for a text or NULL, which takes any type; null where it is not known. */
  type: string | null;
}

const typeNames: Readonly<Record<string, string>> = {
  int2: 'smallint',
  int4: 'integer',
  int8: 'bigint',
  bool: 'boolean',
  float4: 'real',
  float8: 'double precision',
  varchar: 'character varying',
  bpchar: 'character',
  timestamptz: 'timestamp with time zone',
  timestamp: 'timestamp without time zone',
};

/** An argument as it stands in a call, with what it was read as. */
export function givenArgument(node: Node, read: (node: Node) => Expression): Given {
  const named = 'NamedArgExpr' in node ? node.NamedArgExpr : null;
  const inner = named?.arg ?? node;
  const value = read(inner);
  return { name: named?.name ?? null, value, type: typeOf(inner, value) };
}

function typeOf(node: Node, value: Expression): string | null {
  if ('TypeCast' in node) {
    const { names, arrayBounds = [] } = node.TypeCast.typeName ?? {};
    const name = namesIn(names).at(-1) ?? '';
    return `${typeNames[name] ?? name}${arrayBounds.length > 0 ? '[]' : ''}`;
  }
  if ('A_Const' in node) {
    const { ival, fval, boolval } = node.A_Const;
    if (boolval) return 'boolean';
    if (ival) return 'integer';
    return fval ? 'numeric' : 'literal';
  }
  // A variable may have another type than the column that it was set from; a field of NEW or OLD has its own.
  if (!('ColumnRef' in node) || (node.ColumnRef.fields ?? []).length < 2 || value.kind !== 'column')
    return null;
  return value.source.table.columns.find(({ name }) => name === value.column)?.type ?? null;
}

/**
 * The routine that a call means, of those with its name in the order of the search_path: by the number and the names of the
 * arguments, else by their types where these are the very ones. Several where that does not say which.
 */
export function routinesMeant(
  candidates: readonly CatalogRoutine[],
  args: readonly Given[],
): readonly CatalogRoutine[] {
  const fitting = candidates.flatMap(routine => {
    const types = givenTypes(routine, args);
    return types ? [{ routine, types }] : [];
  });
  const open = args.flatMap(({ type }, place) => (type === null || type === 'literal' ? [place] : []));
  const differ = open.some(place => new Set(fitting.map(({ types }) => types[place])).size > 1);
  const exact = differ
    ? fitting
    : fitting.filter(({ types }) => args.every(({ type }, n) => open.includes(n) || type === types[n]));
  if (differ || exact.length === 0) return fitting.map(({ routine }) => routine);
  // Of the same types, the one that needs fewest defaults; then the first of the search_path.
  const fewest = Math.min(...exact.map(({ routine }) => routine.argumentNames.length));
  return exact
    .filter(({ routine }) => routine.argumentNames.length === fewest)
    .slice(0, 1)
    .map(({ routine }) => routine);
}

/** The types of the parameters that get these arguments, in the arguments' order; null if the routine cannot be called so. */
function givenTypes(routine: CatalogRoutine, args: readonly Given[]): string[] | null {
  const places = args.map((each, place) => placeOf(each, place, routine));
  const { length } = routine.argumentNames;
  if (new Set(places).size < args.length || places.some(place => place < 0 || place >= length)) return null;
  for (let place = 0; place < length - routine.defaults; place += 1) if (!places.includes(place)) return null;
  // No type's name has a bracket or a comma, unless it is quoted.
  const types = routine.identity.slice(routine.identity.lastIndexOf('(') + 1, -1).split(', ');
  return places.map(place => types[place] ?? '');
}

function placeOf({ name }: Given, place: number, { argumentNames }: CatalogRoutine): number {
  return name === null ? place : argumentNames.indexOf(name);
}

/** What each parameter of a routine gets; null where its default counts. */
export function parameterValues(
  routine: CatalogRoutine,
  args: readonly Given[],
): readonly (Expression | null)[] {
  const found: (Expression | null)[] = routine.argumentNames.map(() => null);
  for (const [place, each] of args.entries()) found[placeOf(each, place, routine)] = each.value;
  return found;
}
