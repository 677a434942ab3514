import type { SqlReading } from '../sql/sql-effects.ts';

/** A row of `pg_trigger`, with what it refers to spelled out. */
export interface CatalogTrigger {
  name: string;
  tableOid: number;
  /** Schema and name, quoted where they need it. */
  table: string;
  /** `tgenabled`: O origin, A always, R replica, D disabled. */
  enabled: 'O' | 'A' | 'R' | 'D';
  /** Partitions, schema and name, whose copy of it does not fire for the uses of an application; only a row trigger has copies. */
  offIn: string[];
  /** The bits of `tgtype`. */
  type: number;
  /** True where it has a WHEN clause. */
  condition: boolean;
  /** The columns after `UPDATE OF`, quoted where they need it; empty where any column will do. */
  updateOf: string[];
  /** The transition table's name, where it has one. */
  newTable: string | null;
  functionOid: number;
  definition: string;
}

export interface CatalogFunction {
  oid: number;
  schema: string;
  name: string;
  /** Schema, name and argument types, quoted where they need it. */
  identity: string;
  source: string;
  /** Such as `plpgsql`. */
  language: string;
  /** False for a language in which a function may do what the server's own process may. */
  trusted: boolean;
  kind: 'function' | 'procedure';
  /** SECURITY DEFINER. */
  definer: boolean;
  /** The `search_path=…` setting, where it has one. */
  searchPath: string | null;
  isTrigger: boolean;
  /** What follows its name in CREATE FUNCTION, and what it returns; null for a procedure. */
  arguments: string;
  result: string | null;
  owner: string;
  /** Who may execute it beside the owner; null is PUBLIC, that is everybody. */
  executors: (string | null)[];
  /** What its body does. */
  reading: SqlReading;
}

/** Somebody's right to write a table; a role of null is PUBLIC. */
interface CatalogGrant {
  role: string | null;
  /** Such as `INSERT`; a right to some columns counts as well. */
  privileges: string[];
}

/** A table or view that is one of the two, shows one of them, shares a name with one, or carries a trigger or rule. */
export interface CatalogRelation {
  oid: number;
  schema: string;
  name: string;
  /** Schema and name, quoted where they need it. */
  table: string;
  /** True where its name alone finds it, as definitions that the server spells out name it. */
  visible: boolean;
  kind: 'table' | 'view';
  owner: string;
  grants: CatalogGrant[];
  /** Of a view that shows one of the two, directly or through others: its query. */
  view: { reading: SqlReading; inserts: boolean; updates: boolean; deletes: boolean } | null;
}

/** A row of `pg_rewrite` that is no view. */
export interface CatalogRule {
  name: string;
  tableOid: number;
  enabled: 'O' | 'A' | 'R' | 'D';
  definition: string;
  reading: SqlReading;
}

/** A foreign key that writes what refers to a row when that row is deleted. */
export interface CatalogReference {
  name: string;
  /** The table that refers. */
  tableOid: number;
  table: string;
  /** The table that is referred to. */
  toOid: number;
  to: string;
  onDelete: 'cascade' | 'set null' | 'set default';
  /** The columns that refer, under their own names. */
  columns: string[];
  definition: string;
}

/** A column of presets that is computed from others. */
export interface CatalogGenerated {
  column: string;
  expression: string;
  reads: string[];
}

/** A job of pg_cron in this database. */
export interface CatalogJob {
  id: number;
  name: string | null;
  schedule: string;
  command: string;
  user: string;
  active: boolean;
  reading: SqlReading;
}

/** A unique index of `preset_usage` other than its primary key. */
interface CatalogIndex {
  name: string;
  definition: string;
  /** The columns it keeps unique, quoted where they need it. */
  columns: string[];
}

/** A column of one of the tables, under its own name. */
export interface CatalogColumn {
  name: string;
  /** True where an insert has to give it a value. */
  required: boolean;
}

/** What the catalog says about counting, as plain data. */
export interface TriggerCatalog {
  presetsOid: number;
  recordsOid: number;
  /** Schema and name, quoted where they need it. */
  presetsTable: string;
  recordsTable: string;
  schema: string;
  /** The schemas that belong to these tables: functions of others are not meant for them by their place. */
  schemas: string[];
  /** The count's own name. */
  countName: string;
  columns: { presets: CatalogColumn[]; records: CatalogColumn[] };
  /** The column of `preset_usage` that names the preset, quoted where it needs it. */
  presetColumn: string;
  /** What the count can hold: see `Tables`. */
  countKind: 'integer' | 'bigint' | 'numeric' | 'float';
  triggers: CatalogTrigger[];
  /** The routines that may have to do with either table: those that name one or run SQL of their own making, and those that call or are called by them. */
  functions: CatalogFunction[];
  uniques: CatalogIndex[];
  relations: CatalogRelation[];
  rules: CatalogRule[];
  references: CatalogReference[];
  generated: CatalogGenerated[];
  jobs: CatalogJob[];
  /** True where pg_cron is there and this role may not read its jobs. */
  jobsHidden: boolean;
}
