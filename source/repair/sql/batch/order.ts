import type { Tables } from '../../../counter/discovery/tables.ts';
import type { Quantity } from '../../../counter/quantity.ts';
import { isNamedBy } from '../../../counter/writing/written-row.ts';
import type { RecordPlaces, RecordValues } from '../records/found-records.ts';

/** How one row changes: the count it has when it is locked, plus `delta`. */
export interface RowOrder {
  id: string;
  delta: Quantity;
  /** undo: the count was NULL, and becomes NULL again if it is 0. */
  nullIfZero: boolean;
  /** Sets the time of the last use to `to`, unless it differs from `from`: then a use has come in between. */
  lastUsed: { from: string | null; to: string | null } | null;
  /** The other table has no row for it: one is added, with a count of 0. */
  adds?: boolean;
}

/** One transaction of a repair. */
export interface BatchOrder {
  rows: RowOrder[];
  /** Exactly these versions of records are deleted. */
  deletes: RecordPlaces[];
  /** Deletes all records of these rows instead, unless another transaction was committed since they were read. */
  whole?: WholeDeletion | null;
  inserts: RecordValues[];
  /** By TRUNCATE, if these are all the records there are. */
  truncate: boolean;
  /** Waits for a row up to lock_timeout; otherwise a held row fails at once. */
  wait: boolean;
  /** Keeps triggers from firing, and checks the references of inserted records itself. */
  quiet: boolean;
  /** Once everything is written, undoes it for a moment, with so many records of each row; 0 or left out if it does not. */
  plays?: number;
}

/** The deletion of everything that rows have. */
export interface WholeDeletion {
  /** In which their records were read. */
  snapshot: string;
  /** Records of each to try the undo with. */
  played: RecordValues[];
  /** The transaction of the same repair before this one, which deleted records of other rows and may have been committed since; null or left out if none. */
  beside?: string | null;
}

/** How many records an order deletes. */
export function deletedBy({ deletes }: Pick<BatchOrder, 'deletes'>): number {
  return deletes.reduce((sum, { number }) => sum + number, 0);
}

/** What the text of the block depends on. */
export interface BlockShape extends Pick<BatchOrder, 'truncate' | 'wait' | 'quiet' | 'plays' | 'whole'> {
  deletes: readonly unknown[];
  inserts: readonly unknown[];
  setsLastUsed: boolean;
  /** Adds rows to the other table. */
  adds: boolean;
}

/** SQL for the ordered rows. Everything names its schema, because some of it runs under the role's own search_path. */
export const givenRows = "pg_catalog.jsonb_array_elements(given OPERATOR(pg_catalog.->) 'rows')";

/** SQL for the keys of the ordered rows. */
export function idsOf({ presets }: Tables): string {
  return `(SELECT (o.value OPERATOR(pg_catalog.->>) 'id')::${presets.keyType} FROM ${givenRows} o)`;
}

/** SQL for the id of an ordered row `o`. */
export const givenId = `(o.value OPERATOR(pg_catalog.->>) 'id')`;

/** SQL for whether a row `p` of the table with the counts is the ordered row `o`. */
export function isGiven({ written }: Tables): string {
  return isNamedBy(written.keys, 'p', givenId);
}
