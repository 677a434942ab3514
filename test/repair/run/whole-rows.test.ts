import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { usualLimits } from '../../../source/repair/batch-limits.ts';
import type { FullPlan } from '../../../source/repair/plan/draft.ts';
import { openBatch } from '../../../source/repair/sql/batch/open-batch.ts';
import { runBatch } from '../../../source/repair/sql/batch/run-batch.ts';
import { valuesIn } from '../../../source/repair/sql/records/found-records.ts';
import { readWithAllRecords } from '../../../source/repair/sql/records/read-records.ts';
import { insertPresets, insertRecords } from '../../helpers/database.ts';
import { makeTemplates, template } from '../../helpers/global-setup.ts';
import { changesOf, RepairBench } from '../../helpers/repair-bench.ts';
import { patience } from '../../helpers/scale.ts';
import { type EmbeddedServer, startEmbedded } from '../../helpers/server.ts';

// Whatever ends a transaction on the server meanwhile, such as another test, keeps records from being deleted in this way.
let server: EmbeddedServer;
let bench: RepairBench;
beforeAll(async () => {
  server = await startEmbedded(['-c', 'autovacuum=off']);
  await makeTemplates(server.url);
});
afterAll(() => server?.stop());
beforeEach(async () => {
  bench = await RepairBench.open(template, server.url);
});
afterEach(() => bench.close());

test('all records of many rows at once go into the receipt and come back', async () => {
  const presets = 1_500;
  // The trigger tells by the text of a batch that it deletes beside another, and breaks its connection once that has begun.
  await bench.arrange(`INSERT INTO presets (name) SELECT 'Preset ' || n FROM generate_series(1, ${presets}) n;
    SET session_replication_role = replica;
    INSERT INTO preset_usage (preset_id, usage_type) SELECT id, 'generation' FROM presets, generate_series(1, 3);
    RESET session_replication_role;
    CREATE SEQUENCE beside;
    CREATE FUNCTION tell() RETURNS trigger LANGUAGE plpgsql AS $$ DECLARE other int; BEGIN
      IF current_query() NOT LIKE '%AS version%' THEN RETURN NULL; END IF;
      FOR n IN 1..300 LOOP
        EXIT WHEN (SELECT is_called FROM public.beside);
        SELECT pid INTO other FROM pg_locks WHERE locktype = 'advisory' AND mode = 'ShareLock' AND pid <> pg_backend_pid() AND granted;
        IF other IS NOT NULL AND nextval('public.beside') = 1 THEN PERFORM pg_terminate_backend(pg_backend_pid()); END IF;
        PERFORM pg_sleep(0.01);
      END LOOP;
      RETURN NULL; END$$;
    CREATE TRIGGER tell AFTER DELETE ON preset_usage FOR EACH STATEMENT EXECUTE FUNCTION tell()`);
  const before = await bench.tables();
  const plan = await bench.plan('reset', { options: { deleteHistory: true } });
  const reset = await bench.run(plan, { quietAfter: 0 });
  expect(reset).toMatchObject({ changed: presets, deleted: 3 * presets, left: [] });
  // While one was deleted the next one had begun, and goes on without it.
  expect(await bench.own.sql`SELECT is_called FROM beside`).toMatchObject([{ is_called: true }]);
  expect((await bench.receipt(reset)).batches.map(({ outcome }) => outcome)).toContain('aborted');
  // Once two batches are in their triggers at a time, one breaks the connection of the other.
  await bench.arrange(`CREATE SEQUENCE begun; CREATE SEQUENCE met;
    CREATE FUNCTION meet() RETURNS trigger LANGUAGE plpgsql AS $$DECLARE other int; BEGIN
      PERFORM pg_advisory_xact_lock_shared(4711);
      IF nextval('public.begun') = 1 THEN RETURN NULL; END IF;
      FOR n IN 1..300 LOOP
        EXIT WHEN (SELECT is_called FROM public.met);
        SELECT pid INTO other FROM pg_locks WHERE locktype = 'advisory' AND objid = 4711 AND pid <> pg_backend_pid() AND granted;
        IF other IS NOT NULL AND nextval('public.met') = 1 THEN PERFORM pg_terminate_backend(other); END IF;
        PERFORM pg_sleep(0.01);
      END LOOP;
      RETURN NULL; END$$;
    CREATE TRIGGER meet BEFORE INSERT ON preset_usage FOR EACH STATEMENT EXECUTE FUNCTION meet()`);
  const back = await bench.plan('undo', { receipt: reset.receiptId });
  const undo = await bench.run(back, { quietAfter: 0 });
  expect(undo).toMatchObject({ changed: presets, restored: 3 * presets, left: [] });
  expect(await bench.tables()).toEqual(before);
  const [meeting] = await bench.own.sql`SELECT is_called FROM met`;
  expect(meeting).toEqual({ is_called: true });
  const { batches } = await bench.receipt(undo);
  expect(batches.map(({ outcome }) => outcome)).toContain('aborted');
  const xids = batches.map(({ xid }) => Number(xid));
  expect(xids).toEqual(xids.toSorted((a, b) => a - b));
});

test('no batch waits for its turn again once the server has ended one for that', async () => {
  await bench.arrange(`INSERT INTO presets (name) SELECT 'Preset ' || n FROM generate_series(1, 400) n;
    INSERT INTO preset_usage (preset_id, usage_type) SELECT id, 'generation' FROM presets;
    CREATE SEQUENCE long;
    CREATE FUNCTION takes_long() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
      IF current_query() LIKE '%AS version%' AND nextval('public.long') = 1 THEN PERFORM pg_sleep(4); END IF; RETURN NULL; END$$;
    CREATE TRIGGER takes_long AFTER DELETE ON preset_usage FOR EACH STATEMENT EXECUTE FUNCTION takes_long()`);
  const plan = await bench.plan('reset', { options: { deleteHistory: true } });
  // Only for the sessions of the repair, and long enough for a slow machine to send the next statement.
  await bench.arrange(
    `ALTER DATABASE ${bench.own.sql.options.database} SET idle_in_transaction_session_timeout = '1s'`,
  );
  const reset = await bench.run(plan, { quietAfter: 0 });
  expect(reset).toMatchObject({ deleted: 400, left: [], error: null });
  expect((await bench.receipt(reset)).batches.map(({ outcome }) => outcome)).toContain('aborted');
});

test('records that are not deleted by whole rows go in full batches', async () => {
  const [noir, pastel] = (await insertPresets(bench.own.sql, ['Noir', 'Pastel'])) as [string, string];
  await insertRecords(bench.own.sql, noir, 100);
  await insertRecords(bench.own.sql, pastel, 1);
  // Those of Pastel stay, or the table would be emptied at once.
  const options = { deleteHistory: true, suppressTriggers: true };
  const plan = await bench.plan('reset', { presets: ['Noir'], options });
  const reset = await bench.run(plan, { quietAfter: 0, most: { records: 40 } });
  expect(changesOf(await bench.receipt(reset)).map(([, , , deletes]) => deletes)).toEqual([40, 40, 20]);
});

describe('all records of a row that are deleted at once', () => {
  const changedMeanwhile = '40001: a record was changed meanwhile';
  let plan: FullPlan;
  let noir: string;
  let pastel: string;
  beforeEach(async () => {
    [noir, pastel] = (await insertPresets(bench.own.sql, ['Noir', 'Pastel'])) as [string, string];
    await insertRecords(bench.own.sql, noir, 2);
    plan = await bench.plan('sync');
  });

  /** Reads the records of Noir, waits for `others`, and deletes all that it has. What they return has ended beside it, for the same repair. */
  async function deleteAll(others: () => Promise<string | null> = async () => null): Promise<string> {
    const { tables } = plan.inspected;
    const deleting = bench.database.write(
      async writer => {
        const xid = (await openBatch(writer, tables, 'delete')) ?? '';
        const read = await readWithAllRecords(writer, tables, plan.facts, [noir], usualLimits);
        const snapshot = read?.snapshot ?? '';
        const found = read?.states.get(noir);
        const played = found ? valuesIn(found) : [];
        const beside = await others();
        const rows = [{ id: noir, delta: -2, nullIfZero: false, lastUsed: null }];
        const how = { inserts: [], truncate: false, wait: false, quiet: false, plays: 2 };
        const order = { rows, deletes: [{ number: 2 }], whole: { snapshot, played, beside }, ...how };
        return runBatch(writer, tables, plan.facts, order, xid, 5);
      },
      { timeout: 20, lockTimeout: 10 },
    );
    return deleting.then(
      () => 'committed',
      ({ cause }) => `${cause?.code}: ${cause?.message}`,
    );
  }

  test.each([
    ['fewer bytes than they have on disk', { bytes: 200 }, false],
    ['fewer bytes than their text has', { bytes: 2_000 }, false],
    ['as many bytes as their text has', { bytes: 10_000 }, true],
    ['fewer bytes than one of them has', { recordBytes: 2_000 }, false],
    ['as many bytes as each of them has', { recordBytes: 4_000 }, true],
  ])('are read at once where %s are allowed: %o', async (_, limits, isRead) => {
    // Long values that are compressed on the disk, so that they take less there than as text.
    await bench.arrange(`UPDATE preset_usage SET usage_data = jsonb_build_object('note', repeat('x', 3000))`);
    const { tables } = plan.inspected;
    const read = await bench.database.read(reader =>
      readWithAllRecords(reader, tables, plan.facts, [noir, pastel], { ...usualLimits, ...limits }),
    );
    const found = [noir, pastel].map(id => read?.states.get(id)?.number);
    expect(found).toEqual(isRead ? [2, 0] : [undefined, undefined]);
  });

  test('are not even looked at where they are more than is allowed on the disk', async () => {
    await bench.arrange(`ALTER TABLE preset_usage ALTER usage_data SET STORAGE EXTERNAL;
      UPDATE preset_usage SET usage_data = jsonb_build_object('note', repeat('x', 3000))`);
    const { tables } = plan.inspected;
    const largeValuesRead = (bytes: number) =>
      bench.database.read(async reader => {
        const blocks = async () => {
          const [row] = (await reader.rows(
            "SELECT pg_stat_get_xact_blocks_fetched(reltoastrelid)::int AS blocks FROM pg_class WHERE oid = 'public.preset_usage'::regclass",
          )) as { blocks: number }[];
          return row!.blocks;
        };
        const before = await blocks();
        await readWithAllRecords(reader, tables, plan.facts, [noir], { ...usualLimits, bytes });
        return (await blocks()) - before;
      });
    expect(await largeValuesRead(1_000)).toBe(0);
    expect(await largeValuesRead(10_000)).toBeGreaterThan(0);
  });

  test('go, and nothing else', async () => {
    await insertRecords(bench.own.sql, pastel, 3);
    expect(await deleteAll()).toBe('committed');
    expect(await bench.counts()).toEqual({ Noir: [0, 0], Pastel: [3, 3] });
  });

  test.each([
    [
      'one is added',
      'INSERT INTO preset_usage (preset_id, usage_type) SELECT preset_id, usage_type FROM one',
    ],
    ['one is another', "UPDATE preset_usage SET usage_type = 'export' WHERE ctid = (SELECT place FROM one)"],
    [
      'one has taken the place of another',
      `WITH gone AS (DELETE FROM preset_usage WHERE ctid = (SELECT place FROM one) RETURNING *)
         INSERT INTO preset_usage (preset_id, usage_type) SELECT preset_id, usage_type FROM gone`,
    ],
  ])('stay where %s since they were read', async (_, sql) => {
    const write = () =>
      bench.arrange(
        `CREATE TEMP VIEW one AS SELECT ctid AS place, * FROM preset_usage WHERE preset_id = '${noir}' LIMIT 1; ${sql}`,
      );
    let before: unknown;
    const deleting = deleteAll(async () => {
      await write();
      before = await bench.tables();
      return null;
    });
    expect(await deleting).toBe(changedMeanwhile);
    expect(await bench.tables()).toEqual(before);
  });

  // Of a transaction that is committed then, a deletion that waited for it sees what it has written.
  test('stay where a transaction is committed while they are deleted', async () => {
    await bench.arrange(`CREATE TABLE ended (); CREATE SEQUENCE waits;
      CREATE FUNCTION waits() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        PERFORM nextval('waits');
        FOR n IN 1..400 LOOP EXIT WHEN EXISTS (SELECT FROM public.ended); PERFORM pg_sleep(0.01); END LOOP;
        RETURN OLD; END $$;
      CREATE TRIGGER waits BEFORE DELETE ON preset_usage FOR EACH ROW EXECUTE FUNCTION waits()`);
    const before = await bench.tables();
    const deleting = deleteAll();
    await expect
      .poll(() => bench.own.sql`SELECT is_called AS waits FROM waits`, { timeout: patience })
      .toMatchObject([{ waits: true }]);
    await bench.arrange('INSERT INTO ended DEFAULT VALUES');
    expect(await deleting).toBe(changedMeanwhile);
    expect(await bench.tables()).toEqual(before);
  });

  test('go where a trigger catches an error of its own', async () => {
    await bench.arrange(`CREATE FUNCTION catches() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        BEGIN INSERT INTO presets (name) VALUES ('Warm'); RAISE EXCEPTION 'over'; EXCEPTION WHEN raise_exception THEN RETURN OLD; END; END $$;
      CREATE TRIGGER catches BEFORE DELETE ON preset_usage FOR EACH ROW EXECUTE FUNCTION catches()`);
    expect(await deleteAll()).toBe('committed');
  });

  /** Runs `sql` in a transaction of its own, and returns its number. */
  const committed = async (sql: string) => {
    const rows = await bench.own.sql.begin(async inside => {
      await inside.unsafe(sql);
      return inside`SELECT pg_current_xact_id()::text AS xid`;
    });
    return (rows as unknown as { xid: string }[])[0]?.xid ?? '';
  };
  const use = (preset: string) =>
    `INSERT INTO preset_usage (preset_id, usage_type) VALUES ('${preset}', 'generation')`;

  test('go beside a transaction of the same repair', async () => {
    expect(await deleteAll(() => committed(use(pastel)))).toBe('committed');
    expect(await bench.counts()).toEqual({ Noir: [0, 0], Pastel: [1, 1] });
  });

  test('stay where another was committed before it', async () => {
    const deleting = deleteAll(async () => {
      await committed(use(pastel));
      return committed(use(pastel));
    });
    expect(await deleting).toBe(changedMeanwhile);
    expect(await bench.counts()).toEqual({ Noir: [2, 2], Pastel: [2, 2] });
  });

  test('stay where its triggers have changed one', async () => {
    const deleting = deleteAll(() =>
      committed(`UPDATE preset_usage SET usage_type = 'export' WHERE preset_id = '${noir}'`),
    );
    expect(await deleting).toBe(changedMeanwhile);
  });
});
