import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Database } from '../../source/connection/transactions.ts';
import { readTables } from '../../source/counter/discovery/tables.ts';
import { writerLines } from '../../source/trigger/format-writers.ts';
import { judgeTrigger, type TriggerHealth } from '../../source/trigger/health.ts';
import { readTriggerCatalog } from '../../source/trigger/read-catalog.ts';
import { connectTo } from '../helpers/connect.ts';
import { createDatabase, type TestDatabase } from '../helpers/database.ts';
import { needsVersion } from '../helpers/server-version.ts';

// One of them merges.
describe('every kind of writer', needsVersion(15), () => {
  let own: TestDatabase;
  let database: Database;
  let health: TriggerHealth;
  const role = `writer_${process.pid}`;
  const blind = `blind_${process.pid}`;

  beforeAll(async () => {
    own = await createDatabase();
    database = connectTo(own.url);
    await own.sql.unsafe(await readFile(new URL('./writers.sql', import.meta.url), 'utf8')).simple();
    await own.sql
      .unsafe(
        `CREATE ROLE ${role}; CREATE ROLE ${blind} LOGIN PASSWORD 'secret'; GRANT SELECT ON presets, preset_usage TO ${blind};
     REVOKE EXECUTE ON FUNCTION app.use(uuid) FROM PUBLIC; GRANT EXECUTE ON FUNCTION app.use(uuid) TO ${role};
     GRANT UPDATE (name) ON presets TO ${role}; GRANT INSERT ON generations TO PUBLIC`,
      )
      .simple();
    health = await look(database);
  });
  afterAll(async () => {
    await own.sql.unsafe(`DROP OWNED BY ${role}, ${blind}; DROP ROLE ${role}, ${blind}`).simple();
    await database.close();
    await own.drop();
  });

  const look = (from: Database): Promise<TriggerHealth> =>
    from.read(async reader =>
      judgeTrigger(await readTriggerCatalog(reader, await readTables(reader, 'public'))),
    );

  /** Name, what it does, how it gets there, and who may have it do that. */
  const told = ({ writers }: TriggerHealth) =>
    Object.fromEntries(
      writers.map(({ kind, name, does, unreadable, mayRun }) => [
        `${kind} ${name.replace(/\(.*/, '')}`,
        [
          ...does.map(({ on, verb, column, via }) =>
            [
              on,
              verb,
              column ? `${column.how}${column.by ? ` ${column.by}` : ''}` : '*',
              ...via.map(each => `< ${each}`),
            ].join(' '),
          ),
          ...unreadable.map(() => 'unreadable'),
          ...(mayRun.public ? ['PUBLIC'] : mayRun.roles),
        ],
      ]),
    );

  test('everything that writes the count or the records is listed, with the calls and the roles', () => {
    const bump = '< public.bump(p uuid)';
    expect(told(health)).toEqual({
      'trigger trigger_auto_increment_preset_usage_count': ['count update adds 1', 'count update adds'],
      'trigger counts_too': [`count update adds 1 ${bump}`, 'PUBLIC'],
      'trigger clamp': ['count assign adds 1', role],
      'trigger whole': ['unreadable'],
      'trigger instead': ['records insert sets'],
      'function app.atomic': ['count update subtracts 1', 'PUBLIC'],
      'function app.any_table': ['unreadable', 'PUBLIC'],
      'function app.by_view': ['count update adds 1', 'PUBLIC'],
      'procedure app.clean': ['records delete *', 'PUBLIC'],
      'function app.dynamic': ['count update zero', 'PUBLIC'],
      'function app.loop_a': ['records truncate * < app.loop_b()', 'PUBLIC'],
      'function app.loop_b': ['records truncate *', 'PUBLIC'],
      'function app.merged': ['count merge adds 2', 'PUBLIC'],
      'procedure app.recount': ['count update counts', 'PUBLIC'],
      'function app.run_sql': ['unreadable', 'PUBLIC'],
      'function app.use': [`count update adds 1 ${bump}`, role],
      'function app.use_twice': [`count update adds 1 < app.use(p uuid) ${bump}`, 'PUBLIC'],
      'function public.bump': ['count update adds 1', 'PUBLIC'],
      'function public.track_preset_usage': ['records insert sets'],
      'rule also': ['count update adds 1', 'PUBLIC'],
      'view public.popular': ['count update sets', 'count insert sets'],
      'view public.recent': ['records insert *', 'records delete *'],
      'generated doubled': ['derived assign sets', role],
      'reference preset_usage_preset_id_fkey': ['records delete *'],
      'reference preset_usage_user_id_fkey': ['records delete *'],
      'reference users_organisation_fkey': ['records delete * < preset_usage_user_id_fkey'],
      'job retention': ['records delete * < app.clean()'],
      'job job 2': ['count update zero'],
    });
  });

  test('the lines of each kind of writer say when it writes and what', () => {
    const lines = (name: string) => {
      const found = health.writers.find(writer => writer.name.startsWith(name));
      const { head, lines: rest } = writerLines(found!);
      return [head, ...rest];
    };
    expect(lines('counts_too')).toEqual([
      'trigger counts_too on public.generations',
      'fires: AFTER INSERT, for each row, disabled',
      'adds 1 to usage_count, by public.bump(p uuid): UPDATE presets SET usage_count = usage_count + 1 WHERE id = p',
      'may be triggered by: everyone (PUBLIC); plpgsql, runs as its caller',
    ]);
    expect(lines('app.use(')).toEqual([
      'function app.use(p uuid)',
      'adds 1 to usage_count, by public.bump(p uuid): UPDATE presets SET usage_count = usage_count + 1 WHERE id = p',
      `may be called by: its owner postgres, ${role}; plpgsql, runs as its owner`,
    ]);
    expect(lines('clamp')[1]).toBe('fires: BEFORE UPDATE OF name, for each row');
    expect(lines('retention').slice(0, 2)).toEqual(['job retention', 'fires: at 0 3 * * *']);
    expect(lines('job 2')[1]).toBe('fires: at @hourly, disabled');
    expect(lines('users_organisation_fkey')[1]).toBe('fires: AFTER DELETE FROM public.organisations');
    expect(lines('app.run_sql')[1]).toBe('unreadable, may write: runs dynamic SQL: query');
    expect(lines('trigger_auto')[0]).toMatch(/\(expected\)$/);
  });

  test('of a body that cannot be read, the sentence says why', async () => {
    await own.sql
      .unsafe(
        `SET check_function_bodies = off;
     CREATE FUNCTION app.torn() RETURNS void LANGUAGE plpgsql AS 'BEGIN updat presets SET usage_count = 1; END'`,
      )
      .simple();
    const { findings } = await look(database);
    await own.sql.unsafe('DROP FUNCTION app.torn()');
    expect(findings.map(({ message }) => message)).toContain(
      'The function app.torn() may write usage_count in addition to the trigger: it has a body that cannot be read: syntax error at or near "updat".',
    );
  });

  test('routines that all call each other are each followed once', async () => {
    const layers = Array.from({ length: 40 }, (_, at) => {
      const body =
        at === 0
          ? 'UPDATE presets SET usage_count = 1'
          : `PERFORM app.a${at - 1}(), app.b${at - 1}(), app.b${at}()`;
      return ['a', 'b'].map(
        name => `CREATE FUNCTION app.${name}${at}() RETURNS void LANGUAGE plpgsql AS 'BEGIN ${body}; END'`,
      );
    });
    await own.sql.unsafe(layers.flat().join(';')).simple();
    const { writers } = await look(database);
    const last = writers.find(({ name }) => name === 'app.a39()');
    expect(last?.does.map(({ via }) => via.length)).toEqual([39]);
    const dropped = layers.map((_, at) => `app.a${at}(), app.b${at}()`);
    await own.sql.unsafe(`DROP FUNCTION ${dropped.join(', ')}`);
  });

  test('each writer is a finding, but not what only looks like a write', () => {
    const named = health.findings.map(
      ({ code, message }) => `${code} ${/(?:\w+\.)?\w+(?=\()|(?:trigger|rule|job) \w+/.exec(message)?.[0]}`,
    );
    expect(named.sort()).toEqual([
      'job-deletes-records job retention',
      'other-writer app.atomic',
      'other-writer app.by_view',
      'other-writer app.dynamic',
      'other-writer app.merged',
      'other-writer app.recount',
      'other-writer app.use',
      'other-writer app.use_twice',
      'other-writer public.bump',
      'presets-trigger-writes-count trigger clamp',
      'rule-writes-count rule also',
    ]);
    expect(health.healthy).toBe(true);
  });

  test('a trigger on another table is a finding while it is enabled', async () => {
    await own.sql`ALTER TABLE generations ENABLE TRIGGER counts_too`;
    const { findings } = await look(database);
    expect(findings.find(({ code }) => code === 'elsewhere-counter')?.message).toContain(
      'counts_too on public.generations',
    );
    await own.sql`ALTER TABLE generations DISABLE TRIGGER counts_too`;
  });

  test('a rule that counts every record is a second counter', async () => {
    await own.sql`CREATE RULE twice AS ON INSERT TO preset_usage DO ALSO UPDATE presets SET usage_count = usage_count + 1 WHERE id = NEW.preset_id`;
    const { findings, healthy } = await look(database);
    expect(healthy).toBe(false);
    expect(findings.find(({ message }) => message.includes('rule twice'))).toMatchObject({
      code: 'rule-writes-count',
      severity: 'error',
    });
    await own.sql`DROP RULE twice ON preset_usage`;
  });

  test('a role that may not read the jobs learns that there may be some', async () => {
    const other = connectTo(own.urlAs(blind, 'secret'));
    try {
      const found = await look(other);
      expect(found.findings.map(({ code }) => code)).toContain('jobs-hidden');
      expect(found.writers.filter(({ kind }) => kind === 'job')).toEqual([]);
    } finally {
      await other.close();
    }
  });

  test('that pg_cron keeps its jobs in another database is said', async () => {
    const codes = async (name: string) =>
      await database.read(async reader => {
        await reader.rows("SELECT set_config('cron.database_name', $1, true)", [name]);
        const { findings } = judgeTrigger(
          await readTriggerCatalog(reader, await readTables(reader, 'public')),
        );
        return findings.filter(({ code }) => code.startsWith('jobs-')).map(({ message }) => message);
      });
    expect(await codes('elsewhere')).toEqual([]);
    await own.sql`ALTER SCHEMA cron RENAME TO no_cron`;
    expect(await codes(own.name)).toEqual([]);
    expect(await codes('elsewhere')).toEqual([expect.stringContaining('in the database elsewhere')]);
    await own.sql`ALTER SCHEMA no_cron RENAME TO cron`;
  });

  test('a caller is found by whatever name it calls a writer', async () => {
    const calls = {
      '"reset of uses"': 'UPDATE public.presets SET usage_count = 0',
      '"zähl$er"': 'SELECT app."reset of uses"()',
      '"größe_1"': 'SELECT app."zähl$er"()',
      '"Upper"': 'SELECT\tapp.größe_1\n()',
      '"by-dash"': 'SELECT/**/app."Upper"()',
      last: 'SELECT 1; SELECT (app."by-dash"()), \'x\'',
      not_last: 'SELECT last_value FROM pg_sequences; SELECT app_last() FROM (SELECT 1) app_last',
    };
    await own.sql
      .unsafe(
        Object.entries(calls)
          .map(
            ([name, body]) =>
              `CREATE FUNCTION app.${name}() RETURNS void LANGUAGE plpgsql AS $$ BEGIN ${body.replaceAll('SELECT', 'PERFORM').replace(/\(PERFORM/, '(SELECT')}; END $$`,
          )
          .join(';\n'),
      )
      .simple();
    const found = Object.keys(told(await look(database)));
    await own.sql
      .unsafe(
        Object.keys(calls)
          .map(name => `DROP FUNCTION app.${name}()`)
          .join(';'),
      )
      .simple();
    const { not_last: _, ...callers } = calls;
    expect(found).toEqual(expect.arrayContaining(Object.keys(callers).map(name => `function app.${name}`)));
    expect(found).not.toContain('function app.not_last');
  });
});
