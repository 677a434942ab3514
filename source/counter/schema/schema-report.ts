/** A column as the catalog declares it. */
export interface ReportedColumn {
  name: string;
  type: string;
  nullable: boolean;
  /** The default as SQL; for a generated column its expression. */
  default: string | null;
  generated: boolean;
  identity: 'always' | 'by default' | null;
  /** False if this role may not read it. */
  readable: boolean;
}

export interface ReportedForeignKey {
  name: string;
  columns: string[];
  /** Schema and name of the other table, quoted where they need it, and its columns. */
  references: { table: string; columns: string[] };
  onDelete: 'NO ACTION' | 'RESTRICT' | 'CASCADE' | 'SET NULL' | 'SET DEFAULT';
  validated: boolean;
}

/** One of the two tables, as the catalog declares it. */
export interface ReportedTable {
  /** Schema and name, quoted where they need it. */
  name: string;
  schema: string;
  table: string;
  kind: 'table' | 'partitioned table' | 'foreign table';
  /** The planner's estimate; -1 if the table was never analyzed. */
  estimatedRows: number;
  columns: ReportedColumn[];
  primaryKey: string[];
  checks: { name: string; definition: string }[];
  foreignKeys: ReportedForeignKey[];
  indexes: { name: string; definition: string; unique: boolean; valid: boolean }[];
  /** Null if it is not partitioned. `partitions` counts those that hold rows. */
  partitioning: { key: string; partitions: number; levels: number; hasDefault: boolean } | null;
  /** Tables that inherit from it without being its partitions: their rows are seen through it. */
  inheritedBy: string[];
}

/** A function or procedure that the application may call for a use. */
interface ReportedRoutine {
  identity: string;
  schema: string;
  kind: 'function' | 'procedure';
  arguments: {
    name: string | null;
    type: string;
    mode: 'in' | 'out' | 'inout' | 'variadic' | 'table';
    hasDefault: boolean;
  }[];
  returns: string | null;
  securityDefiner: boolean;
  language: string;
}

/** Which column plays which part; null if none does. */
export interface SchemaParts {
  key: string;
  label: string | null;
  count: string;
  lastUsed: string | null;
  preset: string;
  time: string | null;
  type: string | null;
}

/** What the catalog says about both tables. Every query of the console is based on it. */
export interface SchemaReport {
  /** The requested schema. */
  schema: string;
  presets: ReportedTable;
  presetUsage: ReportedTable;
  parts: SchemaParts;
  routines: ReportedRoutine[];
  /** Why these tables were chosen, and what this role may not see, in sentences. */
  why: string[];
  hiddenBy: string[];
  /** True if an index leads with the records' preset. */
  countsByIndex: boolean;
}
