import { readFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { Database } from '../../source/connection/transactions.ts';
import { planSimulation } from '../../source/simulation/read-plan.ts';
import { runSimulation } from '../../source/simulation/run.ts';
import { connectTo } from '../helpers/connect.ts';
import { insertPresets, insertRecords } from '../helpers/database.ts';
import { RepairBench } from '../helpers/repair-bench.ts';
import { waitFor } from '../helpers/wait.ts';

// Without their own transaction, which a pool of connections does not allow.
const sqlOf = (file: string) =>
  readFileSync(new URL(`../../sql/${file}`, import.meta.url), 'utf8').replace(
    /^(?:BEGIN|COMMIT)\b.*;$/gm,
    '',
  );

/**
 * What can go wrong, on the server at `server()`: what happened must be told from codes, names and places, whatever language its
 * words are in. `through` changes a URL to lead to a server of another language.
 */
export function everySituation(server: () => string, through: (url: string) => string = url => url): void {
  let bench: RepairBench;
  let database: Database;
  let noir: string;
  let pastel: string;
  const role = `words_${process.pid}_${Math.trunc(Math.random() * 1e6)}`;
  const open: Database[] = [];
  const connect = (url: string, options = {}) => {
    const connection = connectTo(through(url), options);
    open.push(connection);
    return connection;
  };
  const limited = (options = {}) => connect(bench.own.urlAs(role, 'secret'), options);
  const read = (of: Database, text = 'SELECT count(*) FROM public.presets') =>
    of.read(reader => reader.rows(text));

  beforeAll(async () => {
    bench = await RepairBench.open('template1', server());
    await bench.arrange(sqlOf('demo-schema.sql'));
    await bench.arrange(sqlOf('20250930000001_fix_usage_tracking.sql'));
    await bench.arrange(`CREATE ROLE ${role} LOGIN PASSWORD 'secret'`);
    [noir, pastel] = (await insertPresets(bench.own.sql, ['Noir', 'Pastel'])) as [string, string];
    await insertRecords(bench.own.sql, noir, 3);
    database = connect(bench.own.url);
  });
  afterEach(() => bench.arrange('DROP SCHEMA IF EXISTS told CASCADE; CREATE SCHEMA told'));
  afterAll(async () => {
    await Promise.all(open.map(each => each.close()));
    await bench.arrange(`DROP OWNED BY ${role}; DROP ROLE ${role}`);
    await bench.close();
  });

  /** Cancels what runs `text` here, once it runs. */
  const cancel = (text: string) =>
    waitFor(async () => {
      const [row] = await bench.own.sql`SELECT count(pg_cancel_backend(pid))::int AS n FROM pg_stat_activity
        WHERE datname = ${bench.own.name} AND pid <> pg_backend_pid() AND state = 'active'
          AND strpos(query, ${text}) > 0 AND wait_event = 'PgSleep'`;
      return (row?.n ?? 0) > 0;
    }, 'the statement to be cancelled');

  describe('of a connection', () => {
    test('a wrong password', async () => {
      await expect(read(connect(bench.own.urlAs(role, 'wrong')))).rejects.toMatchObject({
        code: 'authentication-failed',
        hint: expect.stringMatching(/^Check user and password/),
      });
    });

    test('a missing right', async () => {
      await expect(read(limited())).rejects.toMatchObject({ code: 'permission-denied' });
    });

    test('hidden rows', async () => {
      await bench.arrange(`CREATE TABLE told.secret (a int); ALTER TABLE told.secret ENABLE ROW LEVEL SECURITY;
        GRANT USAGE ON SCHEMA told TO ${role}; GRANT SELECT ON told.secret TO ${role}`);
      await expect(read(limited(), 'SELECT count(*) FROM told.secret')).rejects.toMatchObject({
        code: 'rows-hidden',
      });
    });

    test('a statement that somebody cancels', async () => {
      const cancelled = expect(read(database, 'SELECT pg_sleep(60)')).rejects.toMatchObject({
        code: 'cancelled',
      });
      await cancel('SELECT pg_sleep(60)');
      await cancelled;
    });

    test('a statement that takes too long', async () => {
      await expect(
        read(connect(bench.own.url, { timeout: 0.1 }), 'SELECT pg_sleep(60)'),
      ).rejects.toMatchObject({ code: 'statement-timeout' });
    });

    test('a lock that somebody holds', async () => {
      await bench.own.sql.begin(async sql => {
        await sql`LOCK TABLE presets IN ACCESS EXCLUSIVE MODE`;
        await expect(read(connect(bench.own.url, { lockTimeout: 0.05 }))).rejects.toMatchObject({
          code: 'lock-timeout',
        });
      });
    });

    test('a server that accepts no writes', async () => {
      const written = database.write(
        async ({ script }) => script('SET TRANSACTION READ ONLY; DELETE FROM public.presets; COMMIT'),
        { timeout: 30, lockTimeout: 2 },
      );
      await expect(written).rejects.toMatchObject({ code: 'server-read-only' });
    });
  });

  describe('of a repair', () => {
    const repair = async (action: 'sync' | 'reset' | 'undo', receipt: string | null = null) => {
      const options = action === 'reset' ? { deleteHistory: true } : {};
      const plan = await bench.plan(action, { options, receipt }, database);
      return bench.run(plan, {}, () => {}, database);
    };

    test('a trigger that fails is named', async () => {
      await bench.setCounts({ Noir: 9 });
      await bench.arrange(`CREATE FUNCTION told.refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
          PERFORM 1 / (NEW.usage_count - NEW.usage_count); RETURN NEW; END $$;
        CREATE TRIGGER refuse BEFORE UPDATE ON presets FOR EACH ROW EXECUTE FUNCTION told.refuse()`);
      const { left } = await repair('sync');
      expect(left).toMatchObject([
        { name: 'Noir', message: expect.stringMatching(/, in told\.refuse\(\)\.?$/) },
      ]);
    });

    test('a key that is taken by another record', async () => {
      await bench.setCounts({ Noir: 3 });
      const [record] = await bench.own.sql`SELECT id FROM preset_usage WHERE preset_id = ${noir}`;
      const { receiptId } = await repair('reset');
      await bench.own
        .sql`INSERT INTO preset_usage (id, preset_id, usage_type) VALUES (${record?.id}, ${pastel}, 'x')`;
      const { left } = await repair('undo', receiptId);
      expect(left).toMatchObject([{ name: 'Noir', message: expect.stringMatching(/the same key/) }]);
    });
  });

  describe('of a simulation', () => {
    const simulate = async (timeouts = { timeout: 30, lockTimeout: 2 }) => {
      const request = {
        counter: 'public',
        preset: 'Noir',
        asUser: null,
        asRole: null,
        readOnly: false,
      } as const;
      return runSimulation(database, await planSimulation(database, request), timeouts);
    };
    const fires = (body: string) =>
      bench.arrange(`CREATE FUNCTION told.fires() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN ${body}; RETURN NEW; END $$;
        CREATE TRIGGER fires AFTER INSERT ON preset_usage FOR EACH ROW EXECUTE FUNCTION told.fires()`);

    test('the function that failed, and its line', async () => {
      await fires('\nPERFORM 1 / 0');
      const { failures } = await simulate();
      expect(failures[0]).toMatchObject({ code: '22012', where: 'told.fires() line 2' });
    });

    test('the function that warns, and its line', async () => {
      await fires(`RAISE WARNING 'lost'`);
      const { warnings } = await simulate();
      expect(warnings).toEqual([
        { severity: 'WARNING', code: '01000', message: 'lost', where: 'told.fires() line 1' },
      ]);
    });

    test('a column that is gone, in the function that names it', async () => {
      await fires('NEW.lost := 1');
      const { findings } = await simulate();
      expect(findings.map(({ hint }) => hint)).toContainEqual(
        expect.stringMatching(/^told\.fires\(\) names the column lost, which the record does not have/),
      );
    });

    test('one that somebody cancels', async () => {
      await fires('PERFORM pg_sleep(60)');
      const cancelled = expect(simulate({ timeout: 60, lockTimeout: 50 })).rejects.toMatchObject({
        code: 'cancelled',
      });
      await cancel('DO $q');
      await cancelled;
    });

    test('one that takes too long', async () => {
      await fires('PERFORM pg_sleep(60)');
      await expect(simulate({ timeout: 0.3, lockTimeout: 0.1 })).rejects.toMatchObject({
        code: 'statement-timeout',
      });
    });

    test('rows of no declared columns are no broken function', async () => {
      await bench.arrange(`CREATE FUNCTION public.track_preset_usage(preset_key uuid) RETURNS SETOF record LANGUAGE plpgsql AS $$
        BEGIN RETURN QUERY INSERT INTO public.preset_usage (preset_id, usage_type) VALUES (preset_key, 'x') RETURNING id, created_at; END $$`);
      try {
        const { findings } = await simulate();
        expect(findings.map(({ hint }) => hint)).toContainEqual(
          expect.stringMatching(/^It returns rows whose columns are not declared/),
        );
      } finally {
        await bench.arrange('DROP FUNCTION public.track_preset_usage(uuid)');
      }
    });
  });
}
