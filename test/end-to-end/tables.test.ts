import { readFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { createDatabase, type TestDatabase } from '../helpers/database.ts';
import { needsFullScale } from '../helpers/needs.ts';
import { run } from '../helpers/run.ts';
import { scaledList } from '../helpers/scale.ts';
import { keys, startTerminal, type Terminal, type TerminalOptions } from '../helpers/terminal.ts';

const schema = (name: string) => readFileSync(new URL(`../schemas/${name}.sql`, import.meta.url), 'utf8');

let plain: TestDatabase;
let quoted: TestDatabase;
let odd: TestDatabase;
let terminal: Terminal | undefined;

beforeAll(async () => {
  [plain, quoted, odd] = await Promise.all([
    createDatabase('template1'),
    createDatabase('template1'),
    createDatabase('template1'),
  ]);
  await plain.sql.unsafe(schema('no-time-column')).simple();
  await quoted.sql.unsafe(schema('names-quoted')).simple();
  await odd.sql.unsafe(schema('counts-that-are-no-numbers')).simple();
});
afterAll(() => Promise.all([plain.drop(), quoted.drop(), odd.drop()]));
afterEach(() => {
  terminal?.kill('SIGKILL');
  terminal = undefined;
});

function open(own: TestDatabase, options: TerminalOptions = {}): Terminal {
  terminal = startTerminal({ ...options, env: { DATABASE_URL: own.url } });
  return terminal;
}

const oneLine = (text: string) => text.replace(/\s+/g, ' ');
const shows = (wanted: RegExp) => (screen: string) => wanted.test(oneLine(screen));

describe('the screen of the tables', () => {
  test.each(
    scaledList(1, [
      { columns: 80, rows: 24, args: ['--ascii', '--no-color'] },
      { columns: 80, rows: 24, args: [] as string[] },
      { columns: 160, rows: 50, args: [] },
    ]),
  )('says what is odd and its consequences at $columns x $rows $args', async options => {
    const console = open(plain, options);
    await console.until(/3 presets/);
    console.press('i');
    const screen = await console.until(shows(/has no time column/));
    expect(oneLine(screen)).toContain(
      'public.preset_usage has no time column (created_at or used_at): last_used_at cannot be checked',
    );
    expect(screen).toContain('Esc q back');
    if (options.args.length > 0) expect(screen).toMatch(/^[\x20-\x7e\n]*$/);
    console.press('G');
    await console.until(shows(/What the application may call for a use nothing: it must insert/));
    console.press(keys.escape);
    await console.until(/Uses/);
  });

  test('shows names unchanged, and scrolls with every key', needsFullScale(), async () => {
    const console = open(quoted, { args: ['--schema', 'My App; --'] });
    await console.until(/2 presets/);
    console.press('i');
    await console.until(shows(/Names were matched ignoring case and underscores: Presets for presets/));
    console.press('G');
    await console.until(/the end/);
    console.press('g');
    await console.until(/What is odd here/);
    // Without the lines above and below it, in which a time may change.
    const body = (screen: string) => screen.split('\n').slice(4, -2).join('\n');
    let seen = console.screen();
    while (!/^ {2}the end$/m.test(console.screen())) {
      const before = body(console.screen());
      console.press(keys.pageDown);
      await console.until(screen => body(screen) !== before, 'the next page');
      seen += console.screen();
    }
    expect(seen).toContain('"My App; --"."Presets", table');
    expect(oneLine(seen)).toContain('select');
    expect(oneLine(seen)).toContain('<- the count');
  });

  test('is in the help, and opens from other screens', needsFullScale(), async () => {
    const console = open(plain);
    await console.until(/3 presets/);
    console.press('t');
    await console.until(/Findings/);
    console.press('i');
    await console.until(/What is odd here/);
    console.press('?');
    await console.until(/Keys here/);
    console.press('G');
    await console.until(/Badges/);
    console.press('k', 'k', 'k', 'k', 'k', 'k', 'k', 'k', 'k', 'k');
    await console.until(/Columns, keys and indexes of both tables/);
    console.press(keys.escape);
    await console.until(/What is odd here/);
  });
});

test('counts that are not numbers are on the list as such', async () => {
  const console = open(odd);
  const screen = await console.until(/8 presets/);
  expect(screen).toMatch(/Nan +NaN .*Mismatch/);
  expect(screen).toMatch(/Endless +Infinity .*Mismatch/);
  console.press(keys.enter);
  const preset = await console.until(/usage_count +NaN/);
  expect(oneLine(preset)).toMatch(/usage_count +NaN/);
});

test('check prints them, and JSON keeps them as text', async () => {
  const { code, out } = await run(['check', '--json'], { DATABASE_URL: odd.url });
  expect(code).toBe(1);
  const { mismatches, schema: found } = JSON.parse(out);
  expect(mismatches.find(({ id }: { id: string }) => id === '2')).toMatchObject({
    count: null,
    countText: 'NaN',
    drift: null,
    records: 1,
  });
  expect(found).toMatchObject({
    name: 'public',
    parts: { key: 'id', label: 'name', count: 'usage_count', lastUsed: 'last_used_at', preset: 'preset_id' },
    presetUsage: {
      kind: 'table',
      primaryKey: ['id'],
      columns: expect.arrayContaining([
        {
          name: 'id',
          type: 'integer',
          nullable: false,
          default: null,
          generated: false,
          identity: 'always',
          readable: true,
        },
      ]),
      foreignKeys: [
        {
          columns: ['preset_id'],
          references: { table: 'public.presets', columns: ['id'] },
          onDelete: 'CASCADE',
        },
      ],
    },
  });
  const text = await run(['check'], { DATABASE_URL: odd.url });
  expect(text.out).toMatch(/Endless +Infinity +1 +\+Infinity/);
  expect(text.err).toBe('');
});

test('check notes what its numbers do not cover', async () => {
  const { out } = await run(['check'], { DATABASE_URL: plain.url });
  expect(out).toContain('Note: public.preset_usage has no time column');
});
