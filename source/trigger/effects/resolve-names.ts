import type { SqlName } from '../../sql/sql-effects.ts';
import type { CatalogFunction, CatalogRelation, TriggerCatalog } from '../catalog.ts';

/** One of the two tables, found by a name in a statement, directly or through views. */
interface ResolvedTable {
  base: 'presets' | 'records';
  /** The table or view that is named, quoted if necessary. */
  table: string;
  /** The views in between, starting with the named one. */
  through: CatalogRelation[];
  /** The table's name for a column of the named relation; null if the table does not have it. */
  column(name: string): string | null;
}

/**
 * The table that a name in a statement refers to; null if it is neither. `path` is the routine's fixed `search_path`. Without one the
 * caller's decides, which most likely has the routine's own schema `home` on it: each tenant's routines write its own tables.
 */
export function resolveTable(
  name: SqlName,
  path: readonly string[] | null,
  catalog: TriggerCatalog,
  home: string | null = null,
): ResolvedTable | null {
  const named = catalog.relations.filter(relation => relation.name === name.name);
  const near = path === null ? named.find(({ schema }) => schema === home) : undefined;
  const relation =
    name.schema === null && near ? near : pick(name, path, named, each => targetOf(each, catalog) !== null);
  return relation ? targetOf(relation, catalog) : null;
}

/**
 * Chooses among relations that share a name: the one in the given schema, else the first on a fixed search path, else any,
 * preferably one that is `ours`.
 */
function pick<T extends { schema: string }>(
  { schema }: SqlName,
  path: readonly string[] | null,
  named: readonly T[],
  ours: (each: T) => boolean,
): T | undefined {
  if (schema !== null) return named.find(each => each.schema === schema);
  if (path !== null) {
    for (const place of path) {
      const match = named.find(each => each.schema === place);
      if (match) return match;
    }
    return undefined;
  }
  return named.find(ours) ?? named[0];
}

/** The routines that a call may refer to. Arguments are not compared, so it returns all overloads. */
export function resolveCall(
  { schema, name }: SqlName,
  path: readonly string[] | null,
  { functions }: TriggerCatalog,
  home: string | null = null,
): CatalogFunction[] {
  const named = functions.filter(each => each.name === name && !each.isTrigger);
  if (schema !== null) return named.filter(each => each.schema === schema);
  const near = path === null ? named.filter(each => each.schema === home) : [];
  if (near.length > 0) return near;
  for (const place of path ?? []) {
    const match = named.filter(each => each.schema === place);
    if (match.length > 0) return match;
  }
  return path === null ? named : [];
}

/** The table that a relation is or shows; null if it is neither of the two. */
export function targetOf(
  relation: CatalogRelation,
  catalog: TriggerCatalog,
  depth = 0,
): ResolvedTable | null {
  if (relation.oid === catalog.presetsOid || relation.oid === catalog.recordsOid) {
    return {
      base: relation.oid === catalog.presetsOid ? 'presets' : 'records',
      table: relation.table,
      through: [],
      column: name => name,
    };
  }
  const [view] = relation.view?.reading.creates ?? [];
  // Only a view of a single table can be written through. Views cannot form a cycle; the depth is a safety limit.
  if (depth > 20 || view?.kind !== 'view' || view.from.length !== 1) return null;
  const [from] = view.from;
  const inner = from && catalog.relations.find(each => isNamed(each, from));
  const target = inner ? targetOf(inner, catalog, depth + 1) : null;
  if (!target) return null;
  return {
    base: target.base,
    table: relation.table,
    through: [relation, ...target.through],
    column(name) {
      const of = view.columns.find(column => column.name === name)?.of ?? null;
      return of && target.column(of);
    },
  };
}

/** Definitions printed by the server qualify only names that are not on the reader's search path. */
function isNamed(relation: CatalogRelation, { schema, name }: SqlName): boolean {
  return relation.name === name && (schema === null ? relation.visible : relation.schema === schema);
}
