import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createDatabase, insertPresets, insertRecords, type TestDatabase } from '../helpers/database.ts';
import { arrived, holdBack, waitHere } from '../helpers/held-back.ts';
import { needsFullScale } from '../helpers/needs.ts';
import { scaledList } from '../helpers/scale.ts';
import { keys, startTerminal, type Terminal, type TerminalOptions } from '../helpers/terminal.ts';
import { waitFor } from '../helpers/wait.ts';

let own: TestDatabase;
let id: string;
let terminal: Terminal | undefined;

beforeAll(async () => {
  own = await createDatabase();
});
afterAll(() => own.drop());
beforeEach(async () => {
  await own.sql`TRUNCATE presets, preset_usage CASCADE`;
  [id = ''] = await insertPresets(own.sql, ['Noir', 'Pastel']);
  await insertRecords(own.sql, id, 10);
});
afterEach(async () => {
  terminal?.kill('SIGKILL');
  terminal = undefined;
  await own.sql
    .unsafe(`ALTER TABLE preset_usage ENABLE TRIGGER trigger_auto_increment_preset_usage_count;
    DROP TRIGGER IF EXISTS tell ON preset_usage; DROP FUNCTION IF EXISTS tell()`)
    .simple();
});

async function open(options: TerminalOptions = {}): Promise<Terminal> {
  terminal = startTerminal({ ...options, env: { DATABASE_URL: own.url, ...options.env } });
  await terminal.until(/2 presets/);
  return terminal;
}

const contents = async () => {
  const [row] = await own.sql<{ hash: string }[]>`
    SELECT md5(coalesce((SELECT string_agg(p::text, '|' ORDER BY p.id) FROM presets p), '') || '#' ||
               coalesce((SELECT string_agg(u::text, '|' ORDER BY u.id) FROM preset_usage u), '')) AS hash`;
  return row!.hash;
};

describe.each(
  scaledList(1, [
    [80, 24],
    [200, 50],
  ]),
)('a simulation at %ix%i', (columns, rows) => {
  test('is confirmed, and leaves no trace', async () => {
    const before = await contents();
    const console = await open({ columns, rows });
    console.press('u');
    const screen = await console.until(/Confirmed: each use counted once\. Everything was rolled back/);
    expect(screen).toMatch(/Simulated use of Noir/);
    expect(screen).toMatch(/First use +10 to 11 \(\+1\), 1 record, last_used_at moved/);
    expect(screen).toMatch(/Second use +11 to 12 \(\+1\), 1 record, last_used_at moved/);
    expect(screen).toMatch(/Row locked +[\d.]+ ms/);
    expect(await contents()).toBe(before);
    console.press(keys.escape);
    await console.until(/1 of 2/);
  });

  test('that is not confirmed says why', needsFullScale(), async () => {
    await own.sql`ALTER TABLE preset_usage DISABLE TRIGGER trigger_auto_increment_preset_usage_count`;
    const console = await open({ columns, rows });
    console.press('u');
    const screen = await console.until(/Not confirmed/);
    expect(screen).toMatch(/10 to 10 \(0\), 1 record, last_used_at did not move/);
    expect(screen).toMatch(/The trigger is disabled/);
  });

  test('runs the checklist, one step with Enter and all with a', async () => {
    await own.sql`UPDATE presets SET usage_count = 3 WHERE name = 'Pastel'`;
    const console = await open({ columns, rows });
    console.press('c');
    await console.until(/0 passed, 0 failed, 0 skipped, 6 pending/);
    console.press(keys.enter);
    const one = await console.until(/1 passed, 0 failed, 0 skipped, 5 pending/);
    expect(one).toMatch(/1 ✓ passed +The trigger exists and is enabled/);
    expect(one).toMatch(/is enabled as\s+origin/);
    console.press('a');
    const all = await console.until(/4 passed, 1 failed, 1 skipped, 0 pending/);
    expect(all).toMatch(/5 ✗ failed +Every count equals its records/);
    expect(all).toMatch(/6 ! skipped +No errors in the application's log/);
    expect(all).toMatch(/--app-log FILE/);
    console.press('k');
    await console.until(/"Pastel" has a count of 3 and 0 records/);
    console.press('m');
    const list = await console.until(/only mismatches/);
    expect(list).toMatch(/Pastel/);
    expect(list).not.toMatch(/Noir/);
  });
});

test('a use with effects outside needs a confirmation', async () => {
  await own.sql
    .unsafe(
      `CREATE FUNCTION tell() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_logical_emit_message(false, 'uses', ''); RETURN NEW; END $$;
       CREATE TRIGGER tell AFTER INSERT ON preset_usage FOR EACH ROW EXECUTE FUNCTION tell()`,
    )
    .simple();
  const console = await open();
  console.press('u');
  const asked = await console.until(/Press y to simulate it anyway/);
  expect(asked).toMatch(/public\.tell\(\) \(pg_logical_emit_message/);
  expect(asked).not.toMatch(/onfirmed:/);
  console.press('y');
  await console.until(/Confirmed: each use counted once/);
});

test('steps 2 and 3 can be checked with real uses', needsFullScale(), async () => {
  const console = await open();
  console.press('c', 'w');
  await console.until(/Waiting for a use/);
  await insertRecords(own.sql, id, 1);
  await console.until(/count 10 -> 11/);
  await insertRecords(own.sql, id, 1);
  await console.until(/count 11 -> 12/);
  console.press('c');
  const screen = await console.until(/2 passed, 0 failed, 0 skipped, 4 pending/);
  expect(screen).toMatch(/2 ✓ passed/);
  console.press('j');
  await console.until(/A real use of "Noir" was seen: usage_count 10 to 11 \(\+1\), 1 records? added/);
});

test('--read-only offers no simulation', async () => {
  const console = await open({ args: ['--read-only'] });
  expect(console.screen()).not.toMatch(/u simulate/);
  console.press('u', 'c', 'a');
  await console.until(/2 ! skipped +A use increments/);
});

test('--ascii shows the checklist in ASCII only', needsFullScale(), async () => {
  const console = await open({ args: ['--ascii'] });
  console.press('c', 'a');
  const screen = await console.until(/0 pending/);
  expect(screen).toMatch(/^[\x20-\x7e\n]*$/);
});

test('killed in the middle of a simulation, it leaves no trace', async () => {
  await own.sql
    .unsafe(`CREATE FUNCTION tell() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
      ${waitHere}; RETURN NEW; END $$;
    CREATE TRIGGER tell AFTER INSERT ON preset_usage FOR EACH ROW EXECUTE FUNCTION tell()`)
    .simple();
  const before = await contents();
  const console = await open({ args: ['--lock-timeout', '20'] });
  await own.sql.begin(async other => {
    await other.unsafe(holdBack);
    console.press('u');
    const waits = async () => (await arrived(own.sql)).length > 0;
    await waitFor(waits, 'the simulation to wait inside a use');
    console.kill('SIGKILL');
    await console.exit();
    await waitFor(async () => !(await waits()), 'the server to give the use up');
  });
  expect(await contents()).toBe(before);
});

test('one real use is confirmed, made, shown with its record, and taken back', async () => {
  const before = await contents();
  const console = await open();
  console.press('u');
  await console.until(/Confirmed: each use counted once/);
  console.press('x');
  const asked = await console.until(/Press y to make it/);
  expect(asked).toMatch(/This makes one real use with public\.track_preset_usage/);
  expect(await contents()).toBe(before);
  console.press('y');
  const made = await console.until(/Made a real use: 10 to 11 \(\+1\), 1 record/);
  const [record] = await own.sql<
    { id: string }[]
  >`SELECT id FROM preset_usage ORDER BY created_at DESC LIMIT 1`;
  expect(made.replace(/\s+/g, ' ')).toContain(`Record ${record?.id}`);
  console.press('b');
  await console.until(/Taken back: 1 record deleted, count 11 to 10/);
  expect(await contents()).toBe(before);
});
