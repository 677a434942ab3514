import type { CatalogTable } from '../catalog.ts';
import type { Expression, OuterJoin, Source } from './expression.ts';

/** A body sets a column of a table's row. */
export interface Change {
  target: Source;
  column: string;
  value: Expression;
  /** What is true where it happens: the way through the body, and which row it is. */
  conditions: readonly Expression[];
  /** `conditions`, with those that are true because no error was raised, where those were left out of it. */
  way?: readonly Expression[];
  verb: 'update' | 'upsert' | 'assign';
  /** Of an upsert: what the column of a row that was not there begins with. */
  begins?: Expression;
  /** UPDATE joins the row with one alone of the rows that UNION or VALUES gives for it: which of them this is. */
  joined?: { statement: number; way: number };
  /** It happens only for rows for which a query with GROUP BY finds any of these. */
  groups?: readonly Source[];
  /** What the joined queries are grouped by: where the row does not fix all of these, UPDATE takes one of several groups. */
  by?: readonly Expression[];
  /** It happens in a loop, so perhaps several times. */
  repeated: boolean;
  /** See `outer` of a row: joins of the statement, and of the queries of the loops around. */
  outer?: readonly OuterJoin[];
  /** What the loops around go through, the innermost first. */
  rounds?: readonly Round[];
  /** It stands in a block whose handler neither raises the error again nor writes a count. */
  swallowed?: boolean;
  /** The body fails if no row is found: by IF NOT FOUND THEN RAISE, or by STRICT. */
  demanded?: boolean;
  /** The row is locked by an earlier statement of the body, so that others wait before this one begins. */
  locked?: boolean;
  /** The functions in which it happens, by their oids: the one whose statement it is, then what calls that. */
  within?: number[];
  /** A call may mean the routine in which it stands, or another one: which call that is, as the end of a sentence. */
  unclear?: string;
  /** What speaks against taking it for one of each record. */
  doubt?: string;
  place: Place;
}

/** What a loop goes through: rows of these sources, or one for each combination of what they are grouped `by`. */
export interface Round {
  sources: readonly Source[];
  by: readonly Expression[] | null;
}

/** A body inserts a row, or deletes one. */
export interface Insertion {
  source: Source;
  table: CatalogTable;
  values: readonly { column: string; value: Expression }[];
  conditions: readonly Expression[];
  /** Those of `conditions` that are about the way through the body, not about the row. */
  path: readonly Expression[];
  /** `path`, with what was left out of it as of `way` of a change. */
  way?: readonly Expression[];
  /** The statement may meet any number of rows. */
  several: boolean;
  /** It happens in a loop. */
  repeated: boolean;
  /** How many changes the body makes before it. */
  after: number;
  /** Where it happens: the same object as that of the changes of its statement. */
  place: Place;
  /** What happens where such a row is there already, by ON CONFLICT. */
  otherwise?: 'nothing' | 'update';
}

/** A line of a routine; 0 where the language has no lines of its own. */
export interface Place {
  routine: string;
  line: number;
}

/** A place as the subject of a sentence. */
export function placeText({ routine, line }: Place): string {
  return line === 0 ? routine : `Line ${line} of ${routine}`;
}

/** What a body does to tables. */
export interface Outcome {
  changes: Change[];
  insertions: Insertion[];
  /** The conditions on the way that are true because no error was raised: what they refuse is not there. */
  unraised: Set<Expression>;
  /** An error may be raised that is not caught. */
  refuses: boolean;
  /** RETURN NULL may keep a record from being stored, changed or deleted. */
  vetoes: boolean;
  /** Tables of which it deletes rows. */
  emptied: CatalogTable[];
  /** Where it writes what is no table that was read, such as a view. */
  elsewhere: Place[];
  /** What else it does, in words: whatever is not known to change nothing. `table` is where, if it inserts into a table. */
  more: { does: string; table: CatalogTable | null }[];
  /** Where `vetoes` is so, and what is true there. */
  cancels: { place: Place; conditions: readonly Expression[]; gives: 'NULL' | 'OLD' }[];
  /** Where it runs SQL that is not known before it runs. */
  dynamic: { place: Place; text: Expression; table: string | null }[];
  /** Routines that could not be read, each with the reason. */
  problems: { routine: string; message: string }[];
}

export function emptyOutcome(): Outcome {
  return {
    changes: [],
    insertions: [],
    unraised: new Set(),
    refuses: false,
    vetoes: false,
    emptied: [],
    elsewhere: [],
    more: [],
    cancels: [],
    dynamic: [],
    problems: [],
  };
}
