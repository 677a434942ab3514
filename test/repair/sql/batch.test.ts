import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Database, WriteTransaction } from '../../../source/connection/transactions.ts';
import type { FullPlan } from '../../../source/repair/plan/draft.ts';
import { openBatch } from '../../../source/repair/sql/batch/open-batch.ts';
import type { BatchOrder } from '../../../source/repair/sql/batch/order.ts';
import { type BatchAnswer, runBatch } from '../../../source/repair/sql/batch/run-batch.ts';
import type { RecordPlaces } from '../../../source/repair/sql/records/found-records.ts';
import { insertPresets, insertRecords } from '../../helpers/database.ts';
import { withLoginRole } from '../../helpers/login-role.ts';
import { RepairBench } from '../../helpers/repair-bench.ts';

const role = `block_${process.pid}`;
let bench: RepairBench;
let plan: FullPlan;
let noir: string;
let pastel: string;

withLoginRole(role);
beforeEach(async () => {
  bench = await RepairBench.open();
  [noir, pastel] = (await insertPresets(bench.own.sql, ['Noir', 'Pastel'])) as [string, string];
  await insertRecords(bench.own.sql, noir, 2);
  plan = await bench.plan('sync');
});
afterEach(async () => {
  await bench.arrange(`DROP OWNED BY ${role}`);
  await bench.close();
});

interface Around {
  /** What happens between the beginning of the transaction and its block, in the same transaction. */
  between?: (writer: WriteTransaction, xid: string) => Promise<unknown>;
  /** Says that the transaction is this one. */
  xid?: string;
  /** The statement_timeout of the block, in seconds. */
  longest?: number;
  /** The statement_timeout of everything before it, in seconds. */
  timeout?: number;
  database?: Database;
}

const nothing: BatchOrder = {
  rows: [],
  deletes: [],
  inserts: [],
  truncate: false,
  wait: false,
  quiet: false,
};
const add = (id: string, delta: number) => ({ id, delta, nullIfZero: false, lastUsed: null });

/** Does one batch as a repair does it. */
function batch(order: Partial<BatchOrder>, around: Around = {}): Promise<BatchAnswer> {
  return (around.database ?? bench.database).write(
    async writer => {
      const writes = order.deletes?.length ? 'delete' : order.inserts?.length ? 'insert' : null;
      const xid = await openBatch(writer, plan.inspected.tables, writes);
      if (xid === null) throw new Error('somebody else writes');
      await around.between?.(writer, xid);
      return runBatch(
        writer,
        plan.inspected.tables,
        plan.facts,
        { ...nothing, ...order },
        around.xid ?? xid,
        around.longest ?? 5,
      );
    },
    { timeout: around.timeout ?? 20, lockTimeout: 10 },
  );
}

/** What a batch is refused with: the server's SQLSTATE and words. */
const refusal = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'committed',
    ({ cause }) => `${cause?.code}: ${cause?.message}`,
  );

/** The place and version of every record of a preset, as a repair finds them. */
async function placesOf(preset: string): Promise<RecordPlaces[]> {
  return bench.own.sql<RecordPlaces[]>`
    SELECT 1 AS number, ARRAY[tableoid]::text AS relations, ARRAY[ctid]::text AS places, ARRAY[xmin]::text AS versions
      FROM preset_usage WHERE preset_id = ${preset} ORDER BY ctid`;
}

/** A record's values in the order of its columns, with some of them given. */
function recordWith(values: Record<string, string>): (string | null)[] {
  return plan.facts.recordColumns.map(({ quoted }) => values[quoted] ?? null);
}
const newRecord = (more: Record<string, string> = {}) =>
  recordWith({
    id: '11111111-1111-4111-8111-111111111111',
    preset_id: noir,
    usage_type: 'generation',
    created_at: '2026-01-02 03:04:05+00',
    usage_data: '{}',
    ...more,
  });

const untouched = { Noir: [2, 2], Pastel: [0, 0] };

describe('a batch', () => {
  test('changes a count by the given difference', async () => {
    await batch({ rows: [add(noir, 5)] });
    expect(await bench.counts()).toEqual({ ...untouched, Noir: [7, 2] });
  });

  test('does not begin while another repair runs one', async () => {
    await bench.own.sql.begin(async other => {
      await other`SELECT pg_advisory_xact_lock(hashtext('preset-usage-console'))`;
      await expect(batch({ rows: [add(noir, 5)] })).rejects.toThrow('somebody else writes');
    });
  });

  test('begins beside those alone that are named, and keeps every other out', async () => {
    const { tables } = plan.inspected;
    const own = { timeout: 20, lockTimeout: 10 };
    const processOf = async ({ rows }: WriteTransaction) =>
      ((await rows('SELECT pg_backend_pid() AS pid')) as { pid: number }[])[0]!.pid;
    await bench.database.write(async first => {
      const mine = await processOf(first);
      expect(await openBatch(first, tables, null, { beside: new Set([mine]) })).not.toBeNull();
      const begins = (others: number[] | null) =>
        bench.database.write(async second => {
          const both = others && new Set([...others, await processOf(second)]);
          const xid = await openBatch(second, tables, null, both ? { beside: both } : {});
          await second.script('ROLLBACK');
          return xid !== null;
        }, own);
      expect([await begins([mine]), await begins([]), await begins(null)]).toEqual([true, false, false]);
      await first.script('ROLLBACK');
    }, own);
  });

  test('tells that others have written since it began', async () => {
    const between = () => insertPresets(bench.own.sql, ['Sepia']);
    expect(await batch({ rows: [add(noir, 5)] }, { between })).toMatchObject({ beside: true });
  });

  test('writes nothing on a connection whose transaction is another one', async () => {
    expect(await refusal(batch({ rows: [add(noir, 5)] }, { xid: '42' }))).toContain(
      '25P01: this transaction is another one',
    );
    expect(await bench.counts()).toEqual(untouched);
  });

  test.each([
    ['off', 'on'],
    ['local', 'local'],
  ])('is committed on disk: synchronous_commit, which is %s, is %s in it', async (usual, inside) => {
    await bench.arrange(`ALTER DATABASE ${bench.own.name} SET synchronous_commit = ${usual}`);
    let seen: unknown;
    await batch(
      { rows: [add(noir, 5)] },
      {
        between: async ({ rows }) => {
          [seen] = await rows('SHOW synchronous_commit');
        },
      },
    );
    expect(seen).toEqual({ synchronous_commit: inside });
  });

  test('sees a policy that came after it began, also where it hides nothing that is written', async () => {
    await bench.arrange(
      `GRANT SELECT, UPDATE ON presets TO ${role}; GRANT SELECT ON preset_usage TO ${role}`,
    );
    const limited = bench.connect(bench.own.urlAs(role, 'secret'));
    const order = { rows: [add(noir, 5)] };
    await batch(order, { database: limited });
    const between = () => bench.arrange('ALTER TABLE preset_usage ENABLE ROW LEVEL SECURITY');
    await expect(batch(order, { database: limited, between })).rejects.toMatchObject({
      code: 'rows-hidden',
    });
    expect(await bench.counts()).toEqual({ ...untouched, Noir: [7, 2] });
  });

  test('keeps its tables unchanged from its beginning on', async () => {
    const changed: string[] = [];
    const change = (when: string) => async () => {
      for (const table of ['presets', 'preset_usage']) {
        await bench.own.sql
          .unsafe(`SET lock_timeout = '50ms'; ALTER TABLE ${table} ADD COLUMN later int; RESET lock_timeout`)
          .simple()
          .then(
            () => changed.push(`${table} when it is to ${when}`),
            () => {},
          );
      }
    };
    const [place] = await placesOf(noir);
    await batch({ rows: [add(noir, -1)], deletes: [place!] }, { between: change('delete') });
    await batch({ rows: [add(noir, 1)], inserts: [newRecord()] }, { between: change('insert') });
    expect(changed.join(', ')).toBe('');
  });

  test('waits for its tables below deadlock_timeout', async () => {
    const refused = await bench.own.sql.begin(async other => {
      await other`LOCK TABLE presets`;
      return refusal(batch({ rows: [add(noir, 5)] }, { timeout: 8 }));
    });
    expect(refused).toContain('55P03: ');
  });

  test('takes no longer than its limit', async () => {
    await bench.arrange(`CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(10); RETURN NEW; END $$;
      CREATE TRIGGER slow BEFORE UPDATE ON presets FOR EACH ROW EXECUTE FUNCTION slow()`);
    expect(await refusal(batch({ rows: [add(noir, 5)] }, { longest: 0.3 }))).toContain('57014');
    expect(await bench.counts()).toEqual(untouched);
  });

  test('counts what is deferred to the commit as time that rows are held', async () => {
    await bench.arrange(`CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(0.2); RETURN NULL; END $$;
      CREATE CONSTRAINT TRIGGER slow AFTER UPDATE ON presets DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION slow()`);
    const { held } = await batch({ rows: [add(noir, 5)] });
    expect(held).toBeGreaterThan(190);
  });
});

describe('rows', () => {
  /** Runs `work` while another session holds a preset's row. */
  const whileHeld = <T>(id: string, work: () => Promise<T>) =>
    bench.own.sql.begin(async other => {
      await other`SELECT FROM presets WHERE id = ${id} FOR UPDATE`;
      return work();
    });

  test('that another session holds fail at once', async () => {
    const both = { rows: [add(noir, 5), add(pastel, 1)] };
    expect(await whileHeld(noir, () => refusal(batch(both)))).toBe('55P03: another session holds a row');
    expect(await bench.counts()).toEqual(untouched);
  });

  test('are waited for below deadlock_timeout, whatever the lock timeout is', async () => {
    const order = { rows: [add(noir, 5)], wait: true };
    const between = ({ rows }: WriteTransaction) => rows(`SET LOCAL lock_timeout = '20s'`);
    expect(await whileHeld(noir, () => refusal(batch(order, { longest: 8, between })))).toContain('55P03: ');
  });

  test('that are gone fail where none is waited for', async () => {
    await bench.own.sql`DELETE FROM presets WHERE id = ${pastel}`;
    expect(await refusal(batch({ rows: [add(noir, 5), add(pastel, 1)], wait: true }))).toMatch(
      /^P0001: .*or it was deleted just now/,
    );
    expect(await bench.counts()).toEqual({ Noir: [2, 2] });
  });

  test('are locked in the order of their keys, so that two batches never wait for each other', async () => {
    const [first, last] = [noir, pastel].toSorted() as [string, string];
    // In the table in reverse order, without an index that would sort them.
    await bench.arrange(`ALTER DATABASE ${bench.own.name} SET enable_indexscan = off;
      ALTER DATABASE ${bench.own.name} SET enable_bitmapscan = off`);
    await bench.own.sql`UPDATE presets SET name = name WHERE id = ${first}`;
    // Holds the first row until another session waits for it, then checks whether that one already holds the last row.
    const free = await bench.own.sql.begin(async other => {
      await other`SELECT FROM presets WHERE id = ${first} FOR UPDATE`;
      const waiting = batch({ rows: [add(last, 1), add(first, 1)], wait: true }).catch(() => {});
      await other.unsafe(`DO $$ BEGIN
        FOR try IN 1..5000 LOOP
          EXIT WHEN EXISTS (SELECT FROM pg_locks WHERE NOT granted AND transactionid = pg_current_xact_id()::xid);
          PERFORM pg_sleep(0.002);
        END LOOP;
        PERFORM set_config('test.free', (SELECT count(*)::text FROM (SELECT FROM presets WHERE id = '${last}' FOR UPDATE SKIP LOCKED) l), true);
      END $$`);
      const [row] = await other`SELECT current_setting('test.free') AS free`;
      await waiting;
      return row?.free;
    });
    expect(free).toBe('1');
  });

  test('keep the last use that somebody else has noted', async () => {
    const [planned, noted, newest] = [
      '2026-01-01 00:00:00+00',
      '2026-01-02 00:00:00+00',
      '2026-01-03 00:00:00+00',
    ];
    await bench.own.sql`UPDATE presets SET last_used_at = ${planned} WHERE id = ${pastel}`;
    await bench.own.sql`UPDATE presets SET last_used_at = ${noted} WHERE id = ${noir}`;
    const lastUsed = { from: planned, to: newest };
    await batch({
      rows: [
        { ...add(noir, 1), lastUsed },
        { ...add(pastel, 1), lastUsed },
      ],
    });
    const rows = await bench.own.sql`SELECT name, last_used_at::text AS used FROM presets ORDER BY name`;
    expect(rows.map(({ name, used }) => [name, Date.parse(used)])).toEqual([
      ['Noir', Date.parse(noted)],
      ['Pastel', Date.parse(newest)],
    ]);
  });

  test('whose count a trigger changes undo the batch', async () => {
    await bench.arrange(`CREATE FUNCTION other() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.usage_count := 77; RETURN NEW; END $$;
      CREATE TRIGGER other BEFORE UPDATE ON presets FOR EACH ROW EXECUTE FUNCTION other()`);
    expect(await refusal(batch({ rows: [add(noir, 5)] }))).toContain(
      'P0001: a count is not what was written',
    );
    expect(await bench.counts()).toEqual(untouched);
  });

  test('fire no triggers when these are suppressed', async () => {
    await bench.arrange(`CREATE TABLE fired (name text);
      CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO fired VALUES (NEW.name); RETURN NEW; END $$;
      CREATE TRIGGER note AFTER UPDATE ON presets FOR EACH ROW EXECUTE FUNCTION note()`);
    await batch({ rows: [add(noir, 5)], quiet: true });
    expect(await bench.own.sql`SELECT name FROM fired`).toEqual([]);
    await batch({ rows: [add(noir, 5)] });
    expect(await bench.own.sql`SELECT name FROM fired`).toMatchObject([{ name: 'Noir' }]);
  });
});

describe('records that are deleted', () => {
  const changedMeanwhile = '40001: a record was changed meanwhile';

  test('go, and nothing else', async () => {
    const [place] = await placesOf(noir);
    await batch({ rows: [add(noir, -1)], deletes: [place!] });
    expect(await bench.counts()).toEqual({ ...untouched, Noir: [1, 1] });
  });

  test('are found by their places: nothing reads the table from its beginning to its end', async () => {
    await bench.arrange(`SET session_replication_role = replica;
      INSERT INTO preset_usage (preset_id, usage_type) SELECT '${noir}', 'generation' FROM generate_series(1, 10000);
      RESET session_replication_role;
      CREATE TABLE read (times bigint);
      CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        INSERT INTO read SELECT seq_scan FROM pg_stat_xact_user_tables WHERE relname = 'preset_usage'; RETURN NULL; END $$;
      CREATE TRIGGER note AFTER DELETE ON preset_usage EXECUTE FUNCTION note()`);
    const deletes = (await placesOf(noir)).slice(0, 300);
    await batch({ rows: [add(noir, 7)], deletes, plays: 2 });
    expect(await bench.counts()).toEqual({ ...untouched, Noir: [9, 9_702] });
    expect(await bench.own.sql`SELECT times::int FROM read`).toEqual([{ times: 0 }]);
  });

  test('undo the batch where one of them is gone already', async () => {
    const deletes = await placesOf(noir);
    await bench.own.sql`DELETE FROM preset_usage WHERE ctid = (${deletes[0]!.places ?? null}::tid[])[1]`;
    const before = await bench.tables();
    expect(await refusal(batch({ rows: [add(noir, -2)], deletes }))).toBe(changedMeanwhile);
    expect(await bench.tables()).toEqual(before);
  });

  test('are not confused with a record that has taken their place since', async () => {
    const deletes = await placesOf(noir);
    await bench.own.sql`DELETE FROM preset_usage`;
    await bench.own.sql`VACUUM preset_usage`;
    await insertRecords(bench.own.sql, noir, 2);
    const places = (found: RecordPlaces[]) => found.map(record => record.places);
    expect(places(await placesOf(noir))).toEqual(places(deletes));
    const before = await bench.tables();
    expect(await refusal(batch({ rows: [add(noir, -2)], deletes }))).toBe(changedMeanwhile);
    expect(await bench.tables()).toEqual(before);
  });

  test('that a trigger keeps are reported as kept', async () => {
    await bench.arrange(`CREATE FUNCTION keep() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$;
      CREATE TRIGGER keep BEFORE DELETE ON preset_usage FOR EACH ROW EXECUTE FUNCTION keep()`);
    expect(await refusal(batch({ rows: [add(noir, -2)], deletes: await placesOf(noir) }))).toMatch(
      /^P0001: .*keeps a record from being deleted/,
    );
  });

  describe('by TRUNCATE', () => {
    test('go where they are all there is', async () => {
      await batch({ rows: [add(noir, -2)], deletes: await placesOf(noir), truncate: true, wait: true });
      expect(await bench.counts()).toEqual({ ...untouched, Noir: [0, 0] });
    });

    test('undo the batch where there is one more', async () => {
      const [place] = await placesOf(noir);
      const order = { rows: [add(noir, -1)], deletes: [place!], truncate: true, wait: true };
      expect(await refusal(batch(order))).toBe(changedMeanwhile);
      expect(await bench.counts()).toEqual(untouched);
    });

    test('undo the batch if one of them has changed', async () => {
      const deletes = await placesOf(noir);
      await bench.own
        .sql`UPDATE preset_usage SET usage_type = 'export' WHERE ctid = (${deletes[0]!.places ?? null}::tid[])[1]`;
      const order = { rows: [add(noir, -2)], deletes, truncate: true, wait: true };
      expect(await refusal(batch(order))).toBe(changedMeanwhile);
      expect(await bench.counts()).toEqual(untouched);
    });
  });
});

describe('records that are put back', () => {
  test('are counted by the trigger, and the count still becomes what the batch says', async () => {
    await batch({ rows: [add(noir, 1)], inserts: [newRecord()] });
    expect(await bench.counts()).toEqual({ ...untouched, Noir: [3, 3] });
  });

  test('leave the last use where it was', async () => {
    const used = () => bench.own.sql`SELECT last_used_at FROM presets WHERE id = ${noir}`;
    await bench.own.sql`UPDATE presets SET last_used_at = '2025-01-01' WHERE id = ${noir}`;
    const before = await used();
    await batch({ rows: [add(noir, 1)], inserts: [newRecord()] });
    expect(await used()).toEqual(before);
  });

  test('undo the batch where a trigger keeps one out', async () => {
    await bench.arrange(`CREATE FUNCTION keep() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$;
      CREATE TRIGGER keep BEFORE INSERT ON preset_usage FOR EACH ROW EXECUTE FUNCTION keep()`);
    expect(await refusal(batch({ rows: [add(noir, 1)], inserts: [newRecord()] }))).toContain(
      'P0001: not every record could be put back',
    );
    expect(await bench.counts()).toEqual(untouched);
  });

  describe('with triggers kept quiet, of a user', () => {
    const user = '22222222-2222-4222-8222-222222222222';
    const order = () => ({ rows: [add(noir, 1)], inserts: [newRecord({ user_id: user })], quiet: true });

    test('who is gone: refused, as the server would refuse it', async () => {
      expect(await refusal(batch(order()))).toMatch(/^23503: .*users/);
      expect(await bench.counts()).toEqual(untouched);
    });

    test('who is being deleted: waited for, and not put back', async () => {
      await bench.own.sql`INSERT INTO users (id, email) VALUES (${user}, 'ada@example.com')`;
      await bench.own.sql.begin(async other => {
        await other`DELETE FROM users WHERE id = ${user}`;
        expect(await refusal(batch(order()))).toContain('55P03: ');
      });
      expect(await bench.counts()).toEqual(untouched);
    });
  });
});

test('places in different partitions are distinguished', async () => {
  await bench.arrange(`ALTER TABLE preset_usage RENAME TO old_usage;
    CREATE TABLE preset_usage (id int, preset_id uuid, usage_type text, used_at timestamptz DEFAULT now()) PARTITION BY LIST (id);
    CREATE TABLE one PARTITION OF preset_usage FOR VALUES IN (1);
    CREATE TABLE two PARTITION OF preset_usage FOR VALUES IN (2);
    INSERT INTO preset_usage (id, preset_id) VALUES (1, '${noir}'), (2, '${noir}')`);
  plan = await bench.plan('sync');
  const [one, two] = await placesOf(noir);
  expect(one).toEqual({ ...two, relations: one?.relations });
  await batch({ rows: [add(noir, -1)], deletes: [one!] });
  expect(await bench.own.sql`SELECT id FROM preset_usage`).toMatchObject([{ id: 2 }]);
});
