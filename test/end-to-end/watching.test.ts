import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createDatabase, insertPresets, insertRecords, type TestDatabase } from '../helpers/database.ts';
import { needsFullScale } from '../helpers/needs.ts';
import { scaledList } from '../helpers/scale.ts';
import { keys, startTerminal, type Terminal, type TerminalOptions } from '../helpers/terminal.ts';

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
afterEach(() => {
  terminal?.kill('SIGKILL');
  terminal = undefined;
});

const use = (uses = 1) => insertRecords(own.sql, id, uses);
const byHand = () => own.sql`UPDATE presets SET usage_count = usage_count + 1 WHERE id = ${id}`;

/** Opens the first preset and waits until it is watched. */
async function watchFirst(options: TerminalOptions = {}): Promise<Terminal> {
  const console = startTerminal({ ...options, env: { DATABASE_URL: own.url, ...options.env } });
  terminal = console;
  await console.until(/2 presets/);
  console.press(keys.enter);
  await console.until(/Latest records\n +\d{4}-/);
  console.press('w');
  await console.until(
    /Watching since \d\d:\d\d:\d\d UTC\n +Waiting for a use: make one in the application now/,
  );
  return console;
}

describe.each<[string, TerminalOptions, right: string, wrong: string]>(
  scaledList(1, [
    ['80x24', { columns: 80, rows: 24 }, '✓', '✗'],
    ['200x50', { columns: 200, rows: 50 }, '✓', '✗'],
    ['80x24 --ascii', { columns: 80, rows: 24, args: ['--ascii'] }, '=', '!'],
  ]),
)('a wait for a real use at %s', (_, options, right, wrong) => {
  const line = (glyph: string, text: string) =>
    new RegExp(`^  \\d\\d:\\d\\d:\\d\\d  \\${glyph} ${text}`, 'm');
  const counted = line(right, 'Counted once  count 10 -> 11, records 10 -> 11$');
  const manual = line(
    wrong,
    'No record     count 11 -> 12, records still 11: a manual\\s+increment, not a use$',
  );

  test('shows that it counted once, detects a manual increment, and keeps it on screen', async () => {
    const console = await watchFirst(options);
    await use();
    const first = await console.until(counted);
    expect(first).not.toContain('Waiting for a use');
    expect(first).toMatch(/usage_count +11/);
    await byHand();
    await console.until(manual);
    await use();
    const both = await console.until(line(right, 'Counted once  count 12 -> 13, records 11 -> 12$'));
    expect(both).toMatch(manual);
    expect(both).toMatch(counted);
    // The newest is on top.
    expect(both.indexOf('12 -> 13')).toBeLessThan(both.indexOf('11 -> 12, records still'));
    if (right === '=') expect(console.written()).toMatch(/^[\u0000-\u007f]*$/);
  });

  test('shows that a use was not counted while the trigger is disabled', needsFullScale(), async () => {
    const console = await watchFirst(options);
    await own.sql`ALTER TABLE preset_usage DISABLE TRIGGER USER`;
    try {
      await use();
      await console.until(
        line(wrong, 'Not counted   count still 10, records 10 -> 11: the use was not\\s+counted$'),
      );
    } finally {
      await own.sql`ALTER TABLE preset_usage ENABLE TRIGGER USER`;
    }
  });
});

test('a double count is reported as such', async () => {
  const console = await watchFirst();
  // A read never comes between the statements of one transaction.
  await own.sql.begin(async sql => {
    await sql`INSERT INTO preset_usage (preset_id, usage_type) VALUES (${id}, 'generation')`;
    await sql`UPDATE presets SET usage_count = usage_count + 1 WHERE id = ${id}`;
  });
  await console.until(/✗ Too often +count 10 -> 12, records 10 -> 11: 1 use raised it by/);
});

test('many correct uses do not push a problem off an 80x24 screen', needsFullScale(), async () => {
  const console = await watchFirst();
  await byHand();
  await console.until(/✗ No record +count 10 -> 11/);
  for (let records = 11; records <= 22; records++) {
    await use();
    await console.until(new RegExp(`records ${records - 1} -> ${records}$`, 'm'));
  }
  const screen = console.screen();
  expect(screen).toMatch(/✗ No record +count 10 -> 11/);
  expect(screen).toMatch(/and \d+ more, at the end of this screen/);
  console.press('G');
  await console.until(/records 10 -> 11$/m);
});

test(
  'w ends it and keeps what was seen, w again starts over, and leaving forgets it',
  needsFullScale(),
  async () => {
    const console = await watchFirst();
    await use();
    await console.until(/✓ Counted once +count 10 -> 11/);
    console.press('w');
    expect(await console.until(/Watched from \d\d:\d\d:\d\d to/)).toMatch(/✓ Counted once +count 10 -> 11/);
    await use();
    expect(await console.until(/usage_count +12/)).not.toContain('count 11 -> 12');
    console.press('w');
    expect(await console.until(/Waiting for a use/)).not.toContain('Counted once');
    await use();
    await console.until(/✓ Counted once +count 12 -> 13/);
    console.press(keys.escape);
    await console.until(/1 of 2/);
    console.press(keys.enter);
    expect(await console.until(/Latest records\n +\d{4}-/)).not.toMatch(/Watch(ing|ed) |Counted once/);
  },
);

test('nothing is waited for while nothing is read', needsFullScale(), async () => {
  const console = await watchFirst();
  console.press('p');
  expect(await console.until(/Paused: nothing is read/)).not.toContain('Waiting for a use');
  await use();
  console.press('p');
  await console.until(/✓ Counted once +count 10 -> 11/);
  console.press('w', 'p');
  const paused = await console.until(/Watched from [\s\S]*p resume/);
  expect(paused.split('\n').at(-1)).not.toContain('w watch');
});

test('everything seen of a deleted preset stays', needsFullScale(), async () => {
  const console = await watchFirst();
  await byHand();
  await console.until(/✗ No record/);
  await own.sql`DELETE FROM presets WHERE id = ${id}`;
  const screen = await console.until(/This preset is gone/);
  expect(screen).toMatch(/Watched from [\s\S]*✗ No record +count 10 -> 11/);
});

test('only the count is watched if some records are hidden, and the screen says so', async () => {
  const role = `watch_${process.pid}`;
  await own.sql
    .unsafe(`CREATE ROLE ${role} LOGIN PASSWORD 'secret'; GRANT SELECT ON presets, preset_usage TO ${role};
      ALTER TABLE preset_usage ENABLE ROW LEVEL SECURITY`)
    .simple();
  try {
    terminal = startTerminal({ env: { DATABASE_URL: own.urlAs(role, 'secret') } });
    await terminal.until(/1 of 2/);
    terminal.press(keys.enter);
    await terminal.until(/Latest records/);
    terminal.press('w');
    await terminal.until(/Only the count is watched: this role may not see all records/);
    await use();
    await terminal.until(/· Count moved +count 10 -> 11; records not looked at/);
    terminal.kill('SIGKILL');
    await terminal.exit();
  } finally {
    await own.sql
      .unsafe(`ALTER TABLE preset_usage DISABLE ROW LEVEL SECURITY; DROP OWNED BY ${role}; DROP ROLE ${role}`)
      .simple();
  }
});

test(
  'only the count is watched if counting records is expensive, and the screen says why',
  needsFullScale(),
  async () => {
    const large = await createDatabase();
    try {
      await large.sql`DROP INDEX idx_preset_usage_preset_created`;
      const [only = ''] = await insertPresets(large.sql, ['Noir']);
      // More than a scan of every other second should read: 18 MB.
      await large.sql`
      INSERT INTO preset_usage (preset_id, usage_type, usage_data)
      SELECT ${only}, 'generation', jsonb_build_object('prompt', repeat('x', 900)) FROM generate_series(1, 18000)`;
      terminal = startTerminal({ env: { DATABASE_URL: large.url } });
      await terminal.until(/1 preset /);
      terminal.press(keys.enter);
      await terminal.until(/Latest records\n +\d{4}-/);
      terminal.press('w');
      const screen = await terminal.until(/Watching since[\s\S]*Waiting for a use/);
      expect(screen).toMatch(/Only the count is watched: the table has no index/);
      await insertRecords(large.sql, only, 1);
      await terminal.until(/· Count moved +count 18,000 -> 18,001; records not looked at/);
      terminal.kill('SIGKILL');
      await terminal.exit();
    } finally {
      await large.drop();
    }
  },
);
