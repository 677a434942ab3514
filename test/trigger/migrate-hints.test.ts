import { afterEach, beforeEach, describe, expect, inject, test } from 'vitest';
import type { Database } from '../../source/connection/transactions.ts';
import { inspectDatabase } from '../../source/counter/inspect-database.ts';
import { planMigration } from '../../source/migration/read-plan.ts';
import { judgeTrigger } from '../../source/trigger/health.ts';
import { readTriggerCatalog } from '../../source/trigger/read-catalog.ts';
import { connectTo } from '../helpers/connect.ts';
import { createDatabase, insertPresets, type TestDatabase } from '../helpers/database.ts';
import { unmigrated } from '../helpers/global-setup.ts';
import { quickCases } from '../helpers/quick-cases.ts';
import { scaledList } from '../helpers/scale.ts';
import { readSchemas } from '../schemas/schema-file.ts';

let own: TestDatabase | undefined;
let database: Database | undefined;
afterEach(async () => {
  await database?.close();
  await own?.drop();
});

/** The findings whose hint leads to `migrate`, after checking that it does not refuse. */
async function leadingToMigrate(schema: string, statements: string): Promise<string[]> {
  if (!own) throw new Error('no database');
  await own.sql.unsafe(statements).simple();
  const opened = connectTo(own.url);
  database = opened;
  const findings = await opened.read(async reader => {
    const { tables } = await inspectDatabase(reader, opened, schema);
    return judgeTrigger(await readTriggerCatalog(reader, tables)).findings;
  });
  const leading = findings.filter(({ hint }) =>
    /preset-usage migrate|the migration (?:drops|installs)|run the migration/.test(hint),
  );
  if (leading.length > 0) {
    const plan = await planMigration(opened, { schema, readOnly: false });
    expect(plan.differs).not.toEqual([]);
  }
  return leading.map(({ code }) => code);
}

describe('a hint never leads to a migrate that refuses', () => {
  beforeEach(async () => {
    own = await createDatabase('template1');
  });
  test.for(
    scaledList(
      4,
      readSchemas().map(({ name, sql, schema }) => ({ name, sql, schema })),
    ),
  )('$name', async ({ sql, schema }, { skip }) => {
    if (inject('serverVersion') < 14 && sql.includes('Infinity'))
      skip('PostgreSQL 13 has no infinite numeric. Run the tests on 14 or later.');
    await leadingToMigrate(schema, sql);
  });
});

describe('what the hint leads to where', () => {
  beforeEach(async () => {
    own = await createDatabase(unmigrated);
    await insertPresets(own.sql, ['Noir', 'Pastel']);
  });
  const counter = (name: string, body: string) =>
    `CREATE FUNCTION ${name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN ${body} RETURN NULL; END $$;`;
  const one = 'UPDATE presets SET usage_count = usage_count + 1 WHERE id = NEW.preset_id;';
  const both = `IF TG_OP = 'INSERT' THEN ${one} ELSE UPDATE presets SET usage_count = usage_count - 1 WHERE id = OLD.preset_id; END IF;`;
  const ours = 'trigger_auto_increment_preset_usage_count';
  const fires = (name: string, runs: string, when = 'AFTER INSERT') =>
    `CREATE TRIGGER ${name} ${when} ON preset_usage FOR EACH ROW EXECUTE FUNCTION ${runs}();`;
  const auto = 'auto_increment_preset_usage_count';

  quickCases(
    'nothing counts',
    'another trigger counts, and ours is disabled',
    'a rule counts',
    'the function that is replaced counts by itself',
    'a trigger that also subtracts fires before',
    'a key of another type',
    'the daily index belongs to a constraint',
    'a function that it calls counts everything again',
    'a view counts what is inserted through it',
  ).each<[string, string, string[]]>([
    ['nothing counts', '', ['trigger-missing', 'function-missing', 'track-missing']],
    ['another trigger counts', counter('bump', one) + fires('bumps', 'bump'), []],
    [
      'another trigger counts, and ours is disabled',
      `${counter('bump', one)}${fires('bumps', 'bump')}${counter(auto, one)}${fires(ours, auto)}ALTER TABLE preset_usage DISABLE TRIGGER ${ours};`,
      [],
    ],
    [
      'a rule counts',
      'CREATE RULE counts AS ON INSERT TO preset_usage DO ALSO UPDATE presets SET usage_count = usage_count + 1 WHERE id = NEW.preset_id;',
      [],
    ],
    [
      'the function that stays counts by itself',
      `CREATE FUNCTION track_preset_usage(preset uuid) RETURNS void LANGUAGE sql AS $$
         INSERT INTO preset_usage (preset_id, usage_type) VALUES (preset, 'x'); UPDATE presets SET usage_count = usage_count + 1 WHERE id = preset; $$;`,
      [],
    ],
    [
      'the function that is replaced counts by itself',
      `CREATE FUNCTION track_preset_usage(p_preset_id uuid, p_usage_type text) RETURNS uuid LANGUAGE sql AS $$
         UPDATE presets SET usage_count = usage_count + 1 WHERE id = p_preset_id;
         INSERT INTO preset_usage (preset_id, usage_type) VALUES (p_preset_id, p_usage_type) RETURNING id; $$;`,
      ['trigger-missing', 'function-missing', 'track-counts-too'],
    ],
    [
      'the trigger also subtracts',
      counter(auto, both) + fires(ours, auto, 'AFTER INSERT OR DELETE'),
      ['track-missing'],
    ],
    [
      'a trigger that also subtracts fires before',
      counter(auto, both.replace('END IF;', 'END IF; RETURN coalesce(NEW, OLD);')) +
        fires(ours, auto, 'BEFORE INSERT OR DELETE'),
      ['track-missing'],
    ],
    [
      'a column of the function is missing',
      'ALTER TABLE preset_usage DROP COLUMN usage_data;',
      ['trigger-missing', 'function-missing'],
    ],
    [
      'a key of another type',
      'ALTER TABLE preset_usage DROP COLUMN preset_id; ALTER TABLE presets DROP COLUMN id; ALTER TABLE presets ADD id bigserial PRIMARY KEY; ALTER TABLE preset_usage ADD preset_id bigint REFERENCES presets;',
      [],
    ],
    [
      'the daily index belongs to a constraint',
      'ALTER TABLE preset_usage ADD CONSTRAINT idx_preset_usage_daily_unique UNIQUE (user_id, preset_id);',
      [],
    ],
    [
      'a statement counts everything again, whatever happens',
      `${counter(auto, 'UPDATE presets p SET usage_count = (SELECT count(*) FROM preset_usage r WHERE r.preset_id = p.id);')}
       CREATE TRIGGER ${ours} AFTER INSERT OR DELETE OR UPDATE ON preset_usage FOR EACH STATEMENT EXECUTE FUNCTION ${auto}();`,
      [],
    ],
    [
      'a function that it calls counts everything again',
      `CREATE FUNCTION recount() RETURNS void LANGUAGE sql AS $$ UPDATE presets p SET usage_count = (SELECT count(*) FROM preset_usage r WHERE r.preset_id = p.id) $$;
       ${counter(auto, 'PERFORM recount();')}${fires(ours, auto, 'AFTER INSERT OR DELETE')}`,
      [],
    ],
    [
      'dynamic SQL that can be read adds, whatever happens',
      `${counter(auto, "EXECUTE 'UPDATE presets SET usage_count = usage_count + ' || 1 || ' WHERE id = $1' USING NEW.preset_id;")}${fires(ours, auto, 'AFTER INSERT OR UPDATE')}`,
      ['function-invoker', 'track-missing', 'trigger-row-level'],
    ],
    [
      'a view counts what is inserted through it',
      `CREATE VIEW uses AS SELECT preset_id, usage_type FROM preset_usage;
       ${counter('through', `INSERT INTO preset_usage (preset_id, usage_type) VALUES (NEW.preset_id, 'x'); ${one} RETURN NEW;`)}
       CREATE TRIGGER through INSTEAD OF INSERT ON uses FOR EACH ROW EXECUTE FUNCTION through();`,
      [],
    ],
    [
      'a function of another name stores and counts',
      `CREATE FUNCTION record_use(preset uuid) RETURNS void LANGUAGE sql AS $$
         INSERT INTO preset_usage (preset_id, usage_type) VALUES (preset, 'x'); UPDATE presets SET usage_count = usage_count + 1 WHERE id = preset; $$;`,
      [],
    ],
    [
      'a row trigger of another body',
      counter(auto, one) + fires(ours, auto),
      ['function-invoker', 'track-missing', 'trigger-row-level'],
    ],
  ])('%s', async (_, statements, codes) => {
    expect((await leadingToMigrate('public', statements)).sort()).toEqual([...codes].sort());
  });

  const hintsOf = async (statements: string) => {
    await own!.sql.unsafe(statements).simple();
    const opened = connectTo(own!.url);
    database = opened;
    return opened.read(async reader => {
      const { tables } = await inspectDatabase(reader, opened, 'public');
      const { findings } = judgeTrigger(await readTriggerCatalog(reader, tables));
      return findings.map(({ hint }) => hint);
    });
  };

  test('a missing trigger is not told to be dropped where another counts', async () => {
    expect(await hintsOf(counter('bump', one) + fires('bumps', 'bump'))).toContain(
      'If the trigger bumps is meant to count, leave it as it is. If not, stop it from counting first: with the trigger as well, a use counts twice.',
    );
  });

  test('of one that is there and one that counts instead, one is to be kept', async () => {
    const subtracts = 'UPDATE presets SET usage_count = usage_count - 1 WHERE id = NEW.preset_id;';
    const both = `${counter('bump', one)}${fires('bumps', 'bump')}${counter(auto, subtracts)}${fires(ours, auto)}`;
    expect(await hintsOf(`${both}ALTER TABLE preset_usage DISABLE TRIGGER ${ours};`)).toContain(
      'Keep one of the two: drop the counting trigger, or stop the trigger bumps from counting. Together they count a use twice.',
    );
  });
});
