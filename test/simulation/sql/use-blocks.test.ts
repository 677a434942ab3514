import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { resultSetting } from '../../../source/connection/block-settings.ts';
import type { Database } from '../../../source/connection/transactions.ts';
import { planSimulation } from '../../../source/simulation/read-plan.ts';
import { runSimulation } from '../../../source/simulation/run.ts';
import { commitUse, takeUseBack } from '../../../source/simulation/run-real-use.ts';
import { makeRealUse, takeBackRealUse } from '../../../source/simulation/sql/real-use-block.ts';
import { simulationBlock } from '../../../source/simulation/sql/simulation-block.ts';
import { activityOf } from '../../../source/watch/session-activity.ts';
import { connectTo } from '../../helpers/connect.ts';
import { createDatabase, insertPresets, type TestDatabase } from '../../helpers/database.ts';
import { arrived, holdBack, waitHere } from '../../helpers/held-back.ts';
import { waitFor } from '../../helpers/wait.ts';

let own: TestDatabase;
let database: Database;
let preset: string;
const timeouts = { timeout: 30, lockTimeout: 2 };
/** For a use that is held back until the test goes on. */
const patient = { timeout: 30, lockTimeout: 20 };

beforeEach(async () => {
  own = await createDatabase();
  database = connectTo(own.url);
  [preset] = (await insertPresets(own.sql, ['Noir'])) as [string];
});
afterEach(async () => {
  await database.close();
  await own.drop();
});

const plan = () =>
  planSimulation(database, { counter: 'public', preset, asUser: null, asRole: null, readOnly: false });
const tables = async () => [
  await own.sql`SELECT * FROM presets ORDER BY id`,
  await own.sql`SELECT * FROM preset_usage ORDER BY id`,
];

/** Makes each use of the application begin with these statements. */
const usesBeginWith = (statements: string) =>
  own.sql
    .unsafe(`CREATE OR REPLACE FUNCTION track_preset_usage(p_preset_id uuid, p_usage_type text, p_usage_data jsonb DEFAULT '{}')
      RETURNS uuid LANGUAGE plpgsql AS $$ DECLARE made uuid; BEGIN ${statements};
        INSERT INTO preset_usage (preset_id, usage_type) VALUES (p_preset_id, p_usage_type) RETURNING id INTO made; RETURN made;
      END $$`)
    .simple();

/** Whether another session may use the preset while `work` is in the middle of its own use. */
async function otherUseGetsIn(work: () => Promise<unknown>): Promise<boolean> {
  await usesBeginWith(waitHere);
  let working: Promise<unknown> | undefined;
  const other = await own.sql.begin(async holder => {
    await holder.unsafe(holdBack);
    working = work();
    await waitFor(async () => (await arrived(own.sql)).length === 1, 'the use to be under way');
    return own.sql
      .unsafe(
        `SET lock_timeout = '50ms'; INSERT INTO preset_usage (preset_id, usage_type) VALUES ('${preset}', 'live'); RESET lock_timeout`,
      )
      .simple()
      .then(
        () => true,
        () => false,
      );
  });
  await working;
  return other;
}

describe('a simulation', () => {
  test('holds the row of its preset from the first read of the count', async () => {
    const planned = await plan();
    expect(await otherUseGetsIn(() => runSimulation(database, planned, patient))).toBe(false);
  });

  test('does nothing in a transaction that is not its own', async () => {
    const { inspected, calls } = await plan();
    const before = await tables();
    const answer = await database.write(
      async ({ script }) =>
        script(
          `${simulationBlock(inspected.tables, calls, null)}; SELECT current_setting('${resultSetting}', true) AS answer; COMMIT`,
        ),
      timeouts,
    );
    expect(answer).toEqual([{ answer: null }]);
    expect(await tables()).toEqual(before);
  });

  test('leaves nothing', async () => {
    const before = await tables();
    expect(await runSimulation(database, await plan(), timeouts)).toMatchObject({ confirmed: true });
    expect(await tables()).toEqual(before);
  });

  test('holds the row for two seconds at the most, however long a read may take', async () => {
    // Both uses would end before the time for reads is over.
    await usesBeginWith('PERFORM pg_sleep(3)');
    const planned = await plan();
    await expect(runSimulation(database, planned, { timeout: 30, lockTimeout: 0.1 })).rejects.toMatchObject({
      code: 'statement-timeout',
    });
  });
});

describe('a real use', () => {
  test('holds the row of its preset from the first read of the count', async () => {
    const planned = await plan();
    expect(await otherUseGetsIn(() => commitUse(database, planned, patient))).toBe(false);
  });

  test('is neither made nor taken back in a transaction that is not its own', async () => {
    const { inspected, calls, recordKey } = await plan();
    const planned = await plan();
    const use = await commitUse(database, planned, timeouts);
    const before = await tables();
    const elsewhere = {
      ownPath: 'public',
      rows: async () => [],
      script: async (text: string) => own.sql.unsafe(text).simple(),
    };
    await expect(
      makeRealUse(
        elsewhere,
        inspected.tables,
        recordKey!,
        calls[0]!,
        { preset, claims: null, role: null },
        null,
      ),
    ).rejects.toMatchObject({ code: '25P01' });
    await expect(takeBackRealUse(elsewhere, inspected.tables, recordKey!, use)).rejects.toMatchObject({
      code: '25P01',
    });
    expect(await tables()).toEqual(before);
  });

  test('is recognised by its text in another console, and a simulation is no writer', async () => {
    const { inspected, calls, recordKey } = await plan();
    const { tables } = inspected;
    const texts: string[] = [];
    const kept = {
      ownPath: 'public',
      rows: async () => [],
      script: async (text: string) => {
        texts.push(text);
        return [];
      },
    };
    const as = { preset, claims: null, role: null };
    await expect(makeRealUse(kept, tables, recordKey!, calls[0]!, as, null)).rejects.toThrow();
    const use = { preset, records: ['1'], versions: ['1'], before: 1, after: 2 };
    await expect(
      takeBackRealUse(kept, tables, recordKey!, { ...use, lastUsedBefore: null, lastUsedAfter: null }),
    ).rejects.toThrow();
    const names = { tables: ['presets'], count: 'usage_count', records: ['preset_usage'], functions: ['f'] };
    // As the server keeps it by default.
    const seen = (text: string) => activityOf({ query: text.slice(0, 1023), wrote: true }, names);
    expect([...texts, simulationBlock(tables, calls, null)].map(seen)).toEqual([
      'makes-use',
      'makes-use',
      null,
    ]);
  });

  test('waits for another session no longer than it may, once it holds the row', async () => {
    await own.sql.unsafe('CREATE TABLE other (id int)');
    await own.sql
      .unsafe(`CREATE OR REPLACE FUNCTION track_preset_usage(p_preset_id uuid, p_usage_type text, p_usage_data jsonb DEFAULT '{}')
        RETURNS uuid LANGUAGE plpgsql AS $$ BEGIN LOCK TABLE other; RETURN NULL; END $$`)
      .simple();
    const planned = await plan();
    await own.sql.begin(async other => {
      await other`LOCK TABLE other`;
      await expect(commitUse(database, planned, { timeout: 8, lockTimeout: 20 })).rejects.toMatchObject({
        code: 'lock-timeout',
      });
    });
  });

  test('that a deferred trigger counts is seen as counted', async () => {
    await own.sql
      .unsafe(`DROP TRIGGER trigger_auto_increment_preset_usage_count ON preset_usage;
      CREATE FUNCTION later() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        UPDATE presets SET usage_count = usage_count + 1 WHERE id = NEW.preset_id; RETURN NULL; END $$;
      CREATE CONSTRAINT TRIGGER later AFTER INSERT ON preset_usage DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION later()`)
      .simple();
    const planned = await plan();
    const use = await commitUse(database, planned, timeouts);
    expect(use).toMatchObject({ before: 0, after: 1 });
    await takeUseBack(database, planned, use, timeouts);
    expect(await own.sql`SELECT usage_count FROM presets`).toMatchObject([{ usage_count: 0 }]);
  });
});
