import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createDatabase, insertPresets, insertRecords, type TestDatabase } from '../helpers/database.ts';
import { needsFullScale } from '../helpers/needs.ts';
import { stateDirectory } from '../helpers/repair.ts';
import { run } from '../helpers/run.ts';
import { scaledList } from '../helpers/scale.ts';
import { keys, startTerminal, type Terminal } from '../helpers/terminal.ts';

let own: TestDatabase;
let role: string;
let terminal: Terminal | undefined;

beforeAll(async () => {
  own = await createDatabase();
  role = `a_role_with_a_long_name_${own.name}`;
  await arrange(`CREATE ROLE ${role} LOGIN PASSWORD 'secret';
    GRANT SELECT, INSERT, UPDATE, DELETE ON presets, preset_usage TO ${role}`);
});
afterAll(async () => {
  await arrange(`DROP OWNED BY ${role}; DROP ROLE ${role}`);
  await own.drop();
});
beforeEach(async () => {
  await arrange(
    'TRUNCATE presets, preset_usage CASCADE; ALTER TABLE preset_usage DISABLE ROW LEVEL SECURITY',
  );
  const [noir = ''] = await insertPresets(own.sql, ['Noir', 'Pastel']);
  await insertRecords(own.sql, noir, 3);
});
afterEach(() => {
  terminal?.kill('SIGKILL');
  terminal = undefined;
});

const arrange = (sql: string) => own.sql.unsafe(sql).simple();
const env = () => ({ DATABASE_URL: own.urlAs(role, 'secret'), XDG_STATE_HOME: stateDirectory() });

describe.each<[string[], right: string]>(
  scaledList(1, [
    [[], '✓'],
    [['--ascii'], '='],
  ]),
)('a role that does not see every row, at 80 columns %j', (args, right) => {
  test('has the badge Hidden from the next tick on, no count, and no key that writes', async () => {
    const console = startTerminal({ args, env: env() });
    terminal = console;
    await console.until(new RegExp(`Noir +3 +3 +0 +\\${right} Accurate`));
    await arrange('ALTER TABLE preset_usage ENABLE ROW LEVEL SECURITY');
    const screen = await console.until(/Noir +3 +\S +\? Hidden/);
    expect(screen).toMatch(/Hidden: row-level security on public\.preset_usage may hide rows/);
    expect(screen).not.toMatch(/Accurate|accurate/);
    for (const key of ['S', 'R', 'u']) {
      console.press(key);
      await console.until(/This role may not see every row; postgres \(superuser\) does\./);
      console.press('j');
      await console.until(/Enter open/);
    }
    console.press('k', keys.enter);
    const preset = await console.until(/Latest records that this role may see/);
    expect(preset).toMatch(/Records +not known: this role may not see them all/);
    console.press(keys.escape);
    await arrange('ALTER TABLE preset_usage DISABLE ROW LEVEL SECURITY');
    await console.until(new RegExp(`Noir +3 +3 +0 +\\${right} Accurate`));
    if (args.length > 0) expect(console.written()).toMatch(/^[\u0000-\u007f]*$/);
  });

  test('sees what it may do here, however long its name is', async () => {
    const console = startTerminal({ args: [...args, '--read-only'], env: env() });
    terminal = console;
    const screen = await console.until(/Trigger enabled[\s\S]*2 presets/);
    expect(screen.split('\n')[0]).toMatch(new RegExp(`^.*${own.name} at .*, --read-only, no TLS$`));
    expect(screen.split('\n')[1]).toContain('Trigger enabled');
  });
});

test('check says who sees every row, with exit code 3', needsFullScale(), async () => {
  await arrange('ALTER TABLE preset_usage ENABLE ROW LEVEL SECURITY');
  const { code, out, err } = await run(['check'], env());
  expect(code).toBe(3);
  expect(err).toContain('The counts are not shown: row-level security on public.preset_usage');
  expect(err).toMatch(/Connect as a role that sees every row: .*postgres \(superuser\)/);
  expect(out).not.toMatch(/\d+ presets/);
  const json = JSON.parse((await run(['check', '--json'], env())).out);
  expect(json).toMatchObject({
    complete: false,
    database: { encrypted: false, standby: false, readOnly: false, superuser: false, bypassesRls: false },
  });
  const sums = { rows: null, accurate: null, mismatched: null };
  const hidden = { complete: false, ...sums, tooHigh: null, tooLow: null, records: null, orphans: null };
  expect(json).toMatchObject({ version: 2, ...hidden, mismatches: [] });
  const all = JSON.parse((await run(['check', '--all', '--json'], env())).out);
  expect(all).toMatchObject({ version: 2, complete: false, counters: [{ ...hidden, mismatches: [] }] });
  const counters = JSON.parse((await run(['counters', '--json'], env())).out);
  expect(counters).toMatchObject({ version: 2, counters: [sums] });
});
