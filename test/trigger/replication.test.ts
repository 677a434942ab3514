import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Reader } from '../../source/connection/transactions.ts';
import { readTables } from '../../source/counter/discovery/tables.ts';
import type { CatalogReplication, CatalogTrigger } from '../../source/trigger/catalog.ts';
import { judgeTrigger } from '../../source/trigger/health.ts';
import type { MigrationFit } from '../../source/trigger/migration/fit.ts';
import { readReplication } from '../../source/trigger/read-replication.ts';
import { connectTo } from '../helpers/connect.ts';
import { createDatabase, type TestDatabase } from '../helpers/database.ts';
import { adds, catalog, counter, insert, row } from './catalogs.ts';

const none: CatalogReplication = {
  partitions: 0,
  subscribed: false,
  replicaRoles: [],
  replicaEverywhere: false,
};
const ours = 'trigger_auto_increment_preset_usage_count';

/** What is said where sessions, workers or partitions pass a trigger by. */
function told(
  replication: Partial<CatalogReplication>,
  trigger: Partial<CatalogTrigger> = {},
  fit: Partial<MigrationFit> = {},
): string[] {
  const own = counter(trigger, trigger.type === undefined ? {} : { reading: adds(1) });
  const base = catalog({ replication: { ...none, ...replication } }, own);
  return judgeTrigger({ ...base, fit: base.fit && { ...base.fit, ...fit } })
    .findings.filter(({ code }) => !code.startsWith('trigger-'))
    .map(({ code, severity, message, hint }) => [code, severity, message, hint].join(' | '));
}

const byRow = { type: row + insert, newTable: null };

describe('sessions with session_replication_role = replica', () => {
  test('those of roles', () => {
    expect(told({ replicaRoles: ['loader', 'importer'] })).toEqual([
      `replica-sessions | warning | Sessions of loader, importer run with session_replication_role = replica: the trigger does not fire for their uses. | If they make uses, reset that setting, or ALTER TABLE public.preset_usage ENABLE ALWAYS TRIGGER ${ours};`,
    ]);
  });

  test('all of them', () => {
    expect(told({ replicaEverywhere: true, replicaRoles: ['loader'] })).toEqual([
      expect.stringContaining('replica-sessions | error | Sessions in this database run'),
    ]);
  });

  test.each(['A', 'R', 'D'] as const)('not beside a trigger in state %s', enabled => {
    expect(told({ replicaEverywhere: true }, { enabled })).toEqual([]);
  });
});

describe('partitions that are written directly', () => {
  test('a statement trigger does not fire for them', () => {
    expect(told({ partitions: 3 })).toEqual([
      'partition-inserts-not-counted | warning | The trigger fires once per statement on public.preset_usage: an insert straight into one of its 3 partitions is not counted. | Run preset-usage migrate: it installs a trigger that fires once per record.',
    ]);
  });

  test('a row trigger does', () => {
    expect(told({ partitions: 3 }, byRow)).toEqual([]);
  });

  test('the hint does not lead to migrate where the trigger stays', () => {
    expect(told({ partitions: 3 }, {}, { kept: 'events' })).toEqual([
      expect.stringMatching(/\| Change its function by hand: it also fires for deleted or changed records/),
    ]);
  });
});

describe('as the server says', () => {
  let own: TestDatabase;
  const role = `loader_${process.pid}`;

  beforeAll(async () => {
    own = await createDatabase();
  });
  afterAll(() => own.drop());

  /** What is read after these statements. They are rolled back: what is set for a role holds in every database, beside other tests. */
  async function replicationAfter(statements: string): Promise<CatalogReplication> {
    const database = connectTo(own.url);
    const tables = await database.read(reader => readTables(reader, 'public'));
    await database.close();
    const undone = new Error('undone');
    let found: CatalogReplication | undefined;
    await own.sql
      .begin(async sql => {
        const [row] = await sql`SELECT current_database() AS name`;
        await sql
          .unsafe(
            `CREATE ROLE LOADER; ${statements}`.replaceAll('THIS', row!.name).replaceAll('LOADER', role),
          )
          .simple();
        const reader: Reader = { rows: async (text, parameters = []) => sql.unsafe(text, [...parameters]) };
        found = await readReplication(reader, tables);
        throw undone;
      })
      .catch(error => {
        if (error !== undone) throw error;
      });
    return found!;
  }

  test.each<[string, string, Partial<CatalogReplication>]>([
    ['nothing is set', 'SELECT', {}],
    ['a role', 'ALTER ROLE LOADER SET session_replication_role = replica', { replicaRoles: [role] }],
    [
      'a role in this database',
      `ALTER ROLE LOADER SET session_replication_role = replica; ALTER ROLE LOADER IN DATABASE THIS SET session_replication_role = origin`,
      {},
    ],
    [
      'the database',
      'ALTER DATABASE THIS SET session_replication_role = replica',
      { replicaEverywhere: true },
    ],
    ['another setting', 'ALTER DATABASE THIS SET work_mem = 4096', {}],
  ])('%s', async (_, statements, expected) => {
    expect(await replicationAfter(statements)).toEqual({ ...none, ...expected });
  });

  test('the leaves of partitions are counted', async () => {
    const partitions = `CREATE TABLE old PARTITION OF preset_usage FOR VALUES FROM (MINVALUE) TO ('2025-01-01') PARTITION BY LIST (preset_id);
      CREATE TABLE old_rest PARTITION OF old DEFAULT;
      CREATE TABLE recent PARTITION OF preset_usage DEFAULT`;
    await own.sql
      .unsafe(
        `DROP TABLE preset_usage;
         CREATE TABLE preset_usage (id uuid DEFAULT gen_random_uuid(), preset_id uuid NOT NULL REFERENCES presets, created_at timestamptz NOT NULL DEFAULT now()) PARTITION BY RANGE (created_at);`,
      )
      .simple();
    expect(await replicationAfter(partitions)).toMatchObject({ partitions: 2 });
  });
});
