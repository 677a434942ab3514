import postgres from 'postgres';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, test } from 'vitest';
import { createDatabase, insertPresets, insertRecords, type TestDatabase } from '../helpers/database.ts';
import { needsFullScale } from '../helpers/needs.ts';
import { needsPooler, type Pooler, startPooler } from '../helpers/pooler.ts';
import { mismatches, stateDirectory } from '../helpers/repair.ts';
import { run } from '../helpers/run.ts';
import { startTerminal, type Terminal } from '../helpers/terminal.ts';
import { waitFor } from '../helpers/wait.ts';

describe('behind a transaction pooler', needsPooler(), () => {
  let own: TestDatabase;
  let pooler: Pooler;
  let ids: string[];
  let home: string;
  const terminals: Terminal[] = [];
  const env = () => ({ DATABASE_URL: pooler.through(own.url), XDG_STATE_HOME: home });

  beforeAll(async () => {
    pooler = await startPooler(inject('serverUrl'));
  });
  afterAll(() => pooler.stop());
  beforeEach(async () => {
    own = await createDatabase();
    home = stateDirectory();
    ids = await insertPresets(own.sql, ['Noir', 'Pastel', 'Sepia']);
    for (const [place, id] of ids.entries()) await insertRecords(own.sql, id, 3 + place);
    await own.sql`UPDATE presets SET usage_count = usage_count + 2 WHERE name = 'Noir'`;
  });
  afterEach(async () => {
    for (const terminal of terminals.splice(0)) terminal.kill('SIGKILL');
    await own.drop();
  });

  /** What a client finds on every server connection of the pool that it did not leave there itself. */
  const leftovers = async () => {
    const clients = [0, 1].map(() =>
      postgres(pooler.through(own.url), { max: 1, prepare: false, fetch_types: false }),
    );
    const both = Promise.withResolvers<void>();
    let begun = 0;
    try {
      // Two transactions at once: each has one of the pool's two connections.
      return await Promise.all(
        clients.map(client =>
          client.begin(async sql => {
            begun += 1;
            if (begun === clients.length) both.resolve();
            const [row] = await sql`
              SELECT pg_backend_pid() AS pid, current_user = session_user AS same,
                (SELECT json_agg(name) FROM pg_settings WHERE source = 'session' AND setting <> ''
                    AND name NOT IN ('application_name', 'client_encoding', 'DateStyle', 'TimeZone', 'standard_conforming_strings')
                ) AS settings,
                (SELECT count(*)::int FROM pg_prepared_statements) AS statements,
                (SELECT count(*)::int FROM pg_listening_channels()) AS channels,
                (SELECT count(*)::int FROM pg_class WHERE relpersistence = 't') AS temporary,
                (SELECT count(*)::int FROM pg_locks WHERE locktype = 'advisory' AND database =
                   (SELECT oid FROM pg_database WHERE datname = current_database())) AS locks,
                current_setting('statement_timeout') || current_setting('lock_timeout') ||
                  current_setting('session_replication_role') || current_setting('transaction_read_only') AS usual`;
            await both.promise;
            return row;
          }),
        ),
      );
    } finally {
      await Promise.all(clients.map(client => client.end()));
    }
  };
  const clean = {
    same: true,
    settings: null,
    statements: 0,
    channels: 0,
    temporary: 0,
    locks: 0,
    usual: '00originoff',
  };

  const json = async (...command: string[]) => {
    const { code, out, err } = await run([...command, '--json'], env());
    return { code, err, ...JSON.parse(out) };
  };
  const apply = async (...command: string[]) => {
    const { plan } = await json(...command, '--dry-run');
    return json(...command, '--confirm', plan.fingerprint);
  };

  test('check and trigger tell the truth', async () => {
    expect(await json('check')).toMatchObject({ code: 1, complete: true, rows: 3, mismatched: 1 });
    expect(await json('trigger')).toMatchObject({ code: 0, healthy: true });
  });

  test('simulate proves a use and leaves nothing; with --commit it stays and can be taken back', async () => {
    const before = await own.sql`SELECT * FROM presets ORDER BY id`;
    expect(await json('simulate', 'Pastel')).toMatchObject({ code: 0, confirmed: true });
    expect(await own.sql`SELECT * FROM presets ORDER BY id`).toEqual(before);
    const refused = await json('simulate', 'Pastel', '--commit');
    const confirm = /--confirm (\w+)/.exec(refused.error.hint)?.[1] ?? '';
    const { takeBack, committed } = await json('simulate', 'Pastel', '--commit', '--confirm', confirm);
    expect(committed).toBe(true);
    expect(await own.sql`SELECT usage_count AS n FROM presets WHERE name = 'Pastel'`).toEqual([{ n: 5 }]);
    expect(await json('simulate', 'Pastel', '--take-back', takeBack)).toMatchObject({
      code: 0,
      takenBack: { deleted: 1, before: 5, after: 4 },
    });
    expect(await own.sql`SELECT * FROM presets ORDER BY id`).toEqual(before);
  });

  test('sync, undo, reset with history and undo again', async () => {
    const records = await own.sql`SELECT * FROM preset_usage ORDER BY id`;
    const synced = await apply('sync');
    expect(synced).toMatchObject({ code: 0, applied: true, outcome: { changed: 1 } });
    expect(await mismatches(own.sql)).toBe(0);
    expect(await apply('undo', synced.outcome.receipt)).toMatchObject({ code: 0, outcome: { changed: 1 } });
    expect(await mismatches(own.sql)).toBe(1);
    const reset = await apply('reset', '--delete-history');
    expect(reset).toMatchObject({ code: 0, outcome: { changed: 3, deleted: 12 } });
    expect(await own.sql`SELECT DISTINCT usage_count AS n FROM presets`).toEqual([{ n: 0 }]);
    expect(await apply('undo', reset.outcome.receipt)).toMatchObject({ code: 0 });
    expect(await own.sql`SELECT * FROM preset_usage ORDER BY id`).toEqual(records);
  });

  test('nothing of a command is left for the next client of the pool', async () => {
    await leftovers();
    await json('check');
    await json('simulate', 'Pastel', '--as-role', 'authenticated');
    await apply('sync', '--suppress-triggers');
    await apply('reset', '--delete-history');
    await json('migrate');
    const found = await leftovers();
    expect(new Set(found.map(row => row?.pid)).size).toBe(2);
    expect(found).toMatchObject([clean, clean]);
  });

  test('an interrupted command cancels its statement behind the pooler', async () => {
    const waiting = async () => {
      const [row] = await own.sql`
        SELECT count(*)::int AS n FROM pg_stat_activity
         WHERE datname = ${own.name} AND application_name = 'preset-usage-console' AND wait_event_type = 'Lock'`;
      return row?.n === 1;
    };
    const held = Promise.withResolvers<void>();
    const locked = Promise.withResolvers<void>();
    const holder = own.sql.begin(async sql => {
      await sql`LOCK TABLE presets IN ACCESS EXCLUSIVE MODE`;
      locked.resolve();
      await held.promise;
    });
    await locked.promise;
    try {
      const blocked = waitFor(waiting, 'check to wait for the lock');
      const { code } = await run(['check', '--lock-timeout', '60'], env(), blocked);
      expect(code).toBe(130);
      await waitFor(async () => !(await waiting()), 'the statement to be cancelled');
    } finally {
      held.resolve();
      await holder;
    }
    expect(await leftovers()).toMatchObject([clean, clean]);
  });

  test('migrate installs the trigger', needsFullScale(), async () => {
    await own.sql`DROP TRIGGER trigger_auto_increment_preset_usage_count ON preset_usage`;
    expect(await json('trigger')).toMatchObject({ code: 1, healthy: false });
    const refused = await json('migrate');
    const confirm = /--confirm (\w+)/.exec(refused.error.hint)?.[1] ?? '';
    expect(await json('migrate', '--confirm', confirm)).toMatchObject({ code: 0, applied: true });
    expect(await json('trigger')).toMatchObject({ code: 0, healthy: true });
  });

  test('two consoles are live at once, beside a third that runs check', needsFullScale(), async () => {
    for (const terminal of [startTerminal({ env: env() }), startTerminal({ env: env() })]) {
      terminals.push(terminal);
    }
    for (const terminal of terminals) await terminal.until(/3 presets {2}2 accurate {2}1 mismatched/);
    await insertRecords(own.sql, ids[1]!, 1);
    // Both at a time, because only the next tick shows the change beside the count.
    await Promise.all(terminals.map(({ until }) => until(/Pastel +5 \+1 +5 +0 +✓ Accurate/)));
    expect(await json('check')).toMatchObject({ code: 1, mismatched: 1 });
    for (const terminal of terminals) {
      terminal.press('q');
      expect(await terminal.exit()).toBe(0);
    }
  });
});
