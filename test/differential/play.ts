import type postgres from 'postgres';
import type { Generated } from './generate.ts';
import { begunWith, type Played, workload } from './workload.ts';

/** What was found after a statement: the rows whose count is not what `truth` says, or why it failed. */
export interface Result extends Played {
  /** For each truth: what is wrong, empty if nothing is. */
  wrong: readonly string[];
  error: string | null;
}

// A trigger that fires itself without an end fails early. Each statement begins with the same records and with counts that are right by the truth of that round.
const player = `CREATE FUNCTION pg_temp.play(statements text[], truths text[]) RETURNS TABLE(at integer, wrong text[], error text) LANGUAGE plpgsql AS $$
DECLARE found text; number integer; BEGIN
  FOR number IN 1 .. cardinality(statements) LOOP
    at := number; wrong := '{}'; error := NULL;
    BEGIN
      EXECUTE statements[number];
      FOR found IN SELECT unnest(truths) LOOP
        EXECUTE found INTO found;
        wrong := wrong || coalesce(found, '');
      END LOOP;
      RAISE EXCEPTION SQLSTATE 'UNDOO';
    EXCEPTION
      WHEN SQLSTATE 'UNDOO' THEN NULL;
      WHEN OTHERS THEN error := sqlerrm; wrong := '{}';
    END;
    RETURN NEXT;
  END LOOP;
END $$`;

/** What a count should be: SQL for the rows where it is not, and for making it so. */
export interface Truth {
  wrong: string;
  set: string;
}

/** Plays the workload on a generated schema, which is installed, and takes everything back. */
export async function play(sql: postgres.Sql, made: Generated, truths: readonly Truth[]): Promise<Result[]> {
  const statements = workload(made);
  let results: Result[] = [];
  const array = (texts: readonly string[]) =>
    `ARRAY[${texts.map(text => `$q$${text}$q$`).join(', ')}]::text[]`;
  try {
    await sql.begin(async transaction => {
      const rows = (await transaction
        .unsafe(
          `SET LOCAL search_path = public; SET LOCAL max_stack_depth = '400kB'; SET LOCAL session_replication_role = replica; ${begunWith(made)} ${truths[0]?.set}; SET LOCAL session_replication_role = origin; ${player}; SELECT * FROM pg_temp.play(${array(statements.map(each => each.sql))}, ${array(truths.map(({ wrong }) => wrong))})`,
        )
        .simple()) as unknown as postgres.Row[][];
      results = (rows.at(-1) ?? []).map(row => ({
        ...(statements[(row.at as number) - 1] as Played),
        wrong: row.wrong as string[],
        error: row.error as string | null,
      }));
      throw new Undone();
    });
  } catch (error) {
    if (!(error instanceof Undone)) throw error;
  }
  return results;
}

class Undone extends Error {}

/** The truth of a definition: of a condition on records, and where the count stands. */
export function truthOf(given: {
  home: string;
  key: string;
  count: string;
  records: string;
  reference: string;
  amount: string | null;
  where: string | null;
}): Truth {
  const { home, key, count, records, reference, amount, where } = given;
  const value = `(SELECT ${amount === null ? 'count(*)' : `coalesce(sum(${amount}), 0)`} FROM ${records} r WHERE r.${reference} = p.${key}${where === null ? '' : ` AND (${where})`})`;
  return {
    wrong: `SELECT string_agg(format('%s: %s instead of %s', p.${key}, coalesce(p.${count}::text, 'NULL'), ${value}), ', ' ORDER BY p.${key}) FROM ${home} p WHERE p.${count} IS DISTINCT FROM ${value}`,
    set: `UPDATE ${home} p SET ${count} = ${value}`,
  };
}
