/** A column of the records, from the catalog. */
export interface RecordColumn {
  name: string;
  /** Quoted if necessary. */
  quoted: string;
  /** The type as SQL spells it, such as `character varying(40)`. */
  type: string;
  /** The base type of a domain, without a length; the type itself for all others. */
  base: string;
  /** `pg_type.typcategory`, such as N for numbers. */
  category: string;
  /** The labels of an enum, in order; empty for every other type. */
  labels: readonly string[];
  nullable: boolean;
  /** True if the server has a value where an insert gives none. */
  defaults: boolean;
  /** True if that value is a new one each time: the next number, a random UUID. */
  generates: boolean;
  /** False for what only the server computes: a generated column, or an identity that is always generated. */
  writable: boolean;
  /** What the server computes it from; null for a column that is stored as it is written. */
  generated: {
    columns: readonly string[] /** True if that calls functions of the application. */;
    calls: boolean;
  } | null;
  /** True if this role may read it. */
  readable: boolean;
}

/** A unique index: no two records have the same values in all of `columns` and the expressions. */
export interface UniqueIndex {
  name: string;
  columns: readonly string[];
  /** Columns that its expressions are made of. */
  within: readonly string[];
}

/** A foreign key of the records. */
export interface RecordReference {
  columns: readonly string[];
  /** The table that it refers to, quoted, with its schema. */
  table: string;
  /** The columns that it refers to, quoted, by position. */
  keys: readonly string[];
  /** True if this role may read every row of that table. */
  readable: boolean;
}

/** What the catalog says about how a record can be made. */
export interface RecordFacts {
  columns: readonly RecordColumn[];
  unique: readonly UniqueIndex[];
  references: readonly RecordReference[];
  /** The columns of the primary key; empty without one. */
  key: readonly string[];
  /** Constants that check constraints compare a column with, by column. */
  allowed: Readonly<Record<string, readonly string[]>>;
  /** Sequences that an insert advances; a rollback does not undo that. */
  sequences: readonly string[];
}

/** A record as text, by column; NULL is null. */
export type RecordValues = Readonly<Record<string, string | null>>;
