import postgres from 'postgres';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createDatabase, insertPresets, insertRecords, type TestDatabase } from '../helpers/database.ts';
import { needsFullScale } from '../helpers/needs.ts';
import { type OneAtATime, oneAtATime } from '../helpers/one-at-a-time.ts';
import { stateDirectory } from '../helpers/repair.ts';
import { run } from '../helpers/run.ts';
import { startTerminal } from '../helpers/terminal.ts';

let own: TestDatabase;
let proxy: OneAtATime;
let home: string;

beforeEach(async () => {
  own = await createDatabase();
  proxy = await oneAtATime(own.url);
  home = stateDirectory();
  const ids = await insertPresets(own.sql, ['Noir', 'Pastel']);
  for (const id of ids) await insertRecords(own.sql, id, 3);
  await own.sql`UPDATE presets SET usage_count = usage_count + 2 WHERE name = 'Noir'`;
});
afterEach(async () => {
  await proxy.close();
  await own.drop();
});

const env = () => ({ DATABASE_URL: proxy.url, XDG_STATE_HOME: home });
const json = async (...command: string[]) => {
  const { code, out } = await run([...command, '--json'], env());
  return { code, ...JSON.parse(out) };
};
const apply = async (...command: string[]) => {
  const { plan } = await json(...command, '--dry-run');
  return json(...command, '--confirm', plan.fingerprint);
};

test('no command asks before the last answer has come: a pooler may hang on that', async () => {
  expect(await json('check')).toMatchObject({ code: 1 });
  expect(await json('trigger')).toMatchObject({ code: 0 });
  expect(await json('simulate', 'Pastel')).toMatchObject({ code: 0 });
  const { outcome } = await apply('sync');
  expect(await apply('undo', outcome.receipt)).toMatchObject({ code: 0 });
  expect(await apply('reset', '--delete-history')).toMatchObject({ code: 0 });
  await json('migrate', '--dry-run');
  expect(proxy.queries).toBeGreaterThan(50);
  expect(proxy.violations).toEqual([]);
});

test('neither does the console', needsFullScale(), async () => {
  const terminal = startTerminal({ env: env() });
  await terminal.until(/2 presets {2}1 accurate/);
  await own.sql`INSERT INTO preset_usage (preset_id, usage_type) SELECT id, 'x' FROM presets WHERE name = 'Pastel'`;
  await terminal.until(/Pastel +4 \+1 +4 +0 +✓ Accurate/);
  terminal.press('q');
  expect(await terminal.exit()).toBe(0);
  expect(proxy.queries).toBeGreaterThan(10);
  expect(proxy.violations).toEqual([]);
});

test('a client that does is noticed', async () => {
  const sql = postgres(proxy.url, { max: 1, fetch_types: false, prepare: false });
  await sql`SELECT 1`;
  await Promise.all([sql`SELECT 1`, sql`SELECT 2`]);
  await sql.end();
  expect(proxy.violations).toHaveLength(1);
});
