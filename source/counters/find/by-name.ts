import type { CatalogTable } from '../catalog.ts';
import { singular, wordsOf } from '../names/words.ts';
import { countedWords, pluralWords } from './count-name.ts';

/** A counter that only names and foreign keys speak for. */
export interface NamedCounter {
  table: CatalogTable;
  column: string;
  record: CatalogTable;
  key: string[];
  reference: string[];
  /** The server computes the column from others, so it is no counter. */
  generated: boolean;
  /** What a body sets it to, in a sentence, where that is not read as a count. */
  set?: string | null;
}

interface Reference {
  from: CatalogTable;
  columns: string[];
  targets: string[];
}

const whole: ReadonlySet<string> = new Set(['smallint', 'integer', 'bigint', 'numeric']);
// What a row is called by the row that it answers to.
const below: ReadonlySet<string> = new Set([
  'reply',
  'child',
  'response',
  'subtask',
  'descendant',
  'subcategory',
  'answer',
]);
const same: Readonly<Record<string, string>> = { use: 'usage', usage: 'usage' };

/** The counters that foreign keys and names say there are, and `known` does not have. */
export function countersByName(tables: readonly CatalogTable[], known: ReadonlySet<string>): NamedCounter[] {
  const referring = new Map<number, Reference[]>();
  for (const from of tables) {
    for (const { table, columns, targets } of from.references) {
      referring.set(table, [...(referring.get(table) ?? []), { from, columns, targets }]);
    }
  }
  return tables.flatMap(table => {
    if (table.foreign) return [];
    const references = referring.get(table.oid) ?? [];
    if (references.length === 0) return [];
    const keys = new Set([...(table.unique[0] ?? []), ...table.references.flatMap(({ columns }) => columns)]);
    return table.columns.flatMap(({ name, type, generated }) => {
      if (!whole.has(type) || keys.has(name) || known.has(`${table.oid} ${name}`)) return [];
      const counted = countedWords(name) ?? pluralWords(name);
      const found = counted && fitting(table, counted.map(root), references);
      return found
        ? [
            {
              table,
              column: name,
              record: found.from,
              key: found.targets,
              reference: found.columns,
              generated,
            },
          ]
        : [];
    });
  });
}

function root(word: string): string {
  const one = singular(word);
  return same[one] ?? one;
}

/** Whether a column has the name of a count of these records. */
export function hasNameOf(table: CatalogTable, column: string, record: CatalogTable): boolean {
  const words = (countedWords(column) ?? pluralWords(column))?.map(root);
  if (!words) return false;
  const references = record.references
    .filter(each => each.table === table.oid)
    .map(({ columns, targets }) => ({ from: record, columns, targets }));
  return (
    isNamed(wordsOf(record.name).map(root), words, wordsOf(table.name).map(root)) ||
    fitting(table, words, references) !== null
  );
}

/** The only table that refers here and whose name is what the column counts. */
function fitting(
  table: CatalogTable,
  words: readonly string[],
  references: readonly Reference[],
): Reference | null {
  const own = wordsOf(table.name).map(root);
  const named = references.filter(
    ({ from }) => from !== table && isNamed(wordsOf(from.name).map(root), words, own),
  );
  const [first] = named;
  if (first) return new Set(named.map(({ from }) => from)).size === 1 ? chosen(named, words) : null;
  const selves = references.filter(({ from }) => from === table);
  const last = words.at(-1) ?? '';
  if (selves.length === 1 && selves[0] && (below.has(last) || words.join(' ') === `sub ${own.join(' ')}`))
    return selves[0];
  return otherSide(table, words, references);
}

/** Whether a table's name says what the column counts: `comments`, `post_comments`, `memberships` for members. */
function isNamed(name: readonly string[], words: readonly string[], own: readonly string[]): boolean {
  const text = name.join(' ');
  const wanted = words.join(' ');
  const forms = [wanted, `${wanted}ship`];
  if (forms.includes(text) || forms.some(form => text.endsWith(` ${form}`))) return true;
  const around = own.join(' ');
  return text === `${wanted} ${around}`;
}

/** Of several columns that refer here, the one that is not about something else, such as who edited it. */
function chosen(list: readonly Reference[], words: readonly string[]): Reference | null {
  const [only, ...more] = list;
  if (more.length === 0) return only ?? null;
  const other = list.filter(({ columns }) => stem(columns[0] ?? '') !== words.join(' '));
  return other.length === 1 ? (other[0] ?? null) : null;
}

function stem(column: string): string {
  return wordsOf(column)
    .filter(word => word !== 'id')
    .map(root)
    .join(' ');
}

/**
 * Two columns of a table refer here, and one has the name of what is counted: followers of a user are the records whose other column
 * is the user. Or one refers here and the other to what is counted: the students of a course are its enrollments.
 */
function otherSide(
  table: CatalogTable,
  words: readonly string[],
  references: readonly Reference[],
): Reference | null {
  const wanted = words.join(' ');
  const found = references.filter(reference => {
    const { from, columns } = reference;
    if (from === table) return false;
    return from.references.some(
      other =>
        other.columns[0] !== columns[0] &&
        stem(columns[0] ?? '') !== wanted &&
        (stem(other.columns[0] ?? '') === wanted || isParticiple(stem(other.columns[0] ?? ''), wanted)),
    );
  });
  const [only, ...more] = found;
  return only && more.length === 0 && isJoin(only.from) ? only : null;
}

/** Who is followed is counted in `following`. */
function isParticiple(stem: string, wanted: string): boolean {
  const verb = /^(.+)(?:ing)$/.exec(wanted)?.[1];
  return verb !== undefined && new RegExp(`^${verb}(?:ed|ee|ing)$`).test(stem);
}

/** A table that joins two others: it has little but its references. */
function isJoin({ columns, references }: CatalogTable): boolean {
  return references.length >= 2 && columns.length <= references.length + 6;
}
