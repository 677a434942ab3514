/** A name as PostgreSQL folds it: `Presets` becomes `presets`, `"Presets"` becomes `Presets`. */
export interface SqlName {
  schema: string | null;
  name: string;
}

/**
 * How a statement changes a column: `adds` to its value or `subtracts` from it, `counts` sets it to a number of rows, `zero` to
 * 0, and `sets` to anything else.
 */
type SqlCountChange = 'adds' | 'subtracts' | 'counts' | 'zero' | 'sets';

export interface SqlColumn {
  name: string;
  how: SqlCountChange;
  /** How much is added or subtracted if it is a literal number; null if it is computed. */
  by?: number | null;
  /** Set if that also depends on the value: `null` if NULL becomes a number, `value` for any other limit, such as greatest(). */
  limited?: 'null' | 'value';
}

/** A value by its position in a row. */
export interface SqlPosition extends SqlColumn {
  /** True for a number that is written out and is not 0. */
  number: boolean;
}

/** One effect of a statement on a table. A MERGE or an upsert has several. */
export interface SqlWrite {
  verb: 'insert' | 'update' | 'delete' | 'truncate' | 'merge' | 'copy';
  /** What happens to rows; each branch of a `merge` has its own. */
  action: 'insert' | 'update' | 'delete';
  table: SqlName;
  /** Null if all columns are written, or none is named. */
  columns: SqlColumn[] | null;
  /** An INSERT that names no columns and takes the rows of a query as they are: `INSERT INTO a SELECT * FROM b`. */
  whole?: boolean;
  /** What an INSERT that names no columns gives to each of them in turn; `name` is what a query calls it, or empty. */
  positions?: SqlPosition[];
  /** TRUNCATE ... CASCADE: tables that refer to this one are emptied too. */
  cascades: boolean;
  /** Where the statement begins, in UTF-16 units of the text that was read. */
  offset: number;
  /** The whole statement. */
  text: string;
}

/** An assignment to a field of a trigger's row; without a column, to the whole row, with an unknown value. */
export interface SqlFieldWrite {
  row: 'new' | 'old';
  column: SqlColumn | null;
  offset: number;
  text: string;
}

export interface SqlCall extends SqlName {
  offset: number;
  /** The arguments that are plain strings, or true and false, at their positions. */
  literals: (string | null)[];
  /** True if it is called for its effects: by CALL or PERFORM, or as a column of a SELECT. */
  performed: boolean;
}

/**
 * One side of an equality: a column, or a value that functions compute without a column. `keys` are what `->` and `->>` take
 * from it, and `names` are names without a table, which may be variables.
 */
export type SqlTerm = { kind: 'column'; table: SqlName | null; column: string } | SqlValue;

export interface SqlValue {
  kind: 'value';
  calls: Pick<SqlCall, 'schema' | 'name' | 'literals'>[];
  /** The outermost first: of `a -> 'b' ->> 'c'`, c and b. */
  keys: string[];
  names: string[];
}

/** Two terms that a statement compares with `=` or IN, or of which it stores one in the other. */
export interface SqlEquality {
  left: SqlTerm;
  right: SqlTerm;
}

interface Created {
  name: SqlName;
  offset: number;
  text: string;
}

/** A statement that creates, drops or switches something that may write. */
export type SqlCreate =
  | (Created & {
      kind: 'function' | 'procedure';
      language: string;
      definer: boolean;
      /** The types of its input arguments, as written; they distinguish functions with the same name. */
      arguments: string[];
      /** What its body does; offsets are those of the whole text. */
      reading: SqlReading;
    })
  | (Created & { kind: 'do'; language: string; reading: SqlReading })
  | (Created & {
      kind: 'trigger';
      table: SqlName;
      timing: 'BEFORE' | 'AFTER' | 'INSTEAD OF';
      events: ('INSERT' | 'UPDATE' | 'DELETE' | 'TRUNCATE')[];
      level: 'row' | 'statement';
      updateOf: string[];
      condition: boolean;
      function: SqlName;
    })
  | (Created & {
      kind: 'rule';
      table: SqlName;
      event: string;
      instead: boolean;
      reading: SqlReading;
    })
  | (Created & {
      kind: 'view';
      from: SqlName[];
      /** Its columns, each with the column that it shows unchanged; a star is not expanded. */
      columns: { name: string; of: string | null }[];
      reading: SqlReading;
    })
  | (Created & { kind: 'generated'; table: SqlName; reads: string[] })
  /** A table with its columns in order, or one that gets more of them. */
  | (Created & { kind: 'table'; columns: string[]; adds: boolean })
  /** CREATE TABLE AS and SELECT INTO, with what they store; null for columns that a star stands for. */
  | (Created & { kind: 'filled'; columns: SqlColumn[] | null })
  | (Created & { kind: 'job'; schedule: string | null; command: string; reading: SqlReading })
  | (Created & { kind: 'drop'; what: string; table: SqlName | null })
  | (Created & {
      kind: 'switch';
      table: SqlName;
      /** `name` is the trigger's; `*` for all of them, `user` for all but the system's. */
      enabled: 'origin' | 'always' | 'replica' | 'disabled';
    });

/** Dynamic SQL. */
interface SqlDynamic {
  offset: number;
  /** The expression. */
  text: string;
  /** The word that it begins with, in lower case, if that is certain. */
  verb: string | null;
  /** The names of the tables that it writes, with `*` for unknown parts; null if nothing is known. */
  tables: string[] | null;
}

/** A name that is found by the search_path if it has no schema; that of a `query` of WITH is found before any other. */
export interface SqlNamed extends SqlName {
  what: 'type' | 'operator' | 'relation' | 'query';
}

/** What SQL does, as far as it can be read. */
export interface SqlReading {
  writes: SqlWrite[];
  fields: SqlFieldWrite[];
  calls: SqlCall[];
  /** The tables and views that it reads, and the names of WITH queries. */
  reads: SqlName[];
  equals: SqlEquality[];
  /** What `->` and `->>` take from a value that functions give. */
  lookups: SqlValue[];
  /** What a function returns, or a query of one column selects. */
  gives: SqlTerm[];
  creates: SqlCreate[];
  /** Dynamic SQL whose text is not fully known. */
  dynamic: SqlDynamic[];
  /** What else it names: types, operators, relations in strings, and the queries of WITH. */
  named: SqlNamed[];
  /** The fields of a trigger's rows that are named anywhere. */
  rows: { new: string[]; old: string[] };
  /** What else it does that a caller may need to know. */
  also: SqlAlso[];
  /** The first thing that could not be parsed. What surrounds it is still read, as far as possible. */
  problem: { message: string; offset: number } | null;
}

/**
 * `raises`: may raise an exception; `notifies`: NOTIFY; `program`: COPY ... PROGRAM; `file`: COPY to or from a file;
 * `checkpoints`: CHECKPOINT; `loads`: LOAD; `pastes`: unknown text is pasted into SQL unquoted, and was assumed to be a value;
 * `role`: asks for the current user.
 */
type SqlAlso = 'raises' | 'role' | 'notifies' | 'program' | 'file' | 'checkpoints' | 'loads' | 'pastes';

export function emptyReading(): SqlReading {
  return {
    writes: [],
    fields: [],
    calls: [],
    reads: [],
    equals: [],
    lookups: [],
    gives: [],
    creates: [],
    dynamic: [],
    named: [],
    rows: { new: [], old: [] },
    also: [],
    problem: null,
  };
}

/** Adds the effects of another text, with its offsets moved by `place`. */
export function addReading(
  to: SqlReading,
  from: SqlReading,
  place: (offset: number) => number = same => same,
): void {
  const moved = <T extends { offset: number }>(list: readonly T[]) =>
    list.map(each => ({ ...each, offset: place(each.offset) }));
  to.writes.push(...moved(from.writes));
  to.fields.push(...moved(from.fields));
  to.calls.push(...moved(from.calls));
  to.reads.push(...from.reads);
  to.equals.push(...from.equals);
  to.lookups.push(...from.lookups);
  to.gives.push(...from.gives);
  to.creates.push(...from.creates.map(each => moveCreate(each, place)));
  to.dynamic.push(...moved(from.dynamic));
  to.named.push(...from.named);
  for (const row of ['new', 'old'] as const) {
    for (const each of from.rows[row]) if (!to.rows[row].includes(each)) to.rows[row].push(each);
  }
  for (const each of from.also) if (!to.also.includes(each)) to.also.push(each);
  if (from.problem) to.problem ??= { ...from.problem, offset: place(from.problem.offset) };
}

function moveCreate(create: SqlCreate, place: (offset: number) => number): SqlCreate {
  const offset = place(create.offset);
  if (!('reading' in create)) return { ...create, offset };
  const reading = emptyReading();
  addReading(reading, create.reading, place);
  return { ...create, offset, reading };
}
