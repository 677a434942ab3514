import postgres from 'postgres';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, test } from 'vitest';
import type { Database } from '../../../source/connection/transactions.ts';
import { insertPresets } from '../../helpers/database.ts';
import { needsFullScale } from '../../helpers/needs.ts';
import { needsPooler, type Pooler, startPooler } from '../../helpers/pooler.ts';
import { RepairBench } from '../../helpers/repair-bench.ts';

describe('a repair behind a transaction pooler', needsPooler(), () => {
  let pooler: Pooler;
  let bench: RepairBench;
  let pooled: Database;
  const presets = 200;

  beforeAll(async () => {
    pooler = await startPooler(inject('serverUrl'));
  });
  afterAll(() => pooler.stop());
  beforeEach(async () => {
    bench = await RepairBench.open();
    await insertPresets(
      bench.own.sql,
      Array.from({ length: presets }, (_, place) => `preset ${place}`),
    );
    await bench.arrange(`
      UPDATE presets SET usage_count = 5;
      CREATE TABLE writes (name text);
      CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        PERFORM pg_sleep(0.002); INSERT INTO writes VALUES (NEW.name); RETURN NEW; END $$;
      CREATE TRIGGER note AFTER UPDATE ON presets FOR EACH ROW EXECUTE FUNCTION note()`);
    pooled = bench.connect(pooler.through(bench.own.url));
  });
  afterEach(() => bench.close());

  const state = async () => {
    const [row] = await bench.own.sql`
      SELECT (SELECT count(*) FROM presets WHERE usage_count <> 0)::int AS wrong,
             (SELECT count(*) FROM writes)::int AS writes, (SELECT count(DISTINCT name) FROM writes)::int AS names`;
    return row;
  };

  test('whose server connections are killed in mid-batch goes on, and writes nothing twice', async () => {
    const plan = await bench.plan('sync', {}, pooled);
    const kills: Promise<number>[] = [];
    const outcome = await bench.run(
      plan,
      {},
      // Not waited for: it hits a batch that is being written.
      () => void (kills.length < 3 && kills.push(pooler.killServers(bench.own.name))),
      pooled,
    );
    expect(await Promise.all(kills)).toEqual(kills.map(() => expect.toSatisfy(n => n > 0)));
    expect(kills.length).toBe(3);
    expect(outcome).toMatchObject({ changed: presets, left: [] });
    expect(await state()).toEqual({ wrong: 0, writes: presets, names: presets });
  });

  // Where the locks of both take all connections, each gives up its own, and the locks of their batches have to suffice.
  test(
    'and another one at the same time: both may write, and every count is changed once',
    needsFullScale(),
    async () => {
      const other = bench.connect(pooler.through(bench.own.url));
      const plans = [await bench.plan('sync', {}, pooled), await bench.plan('sync', {}, other)] as const;
      const ended = await Promise.allSettled([
        bench.run(plans[0], {}, undefined, pooled),
        bench.run(plans[1], {}, undefined, other),
      ]);
      const done = ended.flatMap(each => (each.status === 'fulfilled' ? each.value : []));
      for (const each of ended)
        if (each.status === 'rejected') expect(each.reason.code).toMatch(/^(another-write|stale-plan)$/);
      expect(done.reduce((sum, { changed }) => sum + changed, 0)).toBe(presets);
      for (const { changed, left } of done)
        expect(left.map(({ reason }) => reason)).toEqual(Array(presets - changed).fill('moved'));
      expect(await state()).toEqual({ wrong: 0, writes: presets, names: presets });
    },
  );

  test('that has a single connection leaves it to the application as well', async () => {
    const single = await startPooler(inject('serverUrl'), { size: 1 });
    const url = single.through(bench.own.url);
    const application = postgres(url, { max: 1, prepare: false, fetch_types: false });
    try {
      const database = bench.connect(url);
      const plan = await bench.plan('sync', {}, database);
      let uses = 0;
      const outcome = await bench.run(
        plan,
        {},
        async () => {
          await application`SELECT 1`;
          uses += 1;
        },
        database,
      );
      expect(outcome).toMatchObject({ changed: presets, left: [], ended: 'finished' });
      expect(uses).toBeGreaterThan(0);
      expect(await state()).toEqual({ wrong: 0, writes: presets, names: presets });
    } finally {
      await application.end();
      await single.stop();
    }
  });
});
