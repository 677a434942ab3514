import { afterEach, beforeEach, expect, test } from 'vitest';
import { check } from '../../source/cli/commands/check.ts';
import { loadConfig } from '../../source/config/config.ts';
import { inspectDatabase } from '../../source/counter/inspect-database.ts';
import { readNewestRecord } from '../../source/counter/reading/newest-record.ts';
import { readPresetDetail } from '../../source/counter/reading/preset-detail.ts';
import { planSimulation } from '../../source/simulation/read-plan.ts';
import { runSimulation } from '../../source/simulation/run.ts';
import { commitUse, takeUseBack } from '../../source/simulation/run-real-use.ts';
import { RepairBench } from '../helpers/repair-bench.ts';

const timeouts = { timeout: 30, lockTimeout: 2 };

let bench: RepairBench;
beforeEach(async () => {
  bench = await RepairBench.open();
});
afterEach(() => bench.close());

// A role that may create in an extension's schema can create an operator for a domain over one of its types, or for that type
// and the domain: a better match whenever a value of the domain is compared.
const traps = ['code, code', 'code, citext', 'citext, code', 'code, text', 'text, code']
  .flatMap(types => {
    const [left, right] = types.split(', ');
    return ['=', '<>', '>', '<=', '<', '>='].map(
      (operator, place) => `CREATE FUNCTION public.trap_${left}_${right}_${place}(${types}) RETURNS boolean
        LANGUAGE plpgsql AS $$ BEGIN RAISE 'trapped at ${operator} of ${types}'; END $$;
      CREATE OPERATOR public.${operator} (LEFTARG = ${left}, RIGHTARG = ${right}, FUNCTION = public.trap_${left}_${right}_${place})`,
    );
  })
  .join(';\n');

test.each([
  ['code', 'code'],
  ['code', 'citext'],
])(
  'keys of %s named by %s are compared past operators that others made for the domain',
  async (key, named) => {
    await bench.arrange(`
    DROP TABLE preset_usage, presets; CREATE EXTENSION citext SCHEMA public; CREATE DOMAIN public.code AS citext;
    CREATE TABLE public.presets (id ${key} PRIMARY KEY, name text, usage_count integer DEFAULT 0, last_used_at timestamptz);
    CREATE TABLE public.places (id code PRIMARY KEY);
    CREATE TABLE public.preset_usage (id code PRIMARY KEY DEFAULT gen_random_uuid()::text, preset_id ${named} NOT NULL,
      place code REFERENCES public.places, created_at timestamptz DEFAULT now());
    CREATE INDEX ON public.preset_usage (preset_id, created_at);
    DROP FUNCTION track_preset_usage(uuid, text, jsonb);
    CREATE OR REPLACE FUNCTION auto_increment_preset_usage_count() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
      UPDATE public.presets p SET usage_count = usage_count OPERATOR(pg_catalog.+) 1, last_used_at = now()
       WHERE p.id::text OPERATOR(pg_catalog.=) NEW.preset_id::text; RETURN NULL; END $$;
    CREATE TRIGGER trigger_auto_increment_preset_usage_count AFTER INSERT ON public.preset_usage
      FOR EACH ROW EXECUTE FUNCTION auto_increment_preset_usage_count();
    INSERT INTO presets (id, name) VALUES ('Noir', 'Noir'), ('Pastel', 'Pastel'); INSERT INTO places VALUES ('here');
    INSERT INTO preset_usage (preset_id, place) SELECT id, 'here' FROM presets, generate_series(1, 5)
`);
    await bench.setCounts({ Noir: 7 });
    await bench.own.sql.unsafe('VACUUM ANALYZE preset_usage');
    await bench.arrange(traps);
    const { database } = bench;

    const config = loadConfig({ databaseUrl: bench.own.url }, { HOME: bench.directory }, bench.directory);
    expect((await check(database, config, new AbortController().signal, () => {})).exitCode).toBe(1);
    await database.read(async reader => {
      const { tables } = await inspectDatabase(reader, database, 'public');
      expect((await readNewestRecord(reader, tables))?.newest).not.toBeNull();
      expect((await readPresetDetail(reader, tables, 'Noir', 3)).latest).toHaveLength(5);
    });

    const plan = () =>
      planSimulation(database, {
        counter: 'public',
        preset: 'Pastel',
        asUser: null,
        asRole: null,
        readOnly: false,
      });
    expect((await runSimulation(database, await plan(), timeouts)).confirmed).toBe(true);
    const use = await commitUse(database, await plan(), timeouts);
    expect(await takeUseBack(database, await plan(), use, timeouts)).toMatchObject({ deleted: 1 });

    const synced = await bench.repair('sync');
    expect(synced).toMatchObject({ changed: 1, left: [] });
    expect(await bench.undo(synced)).toMatchObject({ changed: 1, left: [] });
    const before = await bench.tables();
    const reset = await bench.repair('reset', { options: { deleteHistory: true } });
    expect(reset).toMatchObject({ changed: 2, deleted: 10, left: [] });
    expect(await bench.undo(reset, { options: { suppressTriggers: true } })).toMatchObject({ left: [] });
    expect(await bench.tables()).toEqual(before);
  },
);
