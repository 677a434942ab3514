import type { SqlName } from '../../sql/sql-effects.ts';
import type { CatalogFunction, CatalogRelation, TriggerCatalog } from '../catalog.ts';

/** One of the two tables, as a name in a statement leads to it: directly, or through views that show it. */
interface ResolvedTable {
  base: 'presets' | 'records';
  /** The table or view that is named, quoted where it needs it. */
  table: string;
  /** The views on the way, the one that is named first. */
  through: CatalogRelation[];
  /** What a column of what is named is called in the table; null where it is none of its. */
  column(name: string): string | null;
}

/** What a name of a table in a statement means here; null where it is neither table. `path` is what `search_path` is fixed to. */
export function resolveTable(
  name: SqlName,
  path: readonly string[] | null,
  catalog: TriggerCatalog,
): ResolvedTable | null {
  const named = catalog.relations.filter(relation => relation.name === name.name);
  const relation = pick(name, path, named, each => targetOf(each, catalog) !== null);
  return relation ? targetOf(relation, catalog) : null;
}

/**
 * Of relations or routines that share a name, the ones that a name can mean: those of its schema, else the first on a fixed
 * search path, else any, those that are `ours` before others.
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
      const found = named.find(each => each.schema === place);
      if (found) return found;
    }
    return undefined;
  }
  return named.find(ours) ?? named[0];
}

/** The routines that a call can mean; arguments are not compared, so of overloaded ones it is all. */
export function resolveCall(
  { schema, name }: SqlName,
  path: readonly string[] | null,
  { functions }: TriggerCatalog,
): CatalogFunction[] {
  const named = functions.filter(each => each.name === name && !each.isTrigger);
  if (schema !== null) return named.filter(each => each.schema === schema);
  for (const place of path ?? []) {
    const found = named.filter(each => each.schema === place);
    if (found.length > 0) return found;
  }
  return path === null ? named : [];
}

/** What a relation is, or shows: one of the two tables; null where it is neither. */
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
  // A view can be written through where it shows one table; those cannot refer to each other in a ring.
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
      return of === null ? null : target.column(of);
    },
  };
}

/** Definitions name what is not on the reader's search path with its schema. */
function isNamed(relation: CatalogRelation, { schema, name }: SqlName): boolean {
  return relation.name === name && (schema === null ? relation.visible : relation.schema === schema);
}

/** The schemas of a setting such as `search_path=public, pg_temp`; null where it leaves them open. */
export function searchPathOf(setting: string | null): string[] | null {
  if (setting === null) return null;
  const names = setting.slice(setting.indexOf('=') + 1).match(/"(?:[^"]|"")*"|[^\s,]+/g) ?? [];
  return names.map(name =>
    name.startsWith('"') ? name.slice(1, -1).replaceAll('""', '"') : name.toLowerCase(),
  );
}
