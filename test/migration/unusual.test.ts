import { afterEach, beforeEach, expect } from 'vitest';
import type { Database } from '../../source/connection/transactions.ts';
import { planMigration } from '../../source/migration/read-plan.ts';
import { runMigration } from '../../source/migration/run.ts';
import { connectTo } from '../helpers/connect.ts';
import { insertPresets, type TestDatabase } from '../helpers/database.ts';
import { quickCases } from '../helpers/quick-cases.ts';
import { createUnmigrated, mismatches } from '../psql/files.ts';

let own: TestDatabase;
let database: Database;

beforeEach(async () => {
  own = await createUnmigrated();
  database = connectTo(own.url);
  await insertPresets(own.sql, ['first', 'second', 'third']);
});
afterEach(async () => {
  await database.close();
  await own.drop();
});

const ours = 'trigger_auto_increment_preset_usage_count';
const auto = 'auto_increment_preset_usage_count';
const body = (text: string, name = auto) =>
  `CREATE FUNCTION ${name}() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$ BEGIN ${text} END $$;`;
const fires = (when: string, { name = ours, each = 'ROW', runs = auto, on = 'preset_usage' } = {}) =>
  `CREATE TRIGGER ${name} ${when.replace(' ON *', ` ON ${on}`)} FOR EACH ${each} EXECUTE FUNCTION ${runs}();`;
const add = 'UPDATE presets SET usage_count = usage_count + 1 WHERE id = NEW.preset_id;';
const subtract = 'UPDATE presets SET usage_count = usage_count - 1 WHERE id = OLD.preset_id;';
const follow = `IF TG_OP <> 'DELETE' THEN ${add} END IF; IF TG_OP <> 'INSERT' THEN ${subtract} END IF; RETURN NULL;`;
const recount =
  'UPDATE presets p SET usage_count = (SELECT count(*) FROM preset_usage r WHERE r.preset_id = p.id)';
const partitioned = `CREATE TABLE parted (LIKE preset_usage INCLUDING DEFAULTS, PRIMARY KEY (id, created_at)) PARTITION BY RANGE (created_at);
  CREATE TABLE part PARTITION OF parted DEFAULT;
  DROP TABLE preset_usage;
  ALTER TABLE parted RENAME TO preset_usage;`;
const transitions = (add: boolean, remove: boolean) =>
  `UPDATE presets p SET usage_count = usage_count ${add ? '+ (SELECT count(*) FROM added a WHERE a.preset_id = p.id)' : ''} ${remove ? '- (SELECT count(*) FROM removed a WHERE a.preset_id = p.id)' : ''}; RETURN NULL;`;

const preset = (at: number) => `(SELECT id FROM presets ORDER BY name OFFSET ${at} LIMIT 1)`;
const some = (at: number) =>
  `(SELECT id FROM preset_usage ORDER BY id OFFSET ${at} % greatest(1, (SELECT count(*) FROM preset_usage)) LIMIT 1)`;

/** Uses, deletions, moves and upserts in an order that looks random and is the same each time. */
async function change(
  seed: number,
  { inserts, follows, single }: { inserts: string; follows: boolean; single: boolean },
): Promise<void> {
  let state = seed;
  const roll = (below: number) => {
    state = (state * 1103515245 + 12345) % 2147483648;
    return Math.floor(state / 65536) % below;
  };
  const statements = Array.from({ length: 40 }, () => {
    const insert = inserts.replaceAll('PRESET', preset(roll(3)));
    switch (roll(follows ? 6 : 3)) {
      case 3:
        return `DELETE FROM preset_usage WHERE id = ${some(roll(20))}`;
      case 4:
        return `UPDATE preset_usage SET preset_id = ${preset(roll(3))} WHERE id = ${some(roll(20))}`;
      case 5:
        return `DELETE FROM preset_usage WHERE id IN (${some(roll(20))}, ${some(roll(20))})`;
      case 2:
        return inserts === plain && !single
          ? `INSERT INTO preset_usage (preset_id, usage_type) SELECT id, 'x' FROM presets, generate_series(1, 2)`
          : insert;
      default:
        return insert;
    }
  });
  await own.sql.unsafe(statements.join(';\n')).simple();
}

// A record before its preset, in one transaction.
const later = `INSERT INTO preset_usage (preset_id, usage_type) VALUES (set_config('test.preset', gen_random_uuid()::text, true)::uuid, 'x');
  INSERT INTO presets (id, name) VALUES (current_setting('test.preset')::uuid, 'later')`;
const plain = `INSERT INTO preset_usage (preset_id, usage_type) VALUES (PRESET, 'x')`;

quickCases(
  'a row trigger follows all',
  'a statement recounts everything',
  'statements with transition tables, in functions of their own',
  'a rule counts',
  'a view counts what is inserted through it',
  'a function counts where the condition of the trigger leaves it out',
  'a trigger of the only partition that follows all',
  'a deferred constraint trigger counts a record that comes before its preset',
  'it calls a function in another schema',
  'that, where the proof cannot be played',
  'soft deletion takes a use away',
).each<[string, string, { inserts?: string; follows?: boolean; single?: boolean; refused?: string }]>([
  [
    'a row trigger follows all',
    body(follow) + fires('AFTER INSERT OR DELETE OR UPDATE OF preset_id ON *'),
    { follows: true },
  ],
  [
    'each row recounts its presets',
    body(`${recount} WHERE p.id IN (NEW.preset_id, OLD.preset_id); RETURN NULL;`) +
      fires('AFTER INSERT OR DELETE OR UPDATE ON *'),
    { follows: true },
  ],
  [
    'a statement recounts everything',
    body(`${recount}; RETURN NULL;`) + fires('AFTER INSERT OR DELETE OR UPDATE ON *', { each: 'STATEMENT' }),
    { follows: true, refused: 'would break deleting a record' },
  ],
  [
    'a condition that every record meets',
    body(`${add} RETURN NULL;`) +
      fires('AFTER INSERT ON *').replace('EXECUTE', 'WHEN (NEW.preset_id IS NOT NULL) EXECUTE'),
    {},
  ],
  [
    'statements with transition tables, in functions of their own',
    body(transitions(true, false)) +
      body(transitions(false, true), 'removes') +
      body(transitions(true, true), 'moves') +
      fires('AFTER INSERT ON * REFERENCING NEW TABLE AS added', { each: 'STATEMENT' }) +
      fires('AFTER DELETE ON * REFERENCING OLD TABLE AS removed', {
        each: 'STATEMENT',
        runs: 'removes',
        name: 'removes',
      }) +
      fires('AFTER UPDATE ON * REFERENCING OLD TABLE AS removed NEW TABLE AS added', {
        each: 'STATEMENT',
        runs: 'moves',
        name: 'moves',
      }),
    { follows: true },
  ],
  [
    'statements with transition tables, in one function',
    body(
      `IF TG_OP = 'INSERT' THEN ${transitions(true, false)} ELSIF TG_OP = 'DELETE' THEN ${transitions(false, true)} ELSE ${transitions(true, true)} END IF;`,
    ) +
      fires('AFTER INSERT ON * REFERENCING NEW TABLE AS added', { each: 'STATEMENT' }) +
      fires('AFTER DELETE ON * REFERENCING OLD TABLE AS removed', { each: 'STATEMENT', name: 'removes' }) +
      fires('AFTER UPDATE ON * REFERENCING OLD TABLE AS removed NEW TABLE AS added', {
        each: 'STATEMENT',
        name: 'moves',
      }),
    { follows: true },
  ],
  [
    'a rule counts',
    'CREATE RULE counts AS ON INSERT TO preset_usage DO ALSO UPDATE presets SET usage_count = usage_count + 1 WHERE id = NEW.preset_id;',
    { single: true, refused: 'would break inserting a record' },
  ],
  [
    'a view counts what is inserted through it',
    `CREATE VIEW uses AS SELECT preset_id, usage_type FROM preset_usage;
     ${body(`INSERT INTO preset_usage (preset_id, usage_type) VALUES (NEW.preset_id, NEW.usage_type); ${add} RETURN NEW;`, 'through')}
     ${fires('INSTEAD OF INSERT ON *', { name: 'through', runs: 'through', on: 'uses' })}`,
    { inserts: plain.replace('preset_usage', 'uses'), refused: 'the trigger through' },
  ],
  [
    'a rule of a view counts',
    `CREATE VIEW uses AS SELECT preset_id, usage_type FROM preset_usage;
     CREATE RULE through AS ON INSERT TO uses DO INSTEAD (INSERT INTO preset_usage (preset_id, usage_type) VALUES (NEW.preset_id, NEW.usage_type);
       ${add});`,
    { inserts: plain.replace('preset_usage', 'uses'), refused: 'the rule through' },
  ],
  [
    'a function of another name stores and counts',
    `CREATE FUNCTION record_use(preset uuid) RETURNS void LANGUAGE sql AS $$
       INSERT INTO preset_usage (preset_id, usage_type) VALUES (preset, 'x'); UPDATE presets SET usage_count = usage_count + 1 WHERE id = preset; $$;`,
    { inserts: 'SELECT record_use(PRESET)', refused: 'record_use' },
  ],
  [
    'a function counts where the condition of the trigger leaves it out',
    `${body(`${add} RETURN NULL;`)}
     ${fires('AFTER INSERT ON *').replace('EXECUTE', `WHEN (NEW.usage_type <> 'bulk') EXECUTE`)}
     CREATE FUNCTION record_use(preset uuid) RETURNS void LANGUAGE sql AS $$
       INSERT INTO preset_usage (preset_id, usage_type) VALUES (preset, 'bulk'); UPDATE presets SET usage_count = usage_count + 1 WHERE id = preset; $$;`,
    { inserts: 'SELECT record_use(PRESET)', refused: 'record_use' },
  ],
  [
    'a trigger of the only partition',
    partitioned + body(`${add} RETURN NULL;`) + fires('AFTER INSERT ON *', { on: 'part' }),
    {},
  ],
  [
    'a trigger of the only partition that follows all',
    partitioned + body(follow) + fires('AFTER INSERT OR DELETE OR UPDATE ON *', { on: 'part' }),
    { follows: true, refused: 'would break deleting a record' },
  ],
  [
    'a trigger of a partition with another function',
    partitioned +
      body(`${add} RETURN NULL;`, 'bump') +
      fires('AFTER INSERT ON *', { on: 'part', runs: 'bump', name: 'bumps' }),
    { refused: 'would break inserting a record' },
  ],
  [
    'a deferred constraint trigger',
    (body(`${add} RETURN NULL;`) + fires('AFTER INSERT ON * DEFERRABLE INITIALLY DEFERRED')).replace(
      'CREATE TRIGGER',
      'CREATE CONSTRAINT TRIGGER',
    ),
    {},
  ],
  [
    'a deferred constraint trigger counts a record that comes before its preset',
    `ALTER TABLE preset_usage DROP CONSTRAINT preset_usage_preset_id_fkey, ADD FOREIGN KEY (preset_id) REFERENCES presets DEFERRABLE INITIALLY DEFERRED;
    ${(body(`${add} RETURN NULL;`) + fires('AFTER INSERT ON * DEFERRABLE INITIALLY DEFERRED')).replace('CREATE TRIGGER', 'CREATE CONSTRAINT TRIGGER')}`,
    { inserts: later },
  ],
  [
    'the function is in another schema',
    `CREATE SCHEMA counters; ${body(follow, 'counters.bump')}${fires('AFTER INSERT OR DELETE OR UPDATE ON *', { runs: 'counters.bump' })}`,
    { follows: true },
  ],
  [
    'it calls a function in another schema',
    `CREATE SCHEMA counters; CREATE FUNCTION counters.apply(preset uuid, by integer) RETURNS void LANGUAGE sql AS $$
       UPDATE public.presets SET usage_count = usage_count + by WHERE id = preset $$;
     ${body(`PERFORM counters.apply(NEW.preset_id, 1); PERFORM counters.apply(OLD.preset_id, -1); RETURN NULL;`)}
     ${fires('AFTER INSERT OR DELETE OR UPDATE ON *')}`,
    { follows: true },
  ],
  [
    'what it does on other events is in functions that are given the whole row',
    `CREATE FUNCTION recount() RETURNS void LANGUAGE sql AS $$ ${recount} $$;
     ${body('PERFORM recount(); RETURN NULL;')}${fires('AFTER INSERT OR DELETE OR UPDATE ON *')}`,
    { follows: true, refused: 'would break deleting a record' },
  ],
  [
    'that, where the proof cannot be played',
    `CREATE FUNCTION recount() RETURNS void LANGUAGE sql AS $$ SELECT pg_logical_emit_message(false, 'counted', ''); ${recount} $$;
     ${body('PERFORM recount(); RETURN NULL;')}${fires('AFTER INSERT OR DELETE OR UPDATE ON *')}`,
    { follows: true, refused: 'It is not proved' },
  ],
  [
    'soft deletion takes a use away',
    `ALTER TABLE preset_usage ADD deleted_at timestamptz;
     ${body(`${add} RETURN NULL;`)}${body(`${subtract} DELETE FROM preset_usage WHERE id = OLD.id; RETURN NULL;`, 'hides')}
     ${fires('AFTER INSERT ON *')}${fires('AFTER UPDATE OF deleted_at ON *', { runs: 'hides', name: 'hides' })}`,
    {},
  ],
])('%s', async (_, arranged, { inserts = plain, follows = false, single = false, refused }) => {
  await own.sql.unsafe(arranged).simple();
  await change(1, { inserts, follows, single });
  expect(await mismatches(own.sql)).toEqual([]);
  const planned = await planMigration(database, { schema: 'public', readOnly: false }).catch(
    (error: unknown) => error,
  );
  if (refused !== undefined) {
    expect(planned).toMatchObject({
      code: 'would-break',
      exitCode: 4,
      message: expect.stringContaining(refused),
    });
    return;
  }
  if (planned instanceof Error) throw planned;
  await runMigration(
    database,
    planned as Awaited<ReturnType<typeof planMigration>>,
    { timeout: 30, lockTimeout: 2 },
    async () => {},
  );
  for (const seed of [2, 3]) await change(seed, { inserts, follows, single });
  expect(await mismatches(own.sql)).toEqual([]);
});
