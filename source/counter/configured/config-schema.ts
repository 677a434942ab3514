import * as z from 'zod/mini';
import { said } from '../../config/json/said.ts';
import { parseCounterId, parseNames } from '../definition/counter-id.ts';

const name = () => z.string().check(z.minLength(1, 'must not be empty'));
const columns = () =>
  z.union([name(), z.array(name())], { error: 'must be the name of a column, or a list of names' });
const tableName = () =>
  z.string().check(
    z.refine(text => [1, 2].includes(parseNames(text)?.length ?? 0), {
      error:
        'must be a table such as "public.posts"; a name with capitals stands in quotes: "public.\\"Post\\""',
    }),
  );
const noun = () =>
  z.tuple([name(), name()], { error: 'must be a list of two words: the singular and the plural' });

const row = z.strictObject({
  table: said(z.optional(tableName()), 'The table of the rows, if the count stands in another one.'),
  key: said(
    z.optional(columns()),
    'The columns that records refer to; [] for a table of one row that counts everything.',
  ),
  label: said(z.optional(z.nullable(name())), 'The column with the name of a row.'),
  touched: said(z.optional(z.nullable(name())), 'The column with the time of the newest record.'),
  countRefers: said(
    z.optional(columns()),
    'If the count stands in another table: the columns there that refer to the key of the row.',
  ),
});

const through = z.strictObject({
  table: said(tableName(), 'The table between records and rows.'),
  key: said(columns(), 'Its columns that records refer to.'),
  reference: said(columns(), 'Its columns that refer to the row.'),
});

const records = z.strictObject({
  table: said(z.optional(tableName()), 'The table of the records.'),
  reference: said(
    z.optional(columns()),
    'The columns of a record that refer to its row, or to the table between.',
  ),
  through: said(
    z.optional(z.nullable(through)),
    'The table between, if records do not refer to rows themselves.',
  ),
  where: said(
    z.optional(z.nullable(name())),
    'SQL for which records count, such as "deleted_at IS NULL AND status = \'approved\'"; null for all.',
  ),
  amount: said(z.optional(z.nullable(name())), 'The column that is added up; null if records are counted.'),
  time: said(z.optional(z.nullable(name())), 'The column with the time of a record.'),
  kind: said(z.optional(z.nullable(name())), 'The column with the kind of a record.'),
  user: said(z.optional(z.nullable(name())), 'The column with the user who made a record.'),
});

/** The name of a counter. */
export const counterName = () =>
  z.string().check(
    z.refine(text => parseCounterId(text)?.schema != null, {
      error: 'must be schema, table and column of the count, such as "public.posts.comments_count"',
    }),
  );

const counter = z.strictObject({
  counter: said(counterName(), 'Schema, table and column of the count.'),
  row: said(z.optional(row), 'What is counted for.'),
  records: said(z.optional(records), 'What is counted.'),
  onDelete: said(
    z.optional(z.enum(['subtracts', 'keeps'], { error: 'must be "subtracts" or "keeps"' })),
    'Whether deleting a record is meant to lower the count.',
  ),
  nouns: said(
    z.optional(z.strictObject({ row: z.optional(noun()), record: z.optional(noun()) })),
    'The words for a row and a record, each in singular and plural.',
  ),
});

/** The file counters.json. What it leaves out of a counter is taken from what is found in the database. */
export const configSchema = z.strictObject({
  $schema: z.optional(z.string()),
  counters: said(z.array(counter), 'The counters that cannot be found, or of which a detail is wrong.'),
});

/** A counter as the file has it. */
export type WrittenCounter = z.infer<typeof counter>;
