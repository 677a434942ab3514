import { counterId } from '../../counter/definition/counter-id.ts';
import type { CounterDefinition } from '../../counter/definition/definition.ts';
import type { Predicate } from '../../counter/definition/predicate.ts';
import { presetNames } from '../../counter/definition/preset-names.ts';
import type { CatalogTable } from '../catalog.ts';
import type { Effect } from '../effect/effect.ts';
import { anyRecord, anyRow, nounOf } from '../names/nouns.ts';
import { wordsOf } from '../names/words.ts';

/** What makes a definition, however it was found. */
export interface Made {
  table: CatalogTable;
  column: string;
  record: CatalogTable;
  link: Effect['link'];
  where: Predicate | null;
  amount: string | null;
  subtracts: boolean;
  /** The row with the count is made with the first record. */
  upsert: boolean;
  writers: CounterDefinition['writers'];
  source: CounterDefinition['source'];
  confidence: CounterDefinition['confidence'];
  touched: string | null;
  /** What speaks against it, in sentences. */
  doubts: readonly string[];
}

const labels = ['name', 'title', 'display_name', 'username', 'label', 'slug', 'handle', 'subject', 'email'];
const times =
  'created_at inserted_at used_at created_on created occurred_at added_at date_created joined_at at timestamp'.split(
    ' ',
  );
const kinds = [presetNames.kind, 'type', 'kind', 'action', 'event_type'];
const users = 'user_id author_id member_id account_id profile_id owner_id created_by creator_id'.split(' ');

/** The value of a counter that was found. */
export function define(
  made: Made,
  tables: ReadonlyMap<number, CatalogTable>,
  reserved: ReadonlySet<string>,
): CounterDefinition {
  const { table, column, record, link } = made;
  const home = rowsElsewhere(made, tables);
  const row = home?.table ?? table;
  return {
    id: counterId({ schema: table.schema, table: table.name }, column, reserved),
    row: {
      schema: row.schema,
      table: row.name,
      key: home?.key ?? link?.key ?? [],
      label:
        labels
          .map(
            name => row.columns.find(each => fold(each.name) === fold(name) && each.category === 'S')?.name,
          )
          .find(Boolean) ?? null,
      count: column,
      touched: home ? null : made.touched,
    },
    via: home ? { schema: table.schema, table: table.name, row: home.via } : null,
    record: {
      schema: record.schema,
      table: record.name,
      reference: link?.reference ?? [],
      through: link?.through
        ? {
            schema: link.through.table.schema,
            table: link.through.table.name,
            key: link.through.key,
            reference: link.through.reference,
          }
        : null,
      time: named(record, times, 'D'),
      kind: named(record, kinds, null),
      user:
        users.find(
          name => record.columns.some(each => each.name === name) && !link?.reference.includes(name),
        ) ?? null,
      where: made.where,
      amount: made.amount,
    },
    onDelete: made.subtracts ? 'subtracts' : 'keeps',
    nouns: { row: nounOf(row.name, anyRow), record: nounOf(shortName(record, row), anyRecord) },
    source: made.source,
    confidence: made.confidence,
    writers: made.writers,
    ...(made.doubts.length > 0 ? { doubts: made.doubts } : {}),
  };
}

const fold = (name: string) => wordsOf(name).join('_');

function named(table: CatalogTable, names: readonly string[], category: string | null): string | null {
  for (const name of names) {
    const found = table.columns.find(
      each => fold(each.name) === name && (category === null || each.category === category),
    );
    if (found) return found.name;
  }
  return null;
}

/** `post_comments` of posts are comments. */
function shortName(record: CatalogTable, row: CatalogTable): string {
  const [words, own] = [wordsOf(record.name), wordsOf(row.name)];
  const prefix = nounOf(row.name, anyRow)[0].split(' ').join('_');
  const rest = words.join('_').startsWith(`${prefix}_`) ? words.join('_').slice(prefix.length + 1) : null;
  return rest !== null && own.length > 0 && rest !== '' ? rest : record.name;
}

const statistics: ReadonlySet<string> = new Set(
  'stat stats statistic statistics count counts counter counters summary summaries total totals metric metrics aggregate aggregates tally cache'.split(
    ' ',
  ),
);

/**
 * The table whose rows are counted, where the count stands in another one: its key refers there, and its name or an upsert says that
 * it holds only numbers.
 */
function rowsElsewhere({ table, link, upsert, record }: Made, tables: ReadonlyMap<number, CatalogTable>) {
  if (!link || link.key.length === 0) return null;
  const holdsNumbers = upsert || wordsOf(table.name).some(word => statistics.has(word));
  if (!holdsNumbers) return null;
  const own = table.references.find(each => isSame(each.columns, link.key));
  const owned = own && target(own, link.key, tables);
  if (owned) return { ...owned, via: link.key };
  // Without a foreign key of its own, that of the records says which rows are meant.
  const theirs = link.through
    ? undefined
    : record.references.find(each => isSame(each.columns, link.reference));
  const found = theirs && target(theirs, link.reference, tables);
  return found && found.table !== table ? { ...found, via: link.key } : null;
}

function isSame(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every(name => other.includes(name));
}

function target(
  reference: CatalogTable['references'][number],
  order: readonly string[],
  tables: ReadonlyMap<number, CatalogTable>,
) {
  const table = tables.get(reference.table);
  if (!table || table.foreign) return null;
  return { table, key: order.map(name => reference.targets[reference.columns.indexOf(name)] ?? '') };
}
