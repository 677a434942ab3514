import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { createDatabase, insertPresets, insertRecords, type TestDatabase } from '../helpers/database.ts';
import { scaledList } from '../helpers/scale.ts';
import { startTerminal, type Terminal } from '../helpers/terminal.ts';

const role = `policies_${process.pid}`;
let own: TestDatabase;
let terminal: Terminal | undefined;

beforeAll(async () => {
  own = await createDatabase();
  const [noir] = (await insertPresets(own.sql, ['Noir', 'Pastel'])) as [string];
  await insertRecords(own.sql, noir, 3);
  await arrange(
    `CREATE ROLE ${role} LOGIN PASSWORD 'secret'; GRANT SELECT ON presets, preset_usage TO ${role}`,
  );
});
afterEach(() => {
  terminal?.kill('SIGKILL');
  terminal = undefined;
});
afterAll(async () => {
  await arrange(`DROP OWNED BY ${role}; DROP ROLE ${role}`);
  await own.drop();
});

const arrange = (sql: string) => own.sql.unsafe(sql).simple();
const accurate = /Noir +3 +3 +0 +✓ Accurate[\s\S]*Pastel +0 +0 +0 +✓ Accurate/;
const hidden = /Noir +3 +… +\? Hidden[\s\S]*Pastel +0 +… +\? Hidden/;

test.each<[string, string, string, RegExp]>(
  scaledList(1, [
    [
      'row-level security',
      'ALTER TABLE preset_usage ENABLE ROW LEVEL SECURITY',
      'ALTER TABLE preset_usage DISABLE ROW LEVEL SECURITY',
      /Hidden: row-level security on public\.preset_usage may hide rows/,
    ],
    [
      'a restrictive policy',
      `ALTER TABLE preset_usage ENABLE ROW LEVEL SECURITY; CREATE POLICY every ON preset_usage USING (true);
     CREATE POLICY less ON preset_usage AS RESTRICTIVE USING (usage_type = 'x')`,
      'DROP POLICY every ON preset_usage; DROP POLICY less ON preset_usage; ALTER TABLE preset_usage DISABLE ROW LEVEL SECURITY',
      /Hidden: row-level security on public\.preset_usage may hide rows/,
    ],
    [
      'a lost grant',
      `REVOKE SELECT ON preset_usage FROM ${role}`,
      `GRANT SELECT ON preset_usage TO ${role}`,
      /Hidden: This role may not read public\.preset_usage/,
    ],
    [
      'a lost grant on one column',
      `REVOKE SELECT ON presets FROM ${role}; GRANT SELECT (id, name, last_used_at) ON presets TO ${role}`,
      `REVOKE SELECT (id, name, last_used_at) ON presets FROM ${role}; GRANT SELECT ON presets TO ${role}`,
      /Hidden: This role may not read usage_count of public\.presets/,
    ],
  ]),
)('%s turns every badge Hidden while the console watches, and back', async (_, hide, show, why) => {
  terminal = startTerminal({ env: { DATABASE_URL: own.urlAs(role, 'secret') }, columns: 120 });
  await terminal.until(accurate);
  await terminal.until(/2 presets {2}Accurate/);
  await arrange(hide);
  try {
    // A right that is lost between two statements of a tick is first an error of the server; the next tick names it.
    const screen = await terminal.until(seen => hidden.test(seen) && why.test(seen));
    expect(screen).not.toMatch(/accurate/i);
  } finally {
    await arrange(show);
  }
  terminal.press('r');
  const again = await terminal.until(/2 presets {2}Accurate/);
  expect(again).toMatch(accurate);
  expect(again).not.toMatch(/Hidden/);
});

test('numbers from while rows were hidden are not shown once they are visible', async () => {
  const below = Array.from({ length: 60 }, (_, index) => `Preset ${String(index).padStart(2, '0')}`);
  // Rows outside of the window: no tick counts them anew.
  for (const id of await insertPresets(own.sql, below)) await insertRecords(own.sql, id, 2);
  await arrange('ALTER TABLE preset_usage ENABLE ROW LEVEL SECURITY');
  try {
    terminal = startTerminal({ env: { DATABASE_URL: own.urlAs(role, 'secret') }, columns: 120 });
    await terminal.until(/Hidden: row-level security/);
    // All of them are listed once an audit has brought them home, with the records that it could see.
    await terminal.until(/1 of 62/);
    await arrange('ALTER TABLE preset_usage DISABLE ROW LEVEL SECURITY');
    const seen = await terminal.until(screen => !screen.includes('Hidden: row-level'));
    expect(seen).not.toMatch(/[1-9]\d* mismatched|Mismatch/);
    await terminal.until(/62 presets {2}Accurate/);
    expect(terminal.screen()).not.toMatch(/Mismatch/);
  } finally {
    await arrange('ALTER TABLE preset_usage DISABLE ROW LEVEL SECURITY');
  }
});
