import { describe, expect, test } from 'vitest';
import {
  type MigrationCatalog,
  migrationDifferences,
  replacedDefinitions,
  unmetRequirements,
} from '../../source/migration/catalog.ts';
import type { ShippedFunction } from '../../source/migration/script.ts';

type Routine = MigrationCatalog['routines'][number];
type Trigger = MigrationCatalog['triggers'][number];
type Column = MigrationCatalog['columns'][number];

const counting = 'auto_increment_preset_usage_count';
const tracking = 'track_preset_usage';

const shipped: ShippedFunction[] = [counting, tracking].map(name => ({
  name,
  body: `body of ${name}`,
  language: 'plpgsql',
  definer: true,
  searchPath: 'pg_catalog, public, pg_temp',
}));

/** A function as the migration installs it, but for what is given. */
function routine(name: string, over: Partial<Routine> = {}): Routine {
  return {
    name,
    identity: `public.${name}()`,
    dropped: false,
    source: `body of ${name}`,
    language: 'plpgsql',
    definer: true,
    settings: ['search_path=pg_catalog, public, pg_temp'],
    plain: true,
    default: null,
    publicMay: false,
    owner: 'owner',
    handover: null,
    restore: [`restore ${name}`],
    ...over,
  };
}

function trigger(over: Partial<Trigger> = {}): Trigger {
  return {
    name: 'counts',
    table: 'public.preset_usage',
    ours: true,
    shaped: true,
    enabled: 'O',
    definition: 'CREATE TRIGGER counts',
    restore: ['restore counts'],
    ...over,
  };
}

const columnTypes: [Column['table'], string, string][] = [
  ['presets', 'id', 'uuid'],
  ['presets', 'usage_count', 'integer'],
  ['presets', 'last_used_at', 'timestamp with time zone'],
  ['preset_usage', 'id', 'uuid'],
  ['preset_usage', 'preset_id', 'uuid'],
  ['preset_usage', 'user_id', 'uuid'],
  ['preset_usage', 'usage_type', 'text'],
  ['preset_usage', 'usage_data', 'jsonb'],
  ['preset_usage', 'created_at', 'timestamp with time zone'],
];
const ownColumns = columnTypes.map(([table, name, type]) => ({ table, name, type, required: false }));

/** A database where everything is as the migration leaves it, but for what is given. */
function catalog(over: Partial<MigrationCatalog> = {}): MigrationCatalog {
  return {
    columns: ownColumns,
    triggers: [trigger()],
    routines: [routine(counting), routine(tracking)],
    dailyIndex: null,
    noTables: [],
    lacking: [],
    ...over,
  };
}

const daily = { definition: 'CREATE UNIQUE INDEX daily', constraint: false };

describe('what the migration would change', () => {
  const changes = (over: Partial<MigrationCatalog>) => migrationDifferences(catalog(over), shipped);

  test('is nothing where it was installed', () => {
    expect(changes({})).toEqual([]);
  });

  test('is the trigger that is missing, differs or is not on', () => {
    expect(changes({ triggers: [] })).toEqual(['the counting trigger is missing']);
    expect(changes({ triggers: [trigger({ shaped: false })] })).toEqual([
      'the counting trigger differs: CREATE TRIGGER counts',
    ]);
    expect(changes({ triggers: [trigger({ enabled: 'D' })] })).toEqual(['the counting trigger is disabled']);
    expect(changes({ triggers: [trigger({ enabled: 'R' })] })).toEqual([
      'the counting trigger fires on replicas only',
    ]);
    expect(changes({ triggers: [trigger({ enabled: 'A', shaped: false })] })).toEqual([
      'the counting trigger differs: CREATE TRIGGER counts',
      'the counting trigger fires ALWAYS, on replicated rows too',
    ]);
  });

  test('is every other trigger that runs its function', () => {
    const other = trigger({ ours: false, name: 'again', table: 'public.old' });
    expect(changes({ triggers: [other, trigger()] })).toEqual([
      'a second trigger runs the counting function: again on public.old',
    ]);
    expect(changes({ triggers: [other] })).toEqual([
      'the counting trigger is missing',
      'a second trigger runs the counting function: again on public.old',
    ]);
  });

  test('is a function that is missing, or that cannot be replaced in place', () => {
    expect(changes({ routines: [routine(tracking)] })).toEqual([`the function ${counting}() is missing`]);
    const other = routine(tracking, { dropped: true, identity: 'public.track_preset_usage(text)' });
    expect(changes({ routines: [routine(counting), other] })).toEqual([
      `the function ${tracking}() is missing`,
      `there is public.track_preset_usage(text) instead of ${tracking}()`,
    ]);
    expect(changes({ routines: [routine(counting), routine(tracking), other] })).toEqual([
      `there is public.track_preset_usage(text) instead of ${tracking}()`,
    ]);
  });

  test.each<[string, Partial<Routine>, string]>([
    ['source', { source: 'older' }, 'its source'],
    ['language', { language: 'sql' }, 'its language (sql)'],
    ['definer', { definer: false }, 'SECURITY DEFINER'],
    ['no settings', { settings: [] }, 'its settings (none)'],
    ['another path', { settings: ['search_path=public'] }, 'its settings (search_path=public)'],
    [
      'one setting more',
      { settings: ['search_path=pg_catalog, public, pg_temp', 'work_mem=1MB'] },
      'its settings (search_path=pg_catalog, public, pg_temp; work_mem=1MB)',
    ],
    ['volatility', { plain: false }, 'its volatility, strictness or cost'],
    ['default', { default: 'NULL' }, 'the default of a parameter'],
    ['grants', { publicMay: true }, 'who may execute it (PUBLIC)'],
    ['owner', { handover: 'postgres' }, 'its owner (owner, not postgres)'],
  ])('is a function of another %s', (_, over, how) => {
    expect(changes({ routines: [routine(counting, over), routine(tracking)] })).toEqual([
      `public.${counting}() differs in ${how}`,
    ]);
  });

  test('lists everything in which a function differs', () => {
    const both = routine(counting, { source: 'older', language: 'sql' });
    expect(changes({ routines: [both, routine(tracking)] })).toEqual([
      `public.${counting}() differs in its source, its language (sql)`,
    ]);
  });

  test('is not the default that it gives a parameter, nor that everybody may track a use', () => {
    const own = routine(tracking, { default: "'{}'::jsonb", publicMay: true });
    expect(changes({ routines: [routine(counting), own] })).toEqual([]);
  });

  test('is the index that allows one use a day', () => {
    expect(changes({ dailyIndex: daily })).toEqual([
      'the index idx_preset_usage_daily_unique refuses a second use of a preset on a day',
    ]);
  });
});

describe('what restores what was there', () => {
  const restored = (over: Partial<MigrationCatalog>) => replacedDefinitions(catalog(over), shipped);
  const dropTrigger =
    'DROP TRIGGER IF EXISTS trigger_auto_increment_preset_usage_count ON public.preset_usage';

  test('is nothing where nothing is replaced', () => {
    expect(restored({})).toEqual([]);
    expect(restored({ triggers: [], routines: [] })).toEqual([]);
  });

  test('is a trigger that differs or is not on, after the new one is dropped', () => {
    for (const over of [{ shaped: false }, { enabled: 'D' as const }]) {
      expect(restored({ triggers: [trigger(over)] })).toEqual([dropTrigger, 'restore counts']);
    }
  });

  test('leaves the trigger that was kept, and restores the second one', () => {
    const other = trigger({ ours: false, restore: ['restore again'] });
    expect(restored({ triggers: [trigger(), other] })).toEqual(['restore again']);
    expect(restored({ triggers: [other] })).toEqual([dropTrigger, 'restore again']);
  });

  test('is a function that differs; the trigger may stay if it was there before', () => {
    const older = routine(counting, { source: 'older' });
    expect(restored({ routines: [older, routine(tracking)] })).toEqual([`restore ${counting}`]);
    expect(restored({ triggers: [], routines: [older, routine(tracking)] })).toEqual([
      dropTrigger,
      `restore ${counting}`,
    ]);
    const track = routine(tracking, { source: 'older' });
    expect(restored({ triggers: [], routines: [routine(counting), track] })).toEqual([`restore ${tracking}`]);
  });

  test('is a function that was dropped, after the new one is dropped', () => {
    const older = routine(counting, { dropped: true });
    expect(restored({ triggers: [], routines: [older] })).toEqual([
      dropTrigger,
      `DROP FUNCTION IF EXISTS public.${counting}()`,
      `restore ${counting}`,
    ]);
    expect(restored({ routines: [routine(counting), routine(tracking, { dropped: true })] })).toEqual([
      `DROP FUNCTION IF EXISTS public.${tracking}(uuid, text, jsonb)`,
      `restore ${tracking}`,
    ]);
  });

  test('is the index that was dropped, last', () => {
    expect(restored({ triggers: [trigger({ shaped: false })], dailyIndex: daily })).toEqual([
      dropTrigger,
      'restore counts',
      daily.definition,
    ]);
  });
});

describe('what the migration needs', () => {
  const unmet = (over: Partial<MigrationCatalog>) => unmetRequirements(catalog(over));
  const withType = (name: string, type: string) =>
    ownColumns.map(column => (column.name === name ? { ...column, type } : column));

  test('is there in the tables of the application', () => {
    expect(unmet({})).toEqual([]);
  });

  test.each([
    ['usage_count', ['smallint', 'integer', 'bigint', 'numeric']],
    ['last_used_at', ['timestamp with time zone', 'timestamp without time zone']],
    ['user_id', ['uuid', 'text', 'character varying']],
    ['usage_type', ['text', 'character varying']],
    ['usage_data', ['json', 'jsonb', 'text']],
    ['created_at', ['timestamp with time zone', 'timestamp without time zone']],
  ])('lets %s be %j', (name, types) => {
    for (const type of types) expect(unmet({ columns: withType(name, type) })).toEqual([]);
  });

  test.each(columnTypes)('lets %s.%s be nothing like that', (table, name, type) => {
    for (const other of ['date', `${type}[]`, `my_${type}`]) {
      const columns = ownColumns.map(column =>
        column.table === table && column.name === name ? { ...column, type: other } : column,
      );
      expect(unmet({ columns })).toEqual([`${table}.${name} is ${other}`]);
    }
    const left = ownColumns.filter(column => column.table !== table || column.name !== name);
    expect(unmet({ columns: left })).toEqual([`${table} has no column ${name}`]);
  });

  test('is that track_preset_usage() sets every column that must be set', () => {
    const must = (table: Column['table'], name: string) =>
      unmet({
        columns: [
          ...ownColumns.filter(column => column.table !== table || column.name !== name),
          {
            table,
            name,
            type: ownColumns.find(column => column.table === table && column.name === name)?.type ?? 'text',
            required: true,
          },
        ],
      });
    for (const name of ['preset_id', 'user_id', 'usage_type', 'usage_data']) {
      expect(must('preset_usage', name)).toEqual([]);
    }
    expect(must('preset_usage', 'tenant')).toEqual([
      'preset_usage.tenant has no default, and track_preset_usage() does not set it',
    ]);
    expect(must('preset_usage', 'created_at')).toHaveLength(1);
    expect(must('presets', 'tenant')).toEqual([]);
  });

  test('is a table that can have a trigger', () => {
    expect(unmet({ noTables: ['public.preset_usage'] })).toEqual([
      'public.preset_usage is not a table of this server',
    ]);
  });

  test('is that the daily index can be dropped by itself', () => {
    expect(unmet({ dailyIndex: daily })).toEqual([]);
    expect(unmet({ dailyIndex: { ...daily, constraint: true } })).toEqual([
      'idx_preset_usage_daily_unique belongs to a constraint, which must be dropped first',
    ]);
  });
});
