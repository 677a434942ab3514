import * as z from 'zod/mini';
import { presetNames } from '../definition/preset-names.ts';
import { visibility } from '../discovery/visibility.ts';
import { type Operators, operators } from '../operators.ts';

const column = z.object({
  number: z.number(),
  name: z.string(),
  quoted: z.string(),
  type: z.string(),
  /** The oid of its type, if that is not one of PostgreSQL's own and may have operators of its own. */
  foreignType: z.nullable(z.string()),
  /** The type without a length or precision; empty unless it was asked for. */
  plainType: z._default(z.string(), ''),
  kind: z.string(),
  category: z.string(),
  domain: z.boolean(),
  collation: z.string(),
  readable: z.boolean(),
});

const index = z.object({
  /** The numbers of its columns; 0 is an expression. */
  numbers: z.array(z.number()),
  /** How each of those that are compared is ordered: 1 is descending, 2 NULLS FIRST, 3 both. */
  options: z.array(z.number()),
  /** How many of the columns are compared; the others are only kept in it. */
  compared: z.number(),
  unique: z.boolean(),
  primary: z.boolean(),
  btree: z.boolean(),
  valid: z.boolean(),
  ready: z.boolean(),
  /** False if it leaves rows out. */
  whole: z.boolean(),
});

const reference = z.object({ number: z.number(), table: z.number(), named: z.string(), target: z.string() });

const json = z.pipe(
  z.string(),
  z.transform((text): unknown => JSON.parse(text)),
);

const row = z.object({
  oid: z.number(),
  wanted: z.nullable(z.enum([presetNames.rows, presetNames.records])),
  table: z.string(),
  schema: z.string(),
  name: z.string(),
  kind: z.string(),
  definition: z.nullable(z.string()),
  reads: z.pipe(json, z.array(z.number())),
  readable: z.boolean(),
  /** False if this role lacks USAGE on its schema: then no right on the table is of any use. */
  reachable: z.boolean(),
  /** True if reading it may call functions that are not PostgreSQL's own: in its indexes, checks or partitions. */
  calls: z.boolean(),
  ...visibility.shape,
  estimate: z.number(),
  /** True if the catalog has to be asked whether a part of it lies on another server, even where its size is known. */
  unsure: z.boolean(),
  /** The size of the table itself in bytes; Infinity if unknown, so that it is not treated as small. */
  bytes: z.pipe(
    z.nullable(z.number()),
    z.transform(bytes => bytes ?? Number.POSITIVE_INFINITY),
  ),
  vacuumed: z.number(),
  columns: z.pipe(json, z.array(column)),
  indexes: z.pipe(json, z.array(index)),
  references: z.pipe(json, z.array(reference)),
});

/** A row of the catalog's answer: columns are named by their numbers, as the catalog does it. */
export type RelationRow = z.infer<typeof row>;

/** Parses the server's answer. */
export const relationRows = z.array(row);

/** The operators of types that are not PostgreSQL's own, by the type's oid. */
export const operatorsOfTypes = z.array(z.object({ type: z.string(), operators: z.nullable(operators) }));

/** A relation that a counter may stand on, with everything needed to choose and use it. */
export type Relation = ReturnType<typeof toRelation>;

/** Names the columns of keys, indexes and foreign keys, which the catalog numbers: joining them there takes longer. */
export function toRelation(
  { columns, indexes, references, ...rest }: RelationRow,
  operators: ReadonlyMap<string, Operators | null>,
) {
  const names = new Map(columns.map(({ number, name }) => [number, name]));
  const nameOf = (number: number | undefined) => names.get(number ?? 0) ?? null;
  const usable = indexes.filter(({ valid, whole }) => valid && whole);
  const ordered = usable.filter(({ btree, ready }) => btree && ready);
  const primary = indexes.find(each => each.primary);
  return {
    ...rest,
    columns: columns.map(({ number: _, foreignType, ...column }) => ({
      ...column,
      operators: foreignType === null ? null : (operators.get(foreignType) ?? null),
    })),
    /** The columns of the primary key. */
    keys: columns
      .filter(({ number }) => primary?.numbers.slice(0, primary.compared).includes(number))
      .map(({ name }) => name),
    /** Every usable index of columns only, with all of its columns. */
    indexes: ordered
      .filter(({ numbers }) => !numbers.includes(0))
      .map(({ unique, compared, numbers }) => ({
        unique,
        compared,
        columns: numbers.map(nameOf).filter(name => name !== null),
      })),
    /** The first two columns of every usable index, and whether the second has NULLs before its largest value, as by default. */
    indexed: ordered.flatMap(({ numbers, options, compared }): [string, string | null, boolean][] => {
      const first = nameOf(numbers[0]);
      const nullsFirst = options[1] === 0 || options[1] === 3;
      return first === null ? [] : [[first, compared > 1 ? nameOf(numbers[1]) : null, nullsFirst]];
    }),
    /** The columns that an index of their own makes unique. */
    unique: usable
      .filter(({ unique, compared }) => unique && compared === 1)
      .map(({ numbers }) => nameOf(numbers[0]))
      .filter(name => name !== null),
    references: references.flatMap(({ number, ...reference }) => {
      const column = nameOf(number);
      return column === null ? [] : [{ column, ...reference }];
    }),
  };
}
