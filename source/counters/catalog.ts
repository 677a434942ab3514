/** A column as the catalog has it; names are unquoted. */
export interface CatalogColumn {
  name: string;
  /** As the server writes it, such as `integer` or `public.status`. */
  type: string;
  /** `pg_type.typcategory`, such as N for numbers, B for booleans, A for arrays. */
  category: string;
  /** The server computes it from other columns. */
  generated: boolean;
  /** It may be NULL. */
  nullable: boolean;
  /** The default of a number, as SQL; null if it has none. */
  start: string | null;
  /** How many decimals a numeric column keeps; null, or missing, if it keeps any number of them. */
  scale?: number | null | undefined;
}

/** How many decimals a column keeps; null for any number of them. */
export function scaleOf({ columns }: CatalogTable, name: string): number | null {
  const { type = '', scale = null } = columns.find(each => each.name === name) ?? {};
  return /^(?:smallint|integer|bigint)$/.test(type) ? 0 : scale;
}

/** A foreign key; `columns` and `targets` correspond by position. */
export interface CatalogReference {
  columns: string[];
  table: number;
  targets: string[];
}

export interface CatalogTable {
  oid: number;
  schema: string;
  name: string;
  /** r: table, p: partitioned table, f: foreign table. */
  kind: 'r' | 'p' | 'f';
  columns: CatalogColumn[];
  /** The columns of the primary key, then those of each unique index; the first of them is the primary key, if there is one. */
  unique: string[][];
  references: CatalogReference[];
  /** The first column of each index. */
  indexed: string[];
  /** The planner's estimate of its rows; -1 if it was never analyzed. */
  estimate: number;
  /** The role may read it. */
  readable: boolean;
  /** Row-level security applies to this role. */
  policies: boolean;
  /** In a schema that belongs to a platform, such as Supabase's auth: its columns hold no counters of the application. */
  foreign: boolean;
  /** Other tables inherit from it, or are its partitions. */
  inherited?: boolean | undefined;
}

export interface CatalogTrigger {
  name: string;
  table: number;
  enabled: boolean;
  /** The bits of `tgtype`. */
  type: number;
  updateOf: string[];
  oldTable: string | null;
  newTable: string | null;
  function: number;
  /** CREATE TRIGGER, if it has a condition or arguments; else null. */
  definition: string | null;
  /**
   * Of one that was created on partitions of `table` and not on that: as `name on partition` what was created, the partitions that hold
   * rows where it fires, and the others.
   */
  partitions?: { made: readonly string[]; on: readonly string[]; off: readonly string[] } | undefined;
}

export interface CatalogRoutine {
  oid: number;
  schema: string;
  name: string;
  /** Schema, name and argument types, quoted where SQL needs it. */
  identity: string;
  language: string;
  source: string;
  kind: 'function' | 'procedure';
  arguments: string;
  result: string | null;
  argumentNames: string[];
  /** How many of them, from the last one on, have a default. */
  defaults: number;
  /** It is STRICT: where an argument is NULL it gives NULL without being run. */
  strict: boolean;
  /** The schemas of its search_path setting; null if it has none. */
  path: string[] | null;
  isTrigger: boolean;
}

/** What the search for counters reads of a database. */
export interface Catalog {
  tables: CatalogTable[];
  triggers: CatalogTrigger[];
  routines: CatalogRoutine[];
  /** The server's reserved words. */
  reserved: string[];
}
