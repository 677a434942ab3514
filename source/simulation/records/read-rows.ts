import * as z from 'zod/mini';
import type { Reader } from '../../connection/transactions.ts';
import type { Tables } from '../../counter/discovery/tables.ts';
import { readMostUsed } from '../../counter/reading/counters.ts';
import { markShort, shortColumn } from '../../counter/short-text.ts';
import { ConsoleError, exitCodes, usageError } from '../../errors/errors.ts';
import type { CountedRow } from '../steps/counter-steps.ts';

/** A row with the values of its key, as text. */
export interface KeyedRow extends CountedRow {
  key: readonly string[];
}

const texts = z.array(z.string());

// Of the rows with the highest counts: how many are tried, and how many more a record may be moved to.
const mostTried = 5;
const mostOthers = 8;

/** The rows that a simulation may be made with, in the order to try them, and rows that a record may be moved to. */
export async function readRows(
  reader: Reader,
  tables: Tables,
  wanted: string | null,
): Promise<{ tried: KeyedRow[]; others: KeyedRow[] }> {
  const most = (await readMostUsed(reader, tables, mostOthers + 1)).map(each => keyed(each, tables));
  if (wanted !== null) {
    const row = await findRow(reader, tables, wanted);
    return { tried: [row], others: most.filter(({ id }) => id !== row.id) };
  }
  if (most.length > 0) return { tried: most.slice(0, mostTried), others: most };
  const [one, many] = tables.definition.nouns.row;
  throw new ConsoleError({
    code: 'no-rows',
    message: `There are no ${many}, so no ${one} can get a record.`,
    hint: 'Check --counter and the database.',
    exitCode: exitCodes.unreachable,
  });
}

function keyed({ id, name }: CountedRow, { records }: Tables): KeyedRow {
  return { id, name, key: records.pairs === null ? [id] : texts.parse(JSON.parse(id)) };
}

const found = z.array(z.object({ id: z.string(), name: z.nullable(z.string()), isKey: z.boolean() }));

/** The row with this id, of several columns given as a JSON array; without one, the row with this name. */
async function findRow(reader: Reader, tables: Tables, wanted: string): Promise<KeyedRow> {
  const { presets, records, path, definition } = tables;
  const key = records.pairs === null ? [wanted] : keyIn(wanted, records.pairs.length);
  const columns = records.pairs === null ? [presets.key] : records.pairs.map(pair => pair.key);
  const isKey = columns.map(
    (column, place) =>
      `p.${column}::pg_catalog.text OPERATOR(pg_catalog.=) ($2::pg_catalog.text::pg_catalog.json OPERATOR(pg_catalog.->>) ${place})`,
  );
  const isNamed = `$1::pg_catalog.text OPERATOR(pg_catalog.<>) '' AND p.${presets.label}::pg_catalog.text OPERATOR(pg_catalog.=) $1::pg_catalog.text`;
  const isRow = isKey.length > 0 ? isKey.join(' AND ') : `$2::pg_catalog.text IS NOT NULL`;
  const rows = found.parse(
    await reader.rows(
      `SELECT p.${presets.key}::pg_catalog.text AS id, ${shortColumn(`p.${presets.label}`)} AS name, coalesce(${isRow}, false) AS "isKey" FROM ${presets.rows} p
        WHERE ((${isRow}) OR (${isNamed})) AND p.${presets.key} IS NOT NULL ORDER BY 3 DESC, 1 LIMIT 4`,
      [wanted, JSON.stringify(key)],
      path,
    ),
  );
  const byKey = rows.filter(each => each.isKey);
  const [first, second, ...more] = byKey.length > 0 ? byKey : rows;
  const [one, many] = definition.nouns.row;
  if (!first) {
    throw new ConsoleError({
      code: 'no-such-row',
      message: `No ${one} has the id or name "${wanted}".`,
      hint:
        columns.length > 1
          ? `Give the id as a JSON array of ${columns.length} texts, in the order of the key.`
          : 'Names must match exactly.',
      exitCode: exitCodes.unreachable,
    });
  }
  if (second) {
    const ids = [first, second, ...more].map(({ id }) => id);
    throw usageError(
      'ambiguous-row',
      `Several ${many} are named "${wanted}".`,
      `Give the id of one of them: ${ids.slice(0, 3).join(', ')}${ids.length > 3 ? ', ...' : ''}.`,
    );
  }
  return keyed({ id: first.id, name: markShort(first.name ?? '') }, tables);
}

const written = z.array(z.union([z.string(), z.number(), z.boolean()]));

/** The values of a key given as a JSON array; nulls, one for each column, if the text is anything else. */
function keyIn(text: string, columns: number): (string | null)[] {
  try {
    const values = written.parse(JSON.parse(text)).map(String);
    if (values.length === columns) return values;
  } catch {
    // It is a name.
  }
  return Array.from({ length: columns }, () => null);
}
