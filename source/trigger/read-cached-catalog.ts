import type { Database, Reader } from '../connection/transactions.ts';
import type { Tables } from '../counter/discovery/tables.ts';
import type { TriggerCatalog } from './catalog.ts';

/** Milliseconds after which a catalog is read again anyway: its state does not show jobs, role names and some grants. */
const longest = 30_000;

// xmin changes with every write of a row, except the in-place ones of ANALYZE and VACUUM.
const changes = (from: string) =>
  `(SELECT count(*) || '.' || coalesce(sum((xmin::text::bigint * 1000003 + oid::bigint) % 2147483647), 0) FROM ${from})`;
const text = `SELECT concat_ws(' ', $1::oid, $2::oid, current_user,
  ${changes("pg_proc WHERE pronamespace <> 'pg_catalog'::regnamespace")},
  ${changes('pg_trigger WHERE NOT tgisinternal')},
  ${changes('pg_rewrite WHERE ev_class >= 16384')},
  ${changes('pg_policy')},
  ${changes("pg_constraint WHERE contype = 'f'")},
  ${changes("pg_class WHERE oid >= 16384 AND relkind IN ('r', 'p', 'v', 'f', 'm')")},
  ${changes('(SELECT xmin, attnum AS oid FROM pg_attribute WHERE attrelid IN ($1::oid, $2::oid)) a')},
  ${changes('(SELECT xmin, indexrelid AS oid FROM pg_index WHERE indrelid = $2::oid) i')}) AS state`;

/**
 * Keeps a catalog until something it was read from changes. Every tick needs it, and reading it takes many times longer
 * than checking that nothing has changed.
 */
export class CatalogMemory {
  #kept: { state: string; catalog: Promise<TriggerCatalog>; at: number } | null = null;

  /** A text that changes when the relevant part of the catalog does. */
  async state(reader: Reader, { schema, presets, records }: Tables): Promise<string> {
    const [row] = (await reader.rows(text, [presets.oid, records.oid])) as { state: string }[];
    return [row?.state, schema, presets.name, presets.countName, records.name, records.preset].join(' ');
  }

  /** The catalog of this state, whose bodies may still be parsed. */
  recall(state: string): Promise<TriggerCatalog> | null {
    const kept = this.#kept;
    return kept && kept.state === state && performance.now() - kept.at < longest ? kept.catalog : null;
  }

  keep(state: string, catalog: Promise<TriggerCatalog>): void {
    const kept = { state, catalog, at: performance.now() };
    this.#kept = kept;
    catalog.catch(() => {
      if (this.#kept === kept) this.#kept = null;
    });
  }
}

const memories = new WeakMap<Database, CatalogMemory>();

/** The memory that all readers of a database share. */
export function catalogsOf(database: Database): CatalogMemory {
  const known = memories.get(database) ?? new CatalogMemory();
  memories.set(database, known);
  return known;
}
