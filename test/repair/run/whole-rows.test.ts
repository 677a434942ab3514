import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { usualLimits } from '../../../source/repair/batch-limits.ts';
import type { FullPlan } from '../../../source/repair/plan/draft.ts';
import { openBatch, runBatch } from '../../../source/repair/sql/batch-block.ts';
import { type RecordValues, readWithAllRecords } from '../../../source/repair/sql/counter-state.ts';
import { insertPresets, insertRecords } from '../../helpers/database.ts';
import { makeTemplates, template } from '../../helpers/global-setup.ts';
import { RepairBench } from '../../helpers/repair-bench.ts';
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
  // The trigger tells by the text of a batch how it deletes.
  await bench.arrange(`INSERT INTO presets (name) SELECT 'Preset ' || n FROM generate_series(1, ${presets}) n;
    SET session_replication_role = replica;
    INSERT INTO preset_usage (preset_id, usage_type) SELECT id, 'generation' FROM presets, generate_series(1, 3);
    RESET session_replication_role;
    CREATE TABLE told (n int);
    CREATE FUNCTION tell() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN
      INSERT INTO public.told SELECT 1 WHERE current_query() LIKE '%''whole''%'; RETURN NULL; END$$;
    CREATE TRIGGER tell AFTER DELETE ON preset_usage FOR EACH STATEMENT EXECUTE FUNCTION tell()`);
  const before = await bench.tables();
  const plan = await bench.plan('reset', { options: { deleteHistory: true } });
  const reset = await bench.run(plan, { quietAfter: 0 });
  expect(reset).toMatchObject({ changed: presets, deleted: 3 * presets, left: [] });
  const [told] = await bench.own.sql`SELECT count(*)::int AS batches FROM told`;
  expect(told?.batches).toBeGreaterThan(0);
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

  /** Reads the records of Noir, waits for `others`, and deletes all that it has. */
  async function deleteAll(others: () => Promise<unknown> = async () => {}): Promise<string> {
    const { tables } = plan.inspected;
    const deleting = bench.database.write(
      async writer => {
        const xid = (await openBatch(writer, tables, 'delete')) ?? '';
        const read = await readWithAllRecords(writer, tables, plan.facts, [noir], usualLimits);
        const { snapshot } = read;
        const { found = [] } = read.states.get(noir) ?? {};
        const played = found.map(record => JSON.parse(record) as RecordValues);
        await others();
        const rows = [{ id: noir, delta: -2, nullIfZero: false, lastUsed: null }];
        const how = { inserts: [], truncate: false, wait: false, quiet: false, plays: 2 };
        const order = { rows, deletes: [{ number: 2 }], whole: { snapshot, played }, ...how };
        return runBatch(writer, tables, plan.facts, order, xid, 5);
      },
      { timeout: 20, lockTimeout: 10 },
    );
    return deleting.then(
      () => 'committed',
      ({ cause }) => `${cause?.code}: ${cause?.message}`,
    );
  }

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
    });
    expect(await deleting).toBe(changedMeanwhile);
    expect(await bench.tables()).toEqual(before);
  });

  // Of a transaction that ends then, a deletion that waited for it sees what it has written.
  test('stay where a transaction ends while they are deleted', async () => {
    await bench.arrange(`CREATE TABLE noted (id uuid);
        CREATE FUNCTION ends() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
          BEGIN INSERT INTO noted VALUES (OLD.id); RAISE EXCEPTION 'over'; EXCEPTION WHEN raise_exception THEN RETURN OLD; END; END $$;
        CREATE TRIGGER ends BEFORE DELETE ON preset_usage FOR EACH ROW EXECUTE FUNCTION ends()`);
    const before = await bench.tables();
    expect(await deleteAll()).toBe(changedMeanwhile);
    expect(await bench.tables()).toEqual(before);
  });
});
