import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { createBenchDatabase } from './database.ts';
import type { Figure } from './figure.ts';
import { median } from './statistics.ts';

const routines = 3_000;
/** Of five routines one writes: every second of those a record, the others a row. */
const writing = routines / 5;
const runs = 5;
const cli = fileURLToPath(new URL('../../dist/cli.js', import.meta.url));

/** How long `trigger` takes on a database with thousands of functions, of which a fifth write the tables of a counter. */
export async function benchManyRoutines(server: string, say: (line: string) => void): Promise<Figure[]> {
  const bench = await createBenchDatabase(server, { presets: 100, records: 1_000, spread: 'even' });
  try {
    say(`making ${routines} functions`);
    const statements = Array.from({ length: routines }, (_, at) => routine(at));
    await bench.sql.unsafe(statements.join(';\n')).simple();
    const times: number[] = [];
    for (let run = -1; run < runs; run += 1) {
      const { milliseconds, found } = await trigger(bench.url);
      if (found < writing / 2) throw new Error(`${found} of ${writing} writers were found.`);
      if (run >= 0) times.push(milliseconds);
    }
    const took = median(times);
    return [
      {
        name: `trigger with ${routines} functions, of which ${writing} write`,
        value: took,
        unit: 'ms',
        target: 'at most 1000',
        met: took <= 1_000,
      },
    ];
  } finally {
    await bench.drop();
  }
}

function trigger(url: string): Promise<{ milliseconds: number; found: number }> {
  const began = performance.now();
  return new Promise((resolve, reject) => {
    const options = { env: { ...process.env, DATABASE_URL: url }, maxBuffer: 64 * 1024 * 1024 };
    execFile(process.execPath, [cli, 'trigger', '--json'], options, (error, out) => {
      // It ends with 1 where it finds a fault.
      if (error && error.code !== 1) reject(error);
      else resolve({ milliseconds: performance.now() - began, found: JSON.parse(out).writers.length });
    });
  });
}

function routine(at: number): string {
  if (at % 10 === 0) {
    return `CREATE FUNCTION use_${at}(p_id uuid) RETURNS uuid LANGUAGE plpgsql AS $$
      DECLARE v_id uuid;
      BEGIN
        IF p_id IS NULL THEN RAISE EXCEPTION 'no preset'; END IF;
        INSERT INTO public.preset_usage (preset_id, usage_type) VALUES (p_id, 'kind_${at}') RETURNING id INTO v_id;
        RETURN v_id;
      END $$`;
  }
  if (at % 5 === 0) {
    return `CREATE FUNCTION touch_${at}(p_id uuid) RETURNS void LANGUAGE plpgsql AS $$
      BEGIN
        UPDATE public.presets SET usage_count = usage_count + ${at}, last_used_at = now() WHERE id = p_id;
        PERFORM helper_${at + 1}(p_id);
      END $$`;
  }
  return `CREATE FUNCTION helper_${at}(p_id uuid) RETURNS integer LANGUAGE plpgsql AS $$
      DECLARE v_total integer := 0; r record;
      BEGIN
        FOR r IN SELECT c.relname, c.reltuples FROM pg_class c WHERE c.relname LIKE 'thing_${at}%' LOOP
          v_total := v_total + r.reltuples::integer;
        END LOOP;
        RETURN v_total${at % 7 === 0 ? ` + helper_${at - (at % 5) + 1}(p_id)` : ''};
      END $$`;
}
