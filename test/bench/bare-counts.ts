import postgres from 'postgres';
import type { BenchDatabase } from './database.ts';

/** The least that the server can do: the records counted, and counted by key. Nothing is compared, and no rows travel. */
export type Bare = 'count' | 'count by key';

export interface BareCounts {
  ways: { bare: Bare; run: () => Promise<unknown> }[];
  close(): Promise<void>;
}

const textOf = (bare: Bare, where = 'true') =>
  bare === 'count'
    ? `SELECT count(*) FROM public.preset_usage WHERE ${where}`
    : `SELECT sum(n) FROM (SELECT count(*) AS n FROM public.preset_usage WHERE ${where} GROUP BY preset_id) counted`;

const alone = { jit: false, enable_bitmapscan: false, max_parallel_workers_per_gather: 0 };
const index = { ...alone, enable_seqscan: false };
const table = { ...alone, enable_indexscan: false, enable_indexonlyscan: false };
const parallel = {
  parallel_setup_cost: 0,
  parallel_tuple_cost: 0,
  min_parallel_table_scan_size: 0,
  min_parallel_index_scan_size: 0,
};

/**
 * Every way to them that we know: by an index or the table, in one process, with the server's workers, or by two connections with
 * half of the keys each.
 */
export async function bareCounts({ url, sql }: BenchDatabase): Promise<BareCounts> {
  const opened: postgres.Sql[] = [];
  const connect = (settings: Record<string, string | number | boolean>) => {
    const own = postgres(url, { max: 1, onnotice: () => {}, connection: settings });
    opened.push(own);
    return own;
  };
  const [middle] = await sql<{ id: string }[]>`
    SELECT id FROM presets ORDER BY id OFFSET (SELECT count(*) / 2 FROM presets) LIMIT 1`;
  const halves = [`preset_id <= '${middle?.id}'`, `preset_id > '${middle?.id}'`].map(half => ({
    half,
    own: connect(index),
  }));
  const whole = [index, table].flatMap(path =>
    [0, 1, 2].map(workers =>
      connect({ ...path, ...(workers > 0 ? parallel : {}), max_parallel_workers_per_gather: workers }),
    ),
  );
  const ways = (['count', 'count by key'] as const).flatMap(bare => [
    ...whole.map(own => ({ bare, run: async () => own.unsafe(textOf(bare)) })),
    {
      bare,
      run: () => Promise.all(halves.map(async ({ half, own }) => own.unsafe(textOf(bare, half)))),
    },
  ]);
  return {
    ways,
    async close() {
      await Promise.all(opened.map(own => own.end({ timeout: 1 })));
    },
  };
}
