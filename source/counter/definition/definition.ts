import type { Predicate } from './predicate.ts';

/** A table by its own names, unquoted. */
export interface TableName {
  schema: string;
  table: string;
}

/**
 * A counter: a column of one table that says how many records of another one belong to each row, or the sum of one of their
 * columns. It is redundant, so it can drift. Every name is the catalog's own, unquoted; lists of columns correspond by position.
 */
export interface CounterDefinition {
  /** `schema.table.column` of the count, each part quoted only if SQL needs it: see `counterId`. */
  id: string;
  row: TableName & {
    /** The columns that records refer to; empty if the table has one row, which counts every record. */
    key: readonly string[];
    /** The column with the row's name; null if it is known by its key alone. */
    label: string | null;
    /** The column with the count; of `via`, if there is one. */
    count: string;
    /** A time that each new record sets, such as that of the last use. */
    touched: string | null;
  };
  /** The table with the count, if that is not the row's own: `row` are its columns that refer to the row's key. */
  via: (TableName & { row: readonly string[] }) | null;
  record: TableName & {
    /** The columns that refer to the row's key, or to that of `through`. */
    reference: readonly string[];
    /** The table between records and rows: its `key` is what records refer to, and its `reference` refers to the row's key. */
    through: (TableName & { key: readonly string[]; reference: readonly string[] }) | null;
    /** When a record was made. */
    time: string | null;
    /** What kind of use a record is. */
    kind: string | null;
    /** The user who made it. */
    user: string | null;
    /** Which records count; null for all. */
    where: Predicate | null;
    /** The column that is added up; null if records are counted. */
    amount: string | null;
  };
  /** Whether deleting a record is meant to lower the count. */
  onDelete: 'subtracts' | 'keeps';
  nouns: { row: Noun; record: Noun };
  source: {
    kind: 'built-in' | 'config' | 'trigger' | 'function' | 'foreign-key-and-name';
    /** What speaks for it, in sentences. */
    evidence: readonly string[];
  };
  /** A guess rests on names alone: nothing is written to it unless it is named. */
  confidence: 'certain' | 'likely' | 'guess';
  /** What the catalog says keeps the count. */
  writers: readonly CounterWriter[];
  /** Functions that add to the count besides `writers`, named as those are; left out where none was found. */
  besides?: readonly string[];
  /** What speaks against it, in sentences; left out where nothing does. */
  doubts?: readonly string[];
}

/** Singular and plural. */
export type Noun = readonly [one: string, many: string];

/** A trigger or function that keeps a count. */
export interface CounterWriter {
  kind: 'trigger' | 'function';
  /** Schema, name and a function's arguments, quoted where SQL needs it. */
  name: string;
  /** The events on records for which it writes the count; empty for a function that is called. */
  events: readonly ('insert' | 'update' | 'delete' | 'truncate')[];
}

/** What looks like a counter and cannot be checked. */
export interface NotCheckable {
  id: string;
  table: TableName;
  column: string;
  /** Why, in one sentence. */
  reason: string;
}
