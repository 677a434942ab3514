import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { Database } from '../../source/connection/transactions.ts';
import { readTables } from '../../source/counter/discovery/tables.ts';
import { whyOff } from '../../source/diagnosis/catalog-evidence.ts';
import { triggerName } from '../../source/trigger/expected-names.ts';
import { judgeTrigger, type TriggerHealth } from '../../source/trigger/health.ts';
import { readTriggerCatalog } from '../../source/trigger/read-catalog.ts';
import { connectTo } from '../helpers/connect.ts';
import { createDatabase, type TestDatabase } from '../helpers/database.ts';
import { withAtomicBodies } from '../helpers/server-version.ts';
import { migration, runFile } from '../psql/files.ts';

let own: TestDatabase;
let database: Database;

beforeAll(async () => {
  own = await createDatabase();
  database = connectTo(own.url);
});
afterAll(async () => {
  await database.close();
  await own.drop();
});

const repairs: string[] = [];
afterEach(async () => {
  for (const statement of repairs.splice(0).reverse()) await own.sql.unsafe(statement);
  await runFile(own.url, migration);
});

/** Changes the database for one test; `undo` takes back what the migration would not. */
async function arrange(statement: string, undo?: string): Promise<void> {
  await own.sql.unsafe(statement).simple();
  if (undo) repairs.push(undo);
}

function health(schema = 'public'): Promise<TriggerHealth> {
  return database.read(async reader =>
    judgeTrigger(await readTriggerCatalog(reader, await readTables(reader, schema))),
  );
}

const codes = ({ findings }: TriggerHealth) => findings.map(({ code }) => code);

const rowFunction = (body: string, rest = 'SECURITY DEFINER SET search_path = public') => `
  CREATE OR REPLACE FUNCTION auto_increment_preset_usage_count() RETURNS trigger LANGUAGE plpgsql ${rest}
  AS $$ BEGIN ${body} RETURN NEW; END $$;`;
const classic =
  'UPDATE presets SET usage_count = COALESCE(usage_count, 0) + 1, last_used_at = now() WHERE id = NEW.preset_id;';
const trigger = (what: string, table = 'preset_usage', name: string = triggerName) => `
  DROP TRIGGER IF EXISTS ${name} ON ${table};
  CREATE TRIGGER ${name} ${what.replace('ON', `ON ${table}`)} EXECUTE FUNCTION auto_increment_preset_usage_count();`;

describe('the trigger of the migration', () => {
  test('is healthy, without findings', async () => {
    const found = await health();
    expect(found).toMatchObject({
      healthy: true,
      findings: [],
      others: [],
      trigger: {
        name: triggerName,
        table: 'public.preset_usage',
        exists: true,
        enabled: 'origin',
        timing: 'AFTER',
        events: ['INSERT'],
        level: 'statement',
        functionExists: true,
      },
    });
    expect(found.trigger.definition).toContain('CREATE TRIGGER');
    expect(found.trigger.function).toContain('auto_increment_preset_usage_count()');
  });

  test('is healthy as a row trigger too, with a note on bulk inserts', async () => {
    await arrange(rowFunction(classic) + trigger('AFTER INSERT ON FOR EACH ROW'));
    const found = await health();
    expect(found.healthy).toBe(true);
    expect(found.trigger.level).toBe('row');
    expect(found.findings).toMatchObject([{ code: 'trigger-row-level', severity: 'info' }]);
  });

  test.each([
    ['DISABLE', 'disabled', 'trigger-disabled', false],
    ['ENABLE REPLICA', 'replica', 'trigger-replica-only', false],
    ['ENABLE ALWAYS', 'always', 'trigger-always', true],
  ] as const)('after %s is %s', async (action, enabled, code, healthy) => {
    await arrange(`ALTER TABLE preset_usage ${action} TRIGGER ${triggerName}`);
    const found = await health();
    expect(found.trigger.enabled).toBe(enabled);
    expect(codes(found)).toEqual([code]);
    expect(found.healthy).toBe(healthy);
  });

  test('that is off in only one partition is an error that names the partition', async () => {
    await arrange(
      `CREATE SCHEMA parts; SET search_path = parts;
       CREATE TABLE presets (id uuid PRIMARY KEY, usage_count int, last_used_at timestamptz);
       CREATE TABLE preset_usage (preset_id uuid, created_at timestamptz NOT NULL) PARTITION BY RANGE (created_at);
       CREATE TABLE "This Year" PARTITION OF preset_usage DEFAULT;
       CREATE TABLE last_year PARTITION OF preset_usage FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
       CREATE FUNCTION auto_increment_preset_usage_count() RETURNS trigger LANGUAGE plpgsql
       AS $$ BEGIN ${classic} RETURN NEW; END $$;
       CREATE TRIGGER ${triggerName} AFTER INSERT ON preset_usage FOR EACH ROW EXECUTE FUNCTION auto_increment_preset_usage_count();
       RESET search_path`,
      'DROP SCHEMA parts CASCADE',
    );
    expect(codes(await health('parts'))).not.toContain('trigger-off-in-partition');
    await own.sql.unsafe(`ALTER TABLE parts."This Year" DISABLE TRIGGER ${triggerName}`);
    const { findings } = await health('parts');
    const off = findings.find(({ code }) => code === 'trigger-off-in-partition');
    expect(off).toMatchObject({
      severity: 'error',
      message: 'The trigger is off in the partition parts."This Year": uses stored there are not counted.',
      hint: `ALTER TABLE parts."This Year" ENABLE TRIGGER ${triggerName}; then check the counts for the time it was off.`,
    });
    expect(whyOff(findings)).toBe(off!.message);
  });

  test('that is missing is an error, and so is its function', async () => {
    await arrange(`DROP FUNCTION auto_increment_preset_usage_count() CASCADE`);
    const found = await health();
    expect(found.trigger).toMatchObject({
      exists: false,
      enabled: null,
      functionExists: false,
      definition: null,
    });
    expect(codes(found)).toEqual(['trigger-missing', 'function-missing']);
    expect(found.healthy).toBe(false);
  });

  test('on another table is named with that table', async () => {
    await arrange(
      `DROP TRIGGER ${triggerName} ON preset_usage; CREATE TABLE other (id uuid, preset_id uuid);
       ${rowFunction(classic)} ${trigger('AFTER INSERT ON FOR EACH ROW', 'other')}`,
      'DROP TABLE other',
    );
    const found = await health();
    expect(found.trigger.exists).toBe(false);
    expect(codes(found)).toEqual(['trigger-wrong-table']);
    expect(found.findings[0]?.message).toContain('public.other');
  });

  test('before the insert counts uses that are never stored', async () => {
    await arrange(rowFunction(classic) + trigger('BEFORE INSERT ON FOR EACH ROW'));
    expect(codes(await health())).toContain('trigger-before');
    expect((await health()).healthy).toBe(false);
  });

  test('on the wrong events, with a condition, or without access to the rows is a finding', async () => {
    await arrange(rowFunction(classic) + trigger('AFTER UPDATE ON FOR EACH ROW'));
    expect(codes(await health())).toContain('trigger-not-on-insert');
    await arrange(trigger('AFTER INSERT OR UPDATE ON FOR EACH ROW'));
    expect(codes(await health())).toContain('trigger-more-events');
    await arrange(trigger("AFTER INSERT ON FOR EACH ROW WHEN (NEW.usage_type = 'generation')"));
    expect(codes(await health())).toContain('trigger-condition');
    await arrange(trigger('AFTER INSERT ON FOR EACH STATEMENT'));
    expect(codes(await health())).toContain('statement-without-transition-table');
  });
});

describe('its function', () => {
  test.each([
    ['function-does-not-count', 'NEW.usage_type := lower(NEW.usage_type);', undefined],
    [
      'function-counts-otherwise',
      'UPDATE presets SET usage_count = usage_count + 2 WHERE id = NEW.preset_id;',
      undefined,
    ],
    ['function-unreadable', "EXECUTE 'UPDATE presets SET ' || TG_ARGV[0];", undefined],
    ['function-unreadable', 'PERFORM bump(NEW.preset_id);', undefined],
    ['function-invoker', classic, ''],
    ['function-search-path', classic, 'SECURITY DEFINER'],
  ])('%s', async (code, body, rest) => {
    await arrange(rowFunction(body, rest) + trigger('AFTER INSERT ON FOR EACH ROW'));
    expect(codes(await health())).toContain(code);
  });

  test('under another name is a warning', async () => {
    await arrange(
      `${rowFunction(classic).replace('auto_increment_preset_usage_count', 'count_use')}
       DROP TRIGGER ${triggerName} ON preset_usage;
       CREATE TRIGGER ${triggerName} AFTER INSERT ON preset_usage FOR EACH ROW EXECUTE FUNCTION count_use();`,
      'DROP FUNCTION count_use() CASCADE',
    );
    const found = await health();
    expect(codes(found)).toContain('function-other');
    expect(found.healthy).toBe(true);
  });
});

describe('what else writes the count', () => {
  test('a second counting trigger is an error, and is listed', async () => {
    await arrange(
      `${rowFunction(classic).replace('auto_increment_preset_usage_count', 'count_again')}
       CREATE TRIGGER again AFTER INSERT ON preset_usage FOR EACH ROW EXECUTE FUNCTION count_again();`,
      'DROP FUNCTION count_again() CASCADE',
    );
    const found = await health();
    expect(codes(found)).toEqual(['second-counter']);
    expect(found.healthy).toBe(false);
    expect(found.others).toEqual([
      {
        name: 'again',
        table: 'public.preset_usage',
        timing: 'AFTER',
        events: ['INSERT'],
        enabled: 'origin',
        function: 'public.count_again()',
      },
    ]);
    await own.sql`ALTER TABLE preset_usage DISABLE TRIGGER again`;
    expect((await health()).healthy).toBe(true);
  });

  test('a trigger that does not write the count is only listed', async () => {
    await arrange(
      `CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;
       CREATE TRIGGER touch BEFORE UPDATE ON presets FOR EACH ROW EXECUTE FUNCTION touch();`,
      'DROP FUNCTION touch() CASCADE',
    );
    const found = await health();
    expect(found.findings).toEqual([]);
    expect(found.others).toMatchObject([{ name: 'touch', table: 'public.presets', events: ['UPDATE'] }]);
  });

  test('a function that increments by hand is a warning, one that only reads is not', async () => {
    await arrange(
      withAtomicBodies(`CREATE FUNCTION increment_usage(p uuid) RETURNS void LANGUAGE sql AS 'UPDATE presets SET usage_count = usage_count + 1 WHERE id = p';
       CREATE FUNCTION increment_new(p uuid) RETURNS void LANGUAGE sql BEGIN ATOMIC UPDATE presets SET usage_count = usage_count + 1 WHERE id = p; END;
       CREATE FUNCTION read_usage(p uuid) RETURNS integer LANGUAGE sql AS 'SELECT usage_count FROM presets WHERE id = p';`),
      'DROP FUNCTION increment_usage(uuid), increment_new(uuid), read_usage(uuid)',
    );
    const found = await health();
    expect(codes(found)).toEqual(['other-writer', 'other-writer']);
    expect(found.findings.map(({ message }) => message).join()).toMatch(/increment_new\(.*increment_usage\(/);
    expect(found.healthy).toBe(true);
  });

  test('track_preset_usage() that is missing, or counts itself, is a finding', async () => {
    await arrange('DROP FUNCTION track_preset_usage(uuid, text, jsonb)');
    expect(codes(await health())).toEqual(['track-missing']);
    await arrange(`CREATE FUNCTION track_preset_usage(p_preset_id uuid, p_usage_type text, p_usage_data jsonb DEFAULT '{}')
      RETURNS uuid LANGUAGE sql AS 'UPDATE presets SET usage_count = usage_count + 1 WHERE id = p_preset_id RETURNING id'`);
    expect(codes(await health())).toEqual(['track-counts-too']);
  });

  test('the daily unique index is an error, another unique index over the preset a warning', async () => {
    await arrange(
      "CREATE UNIQUE INDEX idx_preset_usage_daily_unique ON preset_usage (preset_id, user_id, (timezone('UTC', created_at)::date))",
    );
    expect((await health()).findings).toMatchObject([{ code: 'daily-limit', severity: 'error' }]);
    await arrange(
      `DROP INDEX idx_preset_usage_daily_unique; CREATE UNIQUE INDEX once ON preset_usage (preset_id, user_id)`,
      'DROP INDEX once',
    );
    expect((await health()).findings).toMatchObject([{ code: 'unique-limits-uses', severity: 'warning' }]);
  });
});
