import { AsyncLocalStorage } from 'node:async_hooks';
import { presetNames } from '../counter/definition/preset-names.ts';

/** The counter that a scan is about, by its names in the database. */
export interface ScanSubject {
  /** Its id; null for that of presets. */
  counter: string | null;
  /** The table with the count, and the column. */
  table: string;
  column: string;
  /** The table of the records; null if it is not known. */
  records: string | null;
  /** The columns with which a record refers to its row; empty if they are not known. */
  reference: readonly string[];
  /** What a row and a record are called, singular and plural. */
  nouns: { row: readonly [string, string]; record: readonly [string, string] };
  /** What the database says writes the count, by names without schema and arguments; left out where it was not asked. */
  writers?: {
    /** The triggers that keep it, and functions that store the record too. */
    triggers: readonly string[];
    functions: readonly string[];
    /** Functions that add to it besides these. */
    besides: readonly string[];
    /** Functions that sound as if they wrote the count, but do not: the database knows their bodies. */
    innocent?: readonly string[];
  };
}

/** The names of a counter as texts and code may spell them. The patterns are sources of regular expressions. */
export interface ScanNames extends ScanSubject {
  /** Whether a name, without schema, quotes, case and underscores, is the column or one of the tables. */
  isColumn: (plain: string) => boolean;
  isTable: (plain: string) => boolean;
  isRecords: (plain: string) => boolean;
  /** The trigger and the function that should count, and what the application should call; null if nothing says which. */
  own: { trigger: string; function: string; track: string } | null;
  patterns: {
    column: string;
    table: string;
    /** The table or its model, which is named in the singular. */
    tables: string;
    /** What names the row within a longer name. */
    row: string;
    records: string;
    reference: string;
    /** The function that the application should call. */
    track: string;
  };
}

const ofPresets: ScanNames = {
  counter: null,
  table: presetNames.rows,
  column: presetNames.count,
  records: presetNames.records,
  reference: [presetNames.reference],
  nouns: { row: ['preset', 'presets'], record: ['record', 'records'] },
  own: {
    trigger: presetNames.trigger,
    function: presetNames.triggerFunction,
    track: presetNames.track,
  },
  isColumn: plain => plain === 'usagecount',
  isTable: plain => /^presets?$/.test(plain),
  isRecords: plain => /^presets?usages?$/.test(plain),
  patterns: {
    column: 'usage_?count',
    table: 'presets',
    tables: 'presets?',
    row: 'preset',
    records: 'preset_?usages?',
    reference: presetNames.reference,
    track: presetNames.track,
  },
};

// What no text holds.
const never = '(?!)';

/** The names of any counter, made from its definition or its configuration. */
export function namesOf(subject: ScanSubject): ScanNames {
  const { counter, table, column, records, reference, writers } = subject;
  if (counter === null) return writers ? { ...ofPresets, writers } : ofPresets;
  const [tables, logged] = [formsOf(table), records === null ? [] : formsOf(records)];
  const plain = (name: string) => name.toLowerCase().replaceAll(/[\s_-]/g, '');
  const pattern = (names: readonly string[]) =>
    names.length === 0
      ? never
      : `(?:${names.map(each => each.split('_').map(escaped).join('_?')).join('|')})`;
  return {
    ...subject,
    own: null,
    isColumn: name => name === plain(column),
    isTable: name => tables.some(each => plain(each) === name),
    isRecords: name => logged.some(each => plain(each) === name),
    patterns: {
      column: pattern([snake(column)]),
      table: pattern([snake(table)]),
      tables: pattern(tables),
      row: pattern([tables.at(-1) ?? '']),
      records: pattern(logged),
      reference: pattern(reference.map(snake)),
      track: never,
    },
  };
}

/** A table's name, and in the singular as a model has it; the longest first, the singular last. */
function formsOf(name: string): string[] {
  const own = snake(name);
  const one = singular(own);
  return one === own || one === '' ? [own] : [own, one];
}

/** A word in lower case in the singular, as far as its ending tells. */
export function singular(word: string): string {
  return word
    .replace(/ies$/, 'y')
    .replace(/(ss|sh|ch|x|z)es$/, '$1')
    .replace(/(?<!s)s$/, '');
}

function snake(name: string): string {
  return name.replaceAll(/([a-z0-9])([A-Z])/g, '$1_$2').toLowerCase();
}

function escaped(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
}

const scanned = new AsyncLocalStorage<ScanNames>();

/** The names of the counter that is being scanned for. */
export function names(): ScanNames {
  return scanned.getStore() ?? ofPresets;
}

const noWriters: NonNullable<ScanSubject['writers']> = { triggers: [], functions: [], besides: [] };

/** What the database says writes that counter; nothing where it was not asked. */
export function writersKnown(): NonNullable<ScanSubject['writers']> {
  return names().writers ?? noWriters;
}

/** Runs a scan for `subject`: everything below it takes its names from `names()`. */
export function scanningFor<Result>(subject: ScanSubject | null, work: () => Result): Result {
  return subject === null ? work() : scanned.run(namesOf(subject), work);
}

/** What depends on the names of the counter, such as a regular expression with them in it, made once for each counter. */
export function withNames<Made extends object>(make: (patterns: ScanNames['patterns']) => Made): () => Made {
  const made = new WeakMap<ScanNames, Made>();
  return () => {
    const own = names();
    let found = made.get(own);
    if (!found) {
      found = make(own.patterns);
      made.set(own, found);
    }
    return found;
  };
}

/** The same with the column's name alone, exactly as the database has it. */
export function withColumn(make: (column: string) => RegExp): () => RegExp {
  const made = new Map<string, RegExp>();
  return () => {
    const { column } = names();
    let found = made.get(column);
    if (!found) {
      found = make(escaped(column));
      made.set(column, found);
    }
    return found;
  };
}
