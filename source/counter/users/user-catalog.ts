import type { SqlReading } from '../../sql/sql-effects.ts';

/** A column of a table that a user may be looked up in. */
export interface UserColumn {
  name: string;
  quoted: string;
  type: string;
  /** True if a unique index allows each of its values only once. */
  unique: boolean;
}

export interface UserTable {
  oid: number;
  schema: string;
  name: string;
  /** Schema and name, quoted if necessary. */
  table: string;
  columns: UserColumn[];
  /** True if this role may read all of its rows. */
  readable: boolean;
  /** The query of a view. */
  view: SqlReading | null;
}

/** A column of one table that refers to a column of another. */
export interface UserReference {
  from: number;
  column: string;
  to: number;
  key: string;
}

/** A text that may say who a user is: a policy or a trigger function of a table, another function, a view. */
export interface UserText {
  /** The table that it belongs to; null for a function. */
  table: number | null;
  /** A function's name; null for any other text. */
  routine: { schema: string; name: string } | null;
  /** The schemas in which its names are looked up; null if the caller decides. */
  path: readonly string[] | null;
  reading: SqlReading;
}

/** What the catalog says about the users of the records. */
export interface UserCatalog {
  records: number;
  tables: UserTable[];
  references: UserReference[];
  texts: UserText[];
}
