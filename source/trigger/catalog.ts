import type { SqlReading } from '../sql/sql-effects.ts';
import type { MigrationFit } from './migration/fit.ts';

/** A row of `pg_trigger`, with what it refers to spelled out. */
export interface CatalogTrigger {
  name: string;
  tableOid: number;
  /** Schema and name, quoted if necessary. */
  table: string;
  /** `tgenabled`: O origin, A always, R replica, D disabled. */
  enabled: 'O' | 'A' | 'R' | 'D';
  /** Partitions (schema and name) whose copy of it does not fire for the application. Only row triggers have copies. */
  offIn: string[];
  /** The bits of `tgtype`. */
  type: number;
  /** True if it has a WHEN clause. */
  condition: boolean;
  /** The columns after `UPDATE OF`, quoted if necessary; empty means any column. */
  updateOf: string[];
  /** The transition table's name, if it has one. */
  newTable: string | null;
  functionOid: number;
  definition: string;
}

export interface CatalogFunction {
  oid: number;
  schema: string;
  name: string;
  /** Schema, name and argument types, quoted if necessary. */
  identity: string;
  source: string;
  /** Such as `plpgsql`. */
  language: string;
  /** False for an untrusted language, in which a function can do anything that the server process can. */
  trusted: boolean;
  kind: 'function' | 'procedure';
  /** The types of its arguments, such as `uuid, text`. */
  identityTypes: string;
  /** SECURITY DEFINER. */
  definer: boolean;
  /** The `search_path=…` setting, if it has one. */
  searchPath: string | null;
  isTrigger: boolean;
  /** What follows its name in CREATE FUNCTION, and what it returns; null for a procedure. */
  arguments: string;
  result: string | null;
  owner: string;
  /** Who besides the owner may execute it; null is PUBLIC. */
  executors: (string | null)[];
  /** What its body does. */
  reading: SqlReading;
}

/** A role's right to write a table; null is PUBLIC. */
export interface CatalogGrant {
  role: string | null;
  /** Such as `INSERT`; a right to only some columns counts too. */
  privileges: string[];
}

/** A policy for INSERT, UPDATE or DELETE. */
export interface CatalogPolicy {
  event: string;
  permissive: boolean;
  /** Null is everyone. */
  roles: (string | null)[];
  /** True if its condition is `false`. */
  closed: boolean;
}

/** A role that is no superuser, if it is a member of others or policies do not apply to it. */
export interface CatalogRole {
  name: string;
  bypass: boolean;
  /** The roles whose rights it has without SET ROLE. */
  has: string[];
}

/** One of the two tables, a view of one, a relation that shares a name with one, or one with a trigger or rule. */
export interface CatalogRelation {
  oid: number;
  schema: string;
  name: string;
  /** Schema and name, quoted if necessary. */
  table: string;
  /** True if its unqualified name finds it; then definitions printed by the server leave out the schema. */
  visible: boolean;
  kind: 'table' | 'view';
  owner: string;
  grants: CatalogGrant[];
  /** The policies for writes; null if row-level security is off. */
  policies: CatalogPolicy[] | null;
  /** True for a view with security_invoker: it needs its caller's rights on the table. */
  invoker: boolean;
  /** The query of a view that shows one of the two tables, directly or through other views. */
  view: { reading: SqlReading; inserts: boolean; updates: boolean; deletes: boolean } | null;
}

/** A row of `pg_rewrite` that does not define a view. */
export interface CatalogRule {
  name: string;
  tableOid: number;
  enabled: 'O' | 'A' | 'R' | 'D';
  definition: string;
  reading: SqlReading;
}

/** A foreign key that, when a row is deleted, deletes or changes the rows that refer to it. */
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

/** A unique index of the records other than its primary key. */
interface CatalogIndex {
  name: string;
  definition: string;
  /** The columns it keeps unique, quoted if necessary. */
  columns: string[];
}

/** A column of one of the tables, under its own name. */
export interface CatalogColumn {
  name: string;
  /** True if an insert must set it. */
  required: boolean;
}

/** How replication and partitions decide which triggers fire. */
export interface CatalogReplication {
  /** The number of partitions of the records that hold rows; 0 if they are not partitioned. */
  partitions: number;
  /** True if a subscription brings the records, and not the presets. */
  subscribed: boolean;
  /** Roles whose sessions begin with `session_replication_role = replica`. */
  replicaRoles: string[];
  /** True if every session of this database does. */
  replicaEverywhere: boolean;
}

/** What the catalog says about counting, as plain data. */
export interface TriggerCatalog {
  presetsOid: number;
  recordsOid: number;
  /** Schema and name, quoted if necessary. */
  presetsTable: string;
  recordsTable: string;
  schema: string;
  /** The schemas that belong to these tables; a function in another schema is not assumed to be meant for them. */
  schemas: string[];
  /** The count's own name. */
  countName: string;
  columns: { presets: CatalogColumn[]; records: CatalogColumn[] };
  /** The column of the records that refers to the preset, quoted if necessary. */
  presetColumn: string;
  /** What the count can hold: see `Tables`. */
  countKind: 'integer' | 'bigint' | 'numeric' | 'float';
  triggers: CatalogTrigger[];
  /** The routines that may write either table: they name one or run dynamic SQL, or call or are called by such routines. */
  functions: CatalogFunction[];
  uniques: CatalogIndex[];
  relations: CatalogRelation[];
  /** Who may write the count by a grant on presets or on its column. */
  countGrants: CatalogGrant[];
  roles: CatalogRole[];
  rules: CatalogRule[];
  references: CatalogReference[];
  generated: CatalogGenerated[];
  jobs: CatalogJob[];
  /** True if pg_cron is installed and this role may not read its jobs. */
  jobsHidden: boolean;
  /** The database in which pg_cron keeps its jobs, if it is another one: they were not read. */
  jobsElsewhere: string | null;
  replication: CatalogReplication;
  /** How the shipped migration would act here; null if it is not written for these tables. */
  fit: MigrationFit | null;
}
