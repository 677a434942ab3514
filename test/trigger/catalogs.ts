import {
  emptyReading,
  type SqlCall,
  type SqlColumn,
  type SqlReading,
  type SqlWrite,
} from '../../source/sql/sql-effects.ts';
import type {
  CatalogFunction,
  CatalogRelation,
  CatalogTrigger,
  TriggerCatalog,
} from '../../source/trigger/catalog.ts';
import { functionName, trackName, triggerName } from '../../source/trigger/expected-names.ts';

// The bits of tgtype.
export const row = 1;
export const before = 2;
export const insert = 4;
export const remove = 8;
export const update = 16;
export const truncate = 32;

/** What a text does, of which a test says no more than matters. */
export function reading(over: Partial<SqlReading> = {}): SqlReading {
  return { ...emptyReading(), ...over };
}

/** A statement that writes a table; by default one that adds 1 to the count. */
export function writes(
  over: Partial<Omit<SqlWrite, 'table'>> & { table?: string; schema?: string | null } = {},
): SqlWrite {
  const { table = 'presets', schema = null, ...rest } = over;
  return {
    verb: 'update',
    action: 'update',
    columns: [{ name: 'usage_count', how: 'adds', by: 1 }],
    cascades: false,
    offset: 0,
    text: `UPDATE ${table} SET ...`,
    ...rest,
    table: { schema, name: table },
  };
}

/** Adds to the count: 1, a number that is computed (null), or another one. */
export const adds = (by: number | null): SqlReading =>
  reading({ writes: [writes({ columns: [{ name: 'usage_count', how: 'adds', by }] })] });
export const sets = (column: SqlColumn): SqlReading => reading({ writes: [writes({ columns: [column] })] });

export function calls(name: string, over: Partial<SqlCall> = {}): SqlCall {
  return { schema: null, name, offset: 0, literals: [], performed: true, ...over };
}

let oid = 1_000;

/** A function of the application; with `isTrigger` one that a trigger runs. */
export function routine(name: string, over: Partial<CatalogFunction> = {}): CatalogFunction {
  oid += 1;
  return {
    oid,
    schema: 'public',
    name,
    identity: `public.${name}()`,
    source: '',
    language: 'plpgsql',
    trusted: true,
    kind: 'function',
    identityTypes: name === trackName ? 'uuid, text, jsonb' : '',
    definer: true,
    searchPath: 'search_path=public',
    isTrigger: false,
    arguments: '()',
    result: 'void',
    owner: 'owner',
    executors: [],
    reading: reading(),
    ...over,
  };
}

/** A trigger on the table of records that fires after each insert; \`runs\` is its function. */
export function trigger(
  name: string,
  runs: CatalogFunction | null,
  over: Partial<CatalogTrigger> = {},
): CatalogTrigger {
  return {
    name,
    tableOid: 2,
    table: 'public.preset_usage',
    enabled: 'O',
    offIn: [],
    type: insert,
    condition: false,
    updateOf: [],
    newTable: 'new_rows',
    functionOid: runs?.oid ?? 0,
    definition: `CREATE TRIGGER ${name}`,
    ...over,
  };
}

export function relation(number: number, name: string, over: Partial<CatalogRelation> = {}): CatalogRelation {
  return {
    oid: number,
    schema: 'public',
    name,
    table: `public.${name}`,
    visible: true,
    kind: 'table',
    owner: 'owner',
    grants: [],
    policies: null,
    invoker: false,
    view: null,
    ...over,
  };
}

/** The counting trigger of the migration and its function. */
export function counter(
  over: Partial<CatalogTrigger> = {},
  body: Partial<CatalogFunction> = {},
): Pick<TriggerCatalog, 'triggers' | 'functions'> {
  const own = routine(functionName, { isTrigger: true, reading: adds(null), ...body });
  return { triggers: [trigger(triggerName, own, over)], functions: [own] };
}

export const track = (over: Partial<CatalogFunction> = {}): CatalogFunction =>
  routine(trackName, {
    reading: reading({
      writes: [
        writes({
          table: 'preset_usage',
          verb: 'insert',
          action: 'insert',
          columns: [{ name: 'preset_id', how: 'sets' }],
        }),
      ],
    }),
    ...over,
  });

/** A catalog as the migration leaves it, with more triggers, functions and so on in it. */
export function catalog(
  over: Partial<TriggerCatalog> = {},
  own: Pick<TriggerCatalog, 'triggers' | 'functions'> = counter(),
  tracks: CatalogFunction[] = [track()],
): TriggerCatalog {
  const { triggers = [], functions = [], relations = [], ...rest } = over;
  return {
    presetsOid: 1,
    recordsOid: 2,
    presetsTable: 'public.presets',
    recordsTable: 'public.preset_usage',
    schema: 'public',
    schemas: ['public'],
    countName: 'usage_count',
    countKind: 'integer',
    columns: {
      presets: ['id', 'name', 'usage_count', 'last_used_at'].map(name => ({ name, required: false })),
      records: ['id', 'preset_id', 'usage_type'].map(name => ({ name, required: name === 'preset_id' })),
    },
    presetColumn: 'preset_id',
    triggers: [...own.triggers, ...triggers],
    functions: [...own.functions, ...tracks, ...functions],
    uniques: [],
    relations: [relation(1, 'presets'), relation(2, 'preset_usage'), ...relations],
    rules: [],
    references: [],
    generated: [],
    jobs: [],
    countGrants: [],
    roles: [],
    jobsHidden: false,
    jobsElsewhere: null,
    replication: { partitions: 0, subscribed: false, replicaRoles: [], replicaEverywhere: false },
    fit: {
      unmet: [],
      kept: null,
      byRow: false,
      always: false,
      subscribed: false,
      userOf: 'subject',
      misfit: null,
    },
    ...rest,
  };
}
