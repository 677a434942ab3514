import * as z from 'zod/mini';
import { inSchema, type Path } from '../../connection/search-path.ts';
import type { Reader } from '../../connection/transactions.ts';
import {
  columnsOf,
  type Predicate,
  printPredicate,
  type TypedColumn,
} from '../../counter/definition/predicate.ts';
import { sqlState } from '../../errors/errors.ts';
import { candidatesFor } from './column-values.ts';
import {
  constantsOf,
  constantsWithin,
  decidingColumns,
  type Generated,
  readilyChanged,
} from './condition-columns.ts';
import { readGenerated } from './read-generated.ts';
import type { RecordColumn, RecordFacts, RecordValues } from './record-facts.ts';

/** Values of the columns of a condition: with which a record counts, and with which the same record does not. */
export interface ConditionValues {
  /** Null if no values were found that meet the condition. */
  counts: RecordValues | null;
  /** What to set so that it no longer counts, the most natural way first; empty if nothing was found. */
  excluded: RecordValues[];
}

/** The condition, and what is known of its columns. */
interface Question {
  where: Predicate;
  /** The oid of the table of the records. */
  oid: number;
  typed: (name: string) => TypedColumn;
  facts: RecordFacts;
  /** What records hold, by column, the sample's value first. */
  seen: Readonly<Record<string, readonly (string | null)[]>>;
  /** Columns whose value is decided already. */
  fixed: RecordValues;
  path: Path;
}

const picks = z.array(z.object({ picks: z.string() }));
const numbers = z.array(z.number());

// Beyond this many combinations, the less natural values are left out.
const mostCombinations = 50_000;
const mostWays = 3;

/**
 * Finds values that meet a condition and values that miss it: of a generated column, values of what it is generated from. The
 * server compares and computes them, so that each type does it its own way.
 */
export async function readConditionValues(reader: Reader, asked: Question): Promise<ConditionValues> {
  const { where, facts, seen, fixed } = asked;
  const computed = columnsOf(where).flatMap(name =>
    facts.columns.filter(each => each.name === name && each.generated !== null),
  );
  const path = computed.some(({ generated }) => generated?.calls) ? 'own' : asked.path;
  const expressions = await readGenerated(reader, asked.oid, computed, path);
  const question = { ...asked, path, expressions };
  const columns = decidingColumns(where, facts);
  if (columns.length === 0) return nothingToSet;
  const held = ({ name, nullable }: RecordColumn) =>
    fixed[name] !== undefined
      ? [fixed[name]]
      : [...new Set([...(seen[name] ?? []).slice(0, 5), ...(nullable ? [null] : [])])];
  const likely = (column: RecordColumn) => {
    const { name, category } = column;
    if (fixed[name] !== undefined) return [fixed[name]];
    const within = expressions.filter(each => isFrom(each, name));
    return candidatesFor(column, {
      constants: [...constantsOf(where, name), ...constantsWithin(within, column)],
      seen: (seen[name] ?? []).slice(0, 5),
      allowed: category === 'S' ? (facts.allowed[name] ?? []) : [],
    });
  };
  if (expressions.length === 0) return choose(reader, question, columns.map(likely));
  // An expression may fail with a value that no record holds.
  for (const make of [likely, held]) {
    const found = await unlessRefused(reader, path, () => choose(reader, question, columns.map(make)));
    if (found?.counts) return found;
  }
  return nothingToSet;
}

const nothingToSet: ConditionValues = { counts: {}, excluded: [] };

const isFrom = ({ column }: Generated, name: string) => column.generated?.columns.includes(name) === true;

async function choose(
  reader: Reader,
  question: Question & { expressions: readonly Generated[] },
  lists: readonly (string | null)[][],
): Promise<ConditionValues> {
  const { where, facts, fixed, expressions } = question;
  const columns = decidingColumns(where, facts);
  const candidates = atMost(lists);
  const [met] = await ask(reader, question, columns, candidates, { met: true, order: total, limit: 1 });
  if (!met) return { counts: null, excluded: [] };
  const counts = assigned(columns, candidates, met);
  const others = columns.map((column, place) => {
    const own = counts[column.name] ?? null;
    const free = fixed[column.name] === undefined && column.writable;
    return [own, ...(free ? (candidates[place] ?? []).filter(value => value !== own) : [])];
  });
  // Fewest columns first, then those that an application changes in a record that stays.
  const changes = columns.map((column, place) => {
    const ready = readilyChanged(
      where,
      column,
      expressions.filter(each => isFrom(each, column.name)),
    );
    return `CASE WHEN ${pick(place)} OPERATOR(pg_catalog.>) 1 THEN ${1000 + ready * 100} ELSE 0 END`;
  });
  const order = `${changes.join(' OPERATOR(pg_catalog.+) ')} OPERATOR(pg_catalog.+) ${total(columns.length)}`;
  const missed = await ask(reader, question, columns, others, {
    met: false,
    order: () => order,
    limit: mostWays,
  });
  return {
    counts,
    excluded: missed.map(found =>
      Object.fromEntries(
        Object.entries(assigned(columns, others, found)).filter(([name, value]) => value !== counts[name]),
      ),
    ),
  };
}

/** Null if the server refuses to compute something. */
async function unlessRefused<Found>(
  reader: Reader,
  path: Path,
  read: () => Promise<Found>,
): Promise<Found | null> {
  await reader.rows('SAVEPOINT computed', [], path);
  try {
    return await read();
  } catch (error) {
    if (!/^(22|23|38|39|42|P0)/.test(sqlState(error))) throw error;
    await reader.rows('ROLLBACK TO SAVEPOINT computed', [], path);
    return null;
  }
}

/** A column that no table has. */
const pick = (place: number) => `r."pick ${place}"`;
const total = (columns: number) =>
  Array.from({ length: columns }, (_, place) => pick(place)).join(' OPERATOR(pg_catalog.+) ');

async function ask(
  reader: Reader,
  { where, typed, path, expressions }: Question & { expressions: readonly Generated[] },
  columns: readonly RecordColumn[],
  candidates: readonly (readonly (string | null)[])[],
  { met, order, limit }: { met: boolean; order: (columns: number) => string; limit: number },
): Promise<number[][]> {
  const values = columns.map(({ quoted, base }, place) => ({
    select: `c${place}.value::${inSchema(base)} AS ${quoted}, c${place}.n AS "pick ${place}"`,
    from: `pg_catalog.json_array_elements_text($1::pg_catalog.text::pg_catalog.json OPERATOR(pg_catalog.->) ${place}) WITH ORDINALITY c${place} (value, n)`,
  }));
  const computed = expressions.map(({ column, text }) => `, (${text}) AS ${column.quoted}`);
  const rows = picks.parse(
    await reader.rows(
      `SELECT pg_catalog.json_build_array(${columns.map((_, place) => pick(place)).join(', ')})::pg_catalog.text AS picks
         FROM (SELECT g.*${computed.join('')} FROM (SELECT ${values.map(({ select }) => select).join(', ')} FROM ${values.map(({ from }) => from).join(', ')} OFFSET 0) g OFFSET 0) r
        WHERE (${printPredicate(where, 'r', typed)}) IS ${met ? '' : 'NOT '}TRUE ORDER BY ${order(columns.length)} LIMIT ${limit}`,
      [JSON.stringify(candidates)],
      path,
    ),
  );
  return rows.map(row => numbers.parse(JSON.parse(row.picks)));
}

function assigned(
  columns: readonly RecordColumn[],
  candidates: readonly (readonly (string | null)[])[],
  found: readonly number[],
): RecordValues {
  return Object.fromEntries(
    columns.map(({ name }, place) => [name, candidates[place]?.[(found[place] ?? 1) - 1] ?? null]),
  );
}

/** The longest lists are cut first. */
function atMost(lists: readonly (string | null)[][]): (string | null)[][] {
  const cut = lists.map(list => [...list]);
  const size = () => cut.reduce((product, list) => product * list.length, 1);
  while (size() > mostCombinations) {
    const longest = cut.reduce((one, other) => (other.length > one.length ? other : one));
    longest.pop();
  }
  return cut;
}
