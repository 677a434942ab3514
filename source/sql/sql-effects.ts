/** A name as PostgreSQL folds it: `Presets` is `presets`, `"Presets"` is `Presets`. */
export interface SqlName {
  schema: string | null;
  name: string;
}

/**
 * What a statement does to a column: `adds` and `subtracts` something to or from what the column holds, `counts` sets it to a
 * number of rows, `zero` to 0, `sets` to anything else.
 */
type SqlCountChange = 'adds' | 'subtracts' | 'counts' | 'zero' | 'sets';

export interface SqlColumn {
  name: string;
  how: SqlCountChange;
  /** How much is added or subtracted, where the text says a number; null where it is computed. */
  by?: number | null;
}

/** One thing that a statement does to a table. A MERGE or an upsert is several. */
export interface SqlWrite {
  verb: 'insert' | 'update' | 'delete' | 'truncate' | 'merge' | 'copy';
  /** What becomes of rows: of a `merge` each branch has its own. */
  action: 'insert' | 'update' | 'delete';
  table: SqlName;
  /** Null where all columns are written, or none is named. */
  columns: SqlColumn[] | null;
  /** TRUNCATE ... CASCADE: tables that refer to this one are emptied as well. */
  cascades: boolean;
  /** Where the statement that does it begins, in UTF-16 units of the text that was read. */
  offset: number;
  /** The whole statement. */
  text: string;
}

/** An assignment to a field of a trigger's row; without a column it is the whole row, and what it holds is unknown. */
export interface SqlFieldWrite {
  row: 'new' | 'old';
  column: SqlColumn | null;
  offset: number;
  text: string;
}

export interface SqlCall extends SqlName {
  offset: number;
  /** The arguments that are plain strings, or true and false, in their places. */
  literals: (string | null)[];
  /** True where it is called for what it does: by CALL or PERFORM, or as what a SELECT selects. */
  performed: boolean;
}

interface Created {
  name: SqlName;
  offset: number;
  text: string;
}

/** A statement that makes, drops or switches something that may write. */
export type SqlCreate =
  | (Created & {
      kind: 'function' | 'procedure';
      language: string;
      definer: boolean;
      /** The names of its input arguments' types, as written; functions of one name are told apart by them. */
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
      /** Its columns, each with the column that it shows as it is; a star is not taken apart. */
      columns: { name: string; of: string | null }[];
      reading: SqlReading;
    })
  | (Created & { kind: 'generated'; table: SqlName; reads: string[] })
  | (Created & { kind: 'job'; schedule: string | null; command: string; reading: SqlReading })
  | (Created & { kind: 'drop'; what: string; table: SqlName | null })
  | (Created & {
      kind: 'switch';
      table: SqlName;
      /** `name` is the trigger's; `*` for all of them, `user` for all but the system's. */
      enabled: 'origin' | 'always' | 'replica' | 'disabled';
    });

/** SQL that is put together as it runs. */
interface SqlDynamic {
  offset: number;
  /** The expression. */
  text: string;
  /** The word that it begins with, in lower case, where that is certain. */
  verb: string | null;
  /** The names of the tables that it writes, with `*` for what is not known of them; null where not even that is. */
  tables: string[] | null;
}

/** What a text of SQL does, as far as it can be read. */
export interface SqlReading {
  writes: SqlWrite[];
  fields: SqlFieldWrite[];
  calls: SqlCall[];
  /** The tables and views that it reads, and what WITH calls by a name. */
  reads: SqlName[];
  creates: SqlCreate[];
  /** SQL that is put together as it runs, where its text does not tell what it will be. */
  dynamic: SqlDynamic[];
  /** The fields of a trigger's rows that are named anywhere. */
  rows: { new: string[]; old: string[] };
  /** What else a text does that a caller may have to know. */
  also: SqlAlso[];
  /** The first thing that could not be parsed. What stands around it is read all the same, as far as possible. */
  problem: { message: string; offset: number } | null;
}

/**
 * `raises`: may refuse with an exception; `notifies`: NOTIFY; `program`: COPY ... PROGRAM; `file`: COPY to or from a file;
 * `checkpoints`: CHECKPOINT; `loads`: LOAD; `pastes`: a text that is not known stands in SQL as it is, which was taken for a value.
 */
type SqlAlso = 'raises' | 'notifies' | 'program' | 'file' | 'checkpoints' | 'loads' | 'pastes';

export function emptyReading(): SqlReading {
  return {
    writes: [],
    fields: [],
    calls: [],
    reads: [],
    creates: [],
    dynamic: [],
    rows: { new: [], old: [] },
    also: [],
    problem: null,
  };
}

/** Adds what another text does, with its offsets moved by `place`. */
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
  to.creates.push(...from.creates.map(each => moveCreate(each, place)));
  to.dynamic.push(...moved(from.dynamic));
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
