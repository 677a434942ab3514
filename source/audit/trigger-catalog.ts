/** A row of `pg_trigger`, with what it refers to spelled out. */
export interface CatalogTrigger {
  name: string;
  tableOid: number;
  /** Schema and name, quoted where they need it. */
  table: string;
  /** `tgenabled`: O origin, A always, R replica, D disabled. */
  enabled: 'O' | 'A' | 'R' | 'D';
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
}

/** A unique index of `preset_usage` other than its primary key. */
export interface CatalogIndex {
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
  /** What function texts call the table of presets and its count. */
  names: { tables: string[]; count: string };
  columns: { presets: CatalogColumn[]; records: CatalogColumn[] };
  /** The column of `preset_usage` that names the preset. */
  presetColumn: string;
  triggers: CatalogTrigger[];
  functions: CatalogFunction[];
  uniques: CatalogIndex[];
}
