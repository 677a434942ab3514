import type { Change, Insertion, Place } from '../body/change.ts';
import type { Expression } from '../body/expression.ts';
import type { CatalogTable } from '../catalog.ts';
import type { Link } from './link.ts';

/** What a body does to one column for each record: adds, subtracts, or counts anew. */
export interface Effect {
  kind: 'adds' | 'recounts';
  table: CatalogTable;
  column: string;
  record: CatalogTable;
  /** Null for a table that has one row for all records. */
  link: Omit<Link, 'between'> | null;
  sign: 1 | -1;
  /** The column that is added up; null if records are counted. */
  amount: string | null;
  /** Conditions on the record's own columns, as those of `new` and `old`. */
  conditions: readonly Expression[];
  /** Conditions that do not depend on records, and others that the definition cannot have, in words. */
  doubts: readonly string[];
  /** Columns of the row that a constant finds it by. */
  constants: readonly string[];
  clamped: boolean;
  /** An error in it is caught, and nothing is done about it. */
  swallowed: boolean;
  /** Of a recount: an earlier statement locks the row, so that it sees what others have committed. */
  locked: boolean;
  upsert: boolean;
  /** What a row that was not there begins with, if that is not what its first record adds. */
  begins: string | null;
  /** The record that a function stores beside it; null where it stores none. */
  stored: Insertion | null;
  /** By which states of the record the row is found; empty where every row is written. */
  found: readonly Side[];
  /** The state of the record whose amount is added; null if records are counted. */
  measured: Side | null;
  /** Of a recount: what has to be true of the record before and after the event. */
  when: readonly Expression[];
  /** Of a recount in a function: whether it counts what the function has stored by then, and what it has deleted. */
  follows?: readonly Side[];
  /** What COALESCE guards against NULL. */
  guards: { count: boolean; amount: boolean };
  /** True if it adds once for all records of a statement that belong to a row. */
  once: boolean;
  /** Of a recount: it does not come to 0, because GROUP BY gives no row without records. */
  gone?: boolean;
  /** Of a sum that is made anew: it is NULL where there are no records, and nothing stands for that. */
  bare?: boolean;
  /** Of a sum that is made anew: it is NULL where every amount is NULL, and nothing stands for that. */
  nulls?: boolean;
  /** Of a recount: it comes to NULL where no record counts, because GROUP BY gives no row to a query that is a value. */
  comesToNull?: boolean;
  /** What it adds is NULL, and the count becomes NULL. */
  spoils?: boolean;
  /** See `Change`. `several`: it may lose what others add for the same row. */
  joined?: { statement: number; way: number; several: boolean };
  place: Place;
}

/** The record before the event, or after it. */
export type Side = 'new' | 'old';

/** A change of what looks like a count that no definition can be made of. */
export interface Refusal {
  table: CatalogTable;
  column: string;
  /** A sentence without its place. */
  why: string;
  kind: 'adds' | 'unlogged' | 'array' | 'expression' | 'condition' | 'row';
  /** What is added is this count of another row, as where two rows become one. */
  ofAnotherRow?: boolean;
  place: Place;
}

/** Where a change happens: for an event of a record's table, or where the application calls a function. */
export interface Occasion {
  event: 'insert' | 'update' | 'delete' | 'truncate' | 'call';
  /** The body runs for each record, not once for a statement. */
  eachRow: boolean;
  record: CatalogTable | null;
  /** What a function stores and deletes. */
  insertions: readonly Insertion[];
  /** How many changes the function makes before this one. */
  at?: number;
}

/** Null: it does nothing for a record. */
export type Result = Effect | Refusal | null;

/** Says why no definition can be made of a change. */
export function refusal(change: Change, kind: Refusal['kind'], why: string): Refusal {
  return { table: change.target.table, column: change.column, kind, why, place: change.place };
}
