import * as z from 'zod/mini';
import { inSchema, type Path } from '../../connection/search-path.ts';
import type { Reader } from '../../connection/transactions.ts';
import {
  columnsOf,
  type Predicate,
  printPredicate,
  type TypedColumn,
} from '../../counter/definition/predicate.ts';
import { candidatesFor } from './column-values.ts';
import { constantsOf, readilyChanged } from './condition-columns.ts';
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

/** Finds values that meet a condition and values that miss it. The server compares them, so that each type does it its own way. */
export async function readConditionValues(reader: Reader, question: Question): Promise<ConditionValues> {
  const { where, facts, seen, fixed } = question;
  const columns = columnsOf(where).flatMap(name => facts.columns.filter(each => each.name === name));
  const known = (column: RecordColumn) => {
    const { name } = column;
    if (fixed[name] !== undefined) return [fixed[name]];
    return candidatesFor(column, {
      constants: constantsOf(where, name),
      seen: (seen[name] ?? []).slice(0, 5),
      allowed: column.category === 'S' ? (facts.allowed[name] ?? []) : [],
    });
  };
  const candidates = atMost(columns.map(known));
  const [met] = await ask(reader, question, columns, candidates, { met: true, order: total, limit: 1 });
  if (!met) return { counts: null, excluded: [] };
  const counts = assigned(columns, candidates, met);
  const others = columns.map((column, place) => {
    const own = counts[column.name] ?? null;
    const free = fixed[column.name] === undefined && column.writable;
    return [own, ...(free ? (candidates[place] ?? []).filter(value => value !== own) : [])];
  });
  // Fewest columns first, then those that an application changes in a record that stays.
  const changes = columns.map(
    ({ name }, place) =>
      `CASE WHEN ${pick(place)} OPERATOR(pg_catalog.>) 1 THEN ${1000 + readilyChanged(where, name) * 100} ELSE 0 END`,
  );
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

/** A column that no table has. */
const pick = (place: number) => `r."pick ${place}"`;
const total = (columns: number) =>
  Array.from({ length: columns }, (_, place) => pick(place)).join(' OPERATOR(pg_catalog.+) ');

async function ask(
  reader: Reader,
  { where, typed, path }: Question,
  columns: readonly RecordColumn[],
  candidates: readonly (readonly (string | null)[])[],
  { met, order, limit }: { met: boolean; order: (columns: number) => string; limit: number },
): Promise<number[][]> {
  const values = columns.map(({ quoted, base }, place) => ({
    select: `c${place}.value::${inSchema(base)} AS ${quoted}, c${place}.n AS "pick ${place}"`,
    from: `pg_catalog.json_array_elements_text($1::pg_catalog.text::pg_catalog.json OPERATOR(pg_catalog.->) ${place}) WITH ORDINALITY c${place} (value, n)`,
  }));
  const rows = picks.parse(
    await reader.rows(
      `SELECT pg_catalog.json_build_array(${columns.map((_, place) => pick(place)).join(', ')})::pg_catalog.text AS picks
         FROM (SELECT ${values.map(({ select }) => select).join(', ')} FROM ${values.map(({ from }) => from).join(', ')} OFFSET 0) r
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
