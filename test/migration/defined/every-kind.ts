import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Database } from '../../../source/connection/transactions.ts';
import type { CounterDefinition } from '../../../source/counter/definition/definition.ts';
import { columnsOf } from '../../../source/counter/definition/predicate.ts';
import {
  planCounterMigration,
  readCounterPlan,
} from '../../../source/migration/defined/read-counter-plan.ts';
import { runMigration } from '../../../source/migration/run.ts';
import { readCounterHealth } from '../../../source/trigger/defined/read-health.ts';
import { type Kind, kinds } from '../../counter/kinds/kinds.ts';
import { connectTo } from '../../helpers/connect.ts';
import { createDatabase, type TestDatabase } from '../../helpers/database.ts';

const timeouts = { timeout: 30, lockTimeout: 2 };

/** Installs what keeps a counter, as the command does. */
export async function install(database: Database, definition: CounterDefinition) {
  const plan = await planCounterMigration(database, {
    definition,
    readOnly: false,
    dryRun: false,
    applicationStopped: true,
  });
  const result = await runMigration(
    database,
    plan,
    timeouts,
    async () => {},
    undefined,
    reader => readCounterPlan(reader, database, plan.definition),
  );
  return { plan, result };
}

/** Statements that make every event happen, to one record and to many. */
function eventsOf({ record }: CounterDefinition, columns: readonly string[]): string[] {
  const table = `"${record.table}"`;
  const quote = (name: string) => `"${name.replaceAll('"', '""')}"`;
  const all = columns.map(quote).join(', ');
  const references = record.reference.map(quote);
  const conditions = record.where ? columnsOf(record.where).map(quote) : [];
  const few = (count: string) => `ctid IN (SELECT ctid FROM ${table} ORDER BY ctid LIMIT ${count})`;
  const half = `(SELECT count(*) / 2 FROM ${table})`;
  const other = (names: readonly string[], order: string) =>
    `UPDATE ${table} u SET ${names.map(name => `${name} = o.${name}`).join(', ')} FROM (SELECT * FROM ${table} ORDER BY ctid ${order} LIMIT 1) o`;
  return [
    `INSERT INTO ${table} (${all}) SELECT ${all} FROM ${table} LIMIT 1`,
    `INSERT INTO ${table} (${all}) SELECT ${all} FROM ${table}`,
    `INSERT INTO ${table} (${all}) SELECT ${all} FROM ${table} WHERE false`,
    `DELETE FROM ${table} WHERE ${few('1')}`,
    `DELETE FROM ${table} WHERE ${few(half)}`,
    `UPDATE ${table} SET ${quote(columns[0] ?? '')} = ${quote(columns[0] ?? '')}`,
    ...(references.length === 0
      ? []
      : [
          `${other(references, 'DESC')} WHERE u.${few('2')}`,
          other(references, 'ASC'),
          ...references.map(name => `UPDATE ${table} SET ${name} = NULL WHERE ${few('1')}`),
        ]),
    ...conditions.flatMap(name => [
      `UPDATE ${table} SET ${name} = NULL WHERE ${few('2')}`,
      `${other([name], 'DESC')} WHERE u.${few(half)}`,
      `INSERT INTO ${table} (${all}) SELECT ${all} FROM ${table}`,
      other([name], 'ASC'),
    ]),
    ...(record.amount === null
      ? []
      : [
          `UPDATE ${table} SET ${quote(record.amount)} = ${quote(record.amount)} * 2`,
          `UPDATE ${table} SET ${quote(record.amount)} = NULL WHERE ${few('1')}`,
        ]),
  ];
}

/** The columns of the records that an INSERT may give. */
async function writableColumns(own: TestDatabase, { record }: CounterDefinition): Promise<string[]> {
  const rows = await own.sql<{ name: string }[]>`
    SELECT attname AS name FROM pg_attribute WHERE attrelid = ${`public."${record.table}"`}::regclass AND attnum > 0 AND NOT attisdropped
       AND attidentity = '' AND attgenerated = '' ORDER BY attnum`;
  return rows.map(({ name }) => name);
}

/** How far each row's count is from the truth: NULL counts as 0. */
async function driftOf(own: TestDatabase, { truth }: Kind): Promise<Map<string, string>> {
  const rows = await own.sql.unsafe<{ id: string; drift: string }[]>(
    `SELECT id::text, round(coalesce(count::numeric, 0) - coalesce(truth::numeric, 0), 12)::text AS drift FROM (${truth}) t WHERE coalesce(count::text, '') NOT IN ('NaN', 'Infinity') ORDER BY 1`,
  );
  return new Map(rows.map(({ id, drift }) => [id, drift]));
}

/** After the migration, whatever happens to records, no count of any kind drifts further. */
export function everyKindIsKept(url: () => string, of: readonly Kind[] = kinds): void {
  describe('after the migration', () => {
    let own: TestDatabase;
    let database: Database;
    beforeAll(async () => {
      own = await createDatabase('template1', url());
      database = connectTo(own.url);
    });
    afterAll(async () => {
      await database.close();
      await own.drop();
    });

    // A count to which NaN was added stays NaN, also when that amount is gone.
    const finite = of.filter(({ name }) => !name.includes('not a number'));
    test.each(finite)('nothing drifts: $name', async kind => {
      const { definition } = kind;
      await own.sql
        .unsafe(
          `DROP SCHEMA IF EXISTS ext CASCADE; DROP SCHEMA public CASCADE; CREATE SCHEMA public; ${kind.sql}`,
        )
        .simple();
      const { result } = await install(database, definition);
      expect(result.left).toEqual([]);
      expect(result.findings.filter(({ severity }) => severity === 'error')).toEqual([]);
      const again = await planCounterMigration(database, {
        definition,
        readOnly: false,
        dryRun: false,
        applicationStopped: true,
      });
      expect(again.statements).toEqual([]);
      // Conditions on eight columns have more states than can be played.
      if (!kind.name.startsWith('conditions on types')) {
        const { health } = await readCounterHealth(database, definition);
        expect(health.events.filter(({ handled }) => handled !== true)).toEqual([]);
        expect(health.findings.filter(({ severity }) => severity === 'error')).toEqual([]);
      }
      const before = await driftOf(own, kind);
      const done: string[] = [];
      for (const statement of eventsOf(definition, await writableColumns(own, definition))) {
        try {
          await own.sql.unsafe(statement);
          done.push(statement);
        } catch (error) {
          // What the tables themselves refuse: NOT NULL and the like.
          if (!(error instanceof Error) || !('code' in error) || !String(error.code).startsWith('23'))
            throw error;
        }
        expect({ statement, drift: await driftOf(own, kind) }).toEqual({ statement, drift: before });
      }
      expect(done.length).toBeGreaterThan(4);
      await own.sql.unsafe(`TRUNCATE "${definition.record.table}"`);
      expect([...(await driftOf(own, kind)).values()].filter(each => Number(each) !== 0)).toEqual([]);
    });
  });
}
