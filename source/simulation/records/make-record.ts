import { canBeFresh, freshValue, simplestValue } from './column-values.ts';
import type {
  RecordColumn,
  RecordFacts,
  RecordReference,
  RecordValues,
  UniqueIndex,
} from './record-facts.ts';

/** What decides the values of a record that is made. */
export interface RecordWishes {
  /** What the record must hold: its reference to the row, the condition, the amount. */
  fixed: RecordValues;
  /** The column that names the user, and the user. */
  user: { column: string; id: string | null } | null;
  /** The values of an existing record to copy from; empty if the table has no records. */
  sample: RecordValues;
  /** A value of what each foreign key refers to, by column. */
  referenced: RecordValues;
}

/**
 * A record: what it must hold, and values for the columns that must have one, from the sample, from what a foreign key refers to, or
 * by type. With `all`, it holds whatever the sample holds too. What is missing is left to the server.
 */
export function makeRecord(
  facts: RecordFacts,
  { fixed, user, sample, referenced }: RecordWishes,
  { all = false }: { all?: boolean } = {},
): RecordValues {
  const values: Record<string, string | null> = {};
  for (const column of facts.columns) {
    const { name, writable, nullable, defaults } = column;
    const wished = fixed[name];
    if (!writable) continue;
    if (wished !== undefined) values[name] = wished;
    else if (name === user?.column && user.id !== null) values[name] = user.id;
    else if (isUnique(facts, name) && canBeFresh(column) && !referenceOf(facts, column)) {
      if (!nullable && !defaults) values[name] = freshValue(column, sample[name] ?? null);
    } else if (!nullable && !defaults) {
      values[name] = sample[name] ?? referenced[name] ?? simplestValue(column);
    } else if (all && sample[name] !== undefined && !isUnique(facts, name)) values[name] = sample[name];
  }
  return values;
}

function isUnique({ unique }: RecordFacts, name: string): boolean {
  return unique.some(({ columns, within }) => [...columns, ...within].every(each => each === name));
}

/** How a second record with the same values is kept from being refused by a unique index. */
export type Variation =
  /** Nothing needs to be done: something in it is new anyway, or NULL. */
  | { kind: 'none' }
  /** These columns get new values. */
  | { kind: 'fresh'; column: string }
  /** This column gets another value of those that a foreign key allows, or that records hold. */
  | { kind: 'other'; column: string; reference: RecordReference | null }
  /** Nothing in it may be changed. */
  | { kind: 'impossible' };

/**
 * How records with `values` differ in a unique index. `kept` are the columns that may not be changed: what must be held, and a user
 * who was asked for.
 */
export function variationOf(
  facts: RecordFacts,
  index: UniqueIndex,
  values: RecordValues,
  kept: ReadonlySet<string>,
): Variation {
  const named = (names: readonly string[]) =>
    names.flatMap(name => facts.columns.filter(each => each.name === name));
  const compared = named(index.columns);
  const isNew = ({ name, generates }: RecordColumn) => values[name] === undefined && generates;
  const isNull = ({ name, defaults }: RecordColumn) =>
    values[name] === null || (values[name] === undefined && !defaults);
  const all = [...compared, ...named(index.within)];
  if (all.some(isNew) || compared.some(isNull) || all.every(isNull)) return { kind: 'none' };
  const free = all.filter(({ name, writable }) => writable && !kept.has(name));
  const own = free.find(column => canBeFresh(column) && !referenceOf(facts, column));
  if (own) return { kind: 'fresh', column: own.name };
  const [other] = free.sort(
    (a, b) => Number(referenceOf(facts, b) !== null) - Number(referenceOf(facts, a) !== null),
  );
  return other
    ? { kind: 'other', column: other.name, reference: referenceOf(facts, other) }
    : { kind: 'impossible' };
}

/** The foreign key that a column belongs to: one of that column alone before one of several. */
export function referenceOf(
  { references }: Pick<RecordFacts, 'references'>,
  { name }: Pick<RecordColumn, 'name'>,
): RecordReference | null {
  const own = references.filter(({ columns }) => columns.includes(name));
  return own.find(({ columns }) => columns.length === 1) ?? own[0] ?? null;
}

/** Foreign keys that a record of this row must not copy from a sample of another row, which may belong to another tenant. */
export function strangeTo(
  refers: RecordValues,
  sample: RecordValues,
  { references }: Pick<RecordFacts, 'references'>,
): RecordReference[] {
  return references.filter(({ columns }) =>
    columns.some(name => refers[name] !== undefined && sample[name] !== refers[name]),
  );
}

/** A sample without what it holds in foreign keys, but for the columns that refer to the row. */
export function withoutKeys(
  sample: RecordValues,
  keys: readonly RecordReference[],
  refers: RecordValues,
): RecordValues {
  const dropped = new Set(keys.flatMap(({ columns }) => columns));
  return Object.fromEntries(
    Object.entries(sample).filter(([name]) => !dropped.has(name) || refers[name] !== undefined),
  );
}

/** The values with a new one in each of `columns`. */
export function freshened(facts: RecordFacts, values: RecordValues, columns: Iterable<string>): RecordValues {
  const changed = { ...values };
  for (const name of columns) {
    const column = facts.columns.find(each => each.name === name);
    if (column) changed[name] = freshValue(column, values[name] ?? null);
  }
  return changed;
}
