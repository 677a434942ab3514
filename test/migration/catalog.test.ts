import { describe, expect, test } from 'vitest';
import {
  type MigrationCatalog,
  migrationDifferences,
  replacedDefinitions,
} from '../../source/migration/catalog.ts';
import type { ShippedFunction } from '../../source/migration/script.ts';
import { type MigrationFit, type MigrationNeeds, unmetNeeds } from '../../source/trigger/migration/fit.ts';

type Routine = MigrationCatalog['routines'][number];
type Trigger = MigrationCatalog['triggers'][number];
type Column = MigrationNeeds['columns'][number];

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
    signature: { kind: 'function', names: [], types: [], defaults: 0, result: 'uuid' },
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
    inserts: true,
    more: false,
    comment: null,
    enabled: 'O',
    definition: 'CREATE TRIGGER counts',
    restore: ['restore counts'],
    ...over,
  };
}

/** How the migration acts on the application's own tables, but for what is given. */
const fits = (over: Partial<MigrationFit> = {}): MigrationFit => ({
  unmet: [],
  kept: null,
  byRow: false,
  always: false,
  subscribed: false,
  userOf: 'subject',
  misfit: null,
  ...over,
});

/** A database where everything is as the migration leaves it, but for what is given. */
function catalog(over: Partial<MigrationCatalog> = {}): MigrationCatalog {
  return {
    triggers: [trigger()],
    routines: [routine(counting), routine(tracking)],
    dailyIndex: null,
    lacking: [],
    ...over,
  };
}

const daily = 'CREATE UNIQUE INDEX daily';

describe('what the migration would change', () => {
  const changes = (over: Partial<MigrationCatalog>, fit: Partial<MigrationFit> = {}) =>
    migrationDifferences(catalog(over), shipped, fits(fit));

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
  });

  test('is whether it fires for replicated records where it has to', () => {
    expect(changes({ triggers: [trigger({ enabled: 'A' })] }, { always: true })).toEqual([]);
    expect(changes({}, { always: true })).toEqual([
      'the counting trigger does not fire for replicated records',
    ]);
  });

  test('is no counting trigger or function where those stay', () => {
    const both = trigger({ shaped: false });
    const second = trigger({ ours: false, name: 'subtracts', inserts: false });
    const older = [routine(counting, { source: 'older' }), routine(tracking)];
    expect(changes({ triggers: [both, second], routines: older }, { kept: 'events' })).toEqual([]);
    expect(changes({ triggers: [trigger({ enabled: 'D' })] }, { kept: 'events' })).toEqual([
      'the counting trigger is disabled',
    ]);
    expect(changes({ triggers: [second], routines: older }, { kept: 'events' })).toEqual([
      'no trigger runs the counting function on INSERT',
    ]);
  });

  test('is the other function where only one of them stays', () => {
    const older = [routine(counting, { source: 'older' }), routine(tracking, { source: 'older' })];
    const named = (over: Partial<MigrationFit>) =>
      changes({ routines: older }, over).map(each => [counting, tracking].find(name => each.includes(name)));
    expect(named({ kept: 'events' })).toEqual([tracking]);
    expect(named({ misfit: 'why' })).toEqual([counting]);
    expect(named({})).toEqual([counting, tracking]);
  });

  test('is no function that is left out', () => {
    const left = { misfit: 'preset_usage has no column usage_data' };
    expect(changes({ routines: [routine(counting)] }, left)).toEqual([]);
    const own = routine(tracking, { dropped: true });
    expect(changes({ routines: [routine(counting), own] }, left)).toEqual([]);
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
  const restored = (over: Partial<MigrationCatalog>, fit: Partial<MigrationFit> = {}) =>
    replacedDefinitions(catalog(over), shipped, fits(fit));
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

  test('is nothing of what stays or is left out', () => {
    const both = trigger({ shaped: false });
    const older = [routine(counting, { source: 'older' }), routine(tracking, { dropped: true })];
    expect(restored({ triggers: [both], routines: older }, { kept: 'events', misfit: 'why' })).toEqual([]);
    expect(restored({ triggers: [trigger({ enabled: 'D' })] }, { kept: 'events' })).toEqual([
      dropTrigger,
      'restore counts',
    ]);
  });

  test('is the comment of a trigger that is made again as it was', () => {
    const own = trigger({ comment: 'comment on counts' });
    const older = [routine(counting, { source: 'older' }), routine(tracking)];
    expect(restored({ triggers: [own], routines: older })).toEqual([
      `restore ${counting}`,
      'comment on counts',
    ]);
    expect(restored({ triggers: [own] }, { kept: 'events' })).toEqual([]);
  });

  test('is the index that was dropped, last', () => {
    expect(restored({ triggers: [trigger({ shaped: false })], dailyIndex: daily })).toEqual([
      dropTrigger,
      'restore counts',
      daily,
    ]);
  });
});

const columnTypes: [Column['table'], string, string][] = [
  ['presets', 'id', 'uuid'],
  ['presets', 'usage_count', 'integer'],
  ['presets', 'last_used_at', 'timestamp with time zone'],
  ['preset_usage', 'preset_id', 'uuid'],
  ['preset_usage', 'created_at', 'timestamp with time zone'],
];
const ownColumns = columnTypes.map(([table, name, type]) => ({ table, name, type }));

describe('what the migration needs', () => {
  const unmet = (over: Partial<MigrationNeeds>) =>
    unmetNeeds({ columns: ownColumns, noTables: [], dailyConstraint: false, ...over });
  const withType = (name: string, type: string) =>
    ownColumns.map(column => (column.name === name ? { ...column, type } : column));

  test('is there in the tables of the application', () => {
    expect(unmet({})).toEqual([]);
  });

  test.each([
    ['usage_count', ['smallint', 'integer', 'bigint', 'numeric']],
    ['last_used_at', ['timestamp with time zone', 'timestamp without time zone']],
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

  test('is a table that can have a trigger', () => {
    expect(unmet({ noTables: ['public.preset_usage'] })).toEqual([
      'public.preset_usage is not a table of this server',
    ]);
  });

  test('is that the daily index can be dropped by itself', () => {
    expect(unmet({ dailyConstraint: false })).toEqual([]);
    expect(unmet({ dailyConstraint: true })).toEqual([
      'idx_preset_usage_daily_unique belongs to a constraint, which must be dropped first',
    ]);
  });
});
