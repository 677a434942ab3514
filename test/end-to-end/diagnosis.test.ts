import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createDatabase, insertPresets, type TestDatabase } from '../helpers/database.ts';
import { needsFullScale } from '../helpers/needs.ts';
import { scaledList } from '../helpers/scale.ts';
import { keys, startTerminal, type Terminal, type TerminalOptions } from '../helpers/terminal.ts';

let own: TestDatabase;
let terminal: Terminal | undefined;

beforeAll(async () => {
  own = await createDatabase();
});
afterAll(() => own.drop());

beforeEach(async () => {
  await own.sql`TRUNCATE presets, preset_usage CASCADE`;
  // Uses all over 90 days, by a hash so that they are the same in every run; only eight of them in the last 30 days, which they count twice; one has a count of NULL.
  const names = Array.from({ length: 30 }, (_, index) => `Preset ${String(index + 1).padStart(2, '0')}`);
  await insertPresets(own.sql, names);
  await own.sql`
    INSERT INTO preset_usage (preset_id, usage_type, created_at)
    SELECT p.id, 'generation', now() - make_interval(mins => abs(hashint4(1000 * right(p.name, 2)::int + u)) % 129600,
                                                          days => CASE WHEN p.name > 'Preset 08' THEN 30 ELSE 0 END)
      FROM presets p, generate_series(1, 20 + abs(hashint4(right(p.name, 2)::int)) % 150) u`;
  await own.sql`
    UPDATE presets p SET usage_count = usage_count + (SELECT count(*) FROM preset_usage u
      WHERE u.preset_id = p.id AND u.created_at > now() - interval '30 days')
     WHERE name <= 'Preset 08'`;
  await own.sql`UPDATE presets SET usage_count = NULL WHERE name = 'Preset 20'`;
});
afterEach(() => {
  terminal?.kill('SIGKILL');
  terminal = undefined;
});

async function open(options: TerminalOptions): Promise<Terminal> {
  terminal = startTerminal({
    ...options,
    env: { DATABASE_URL: own.url, PRESET_USAGE_SORT: 'uses', ...options.env },
  });
  const console = terminal;
  await console.until(/30 presets/);
  console.press('m');
  await console.until(/of 9, only mismatches/);
  return console;
}

test(
  'at 200x50 the list has columns that say why each count is wrong, and its uses of the last days',
  needsFullScale(),
  async () => {
    const console = await open({ columns: 200, rows: 50 });
    const screen = await console.until(/✗ Mismatch +counted twice .*█/);
    expect(screen).toMatch(/Badge +Why +Last used +14 days/);
    expect(screen.match(/✗ Mismatch +counted twice/g)).toHaveLength(8);
    expect(screen).toMatch(/Preset 20 .*NULL .*✗ Mismatch +count is NULL/);
  },
);

test('at 80x24 the line below the list says it for the preset under the cursor, and the badge is readable', async () => {
  const console = await open({ columns: 80, rows: 24 });
  const screen = await console.until(/1 of 9, only mismatches, why: counted twice$/m);
  expect(screen.match(/✗ Mismatch/g)).toHaveLength(9);
  console.press('G');
  await console.until(/9 of 9, only mismatches, why: count is NULL$/m);
  console.press('?');
  console.resize(80, 160);
  const help = await console.until(/Questions[\s\S]*Badges/);
  expect(help.replace(/\s+/g, ' ')).toContain('The most frequent cause: counted twice (8 of them).');
});

describe.each<[string, TerminalOptions, mark: string]>(
  scaledList(1, [
    ['80x24', { columns: 80, rows: 24 }, '↑'],
    ['200x50', { columns: 200, rows: 50 }, '↑'],
    ['80x24 --ascii', { columns: 80, rows: 24, args: ['--ascii'] }, '^'],
  ]),
)('the screen of a preset at %s', (_, options, mark) => {
  test('has the evidence, and all its records over time with the stretch marked', async () => {
    const console = await open(options);
    console.press(keys.enter);
    const screen = await console.until(/Why +counted twice \((certain|likely)\)[\s\S]*marked: since \d{4}-/);
    const { columns = 80 } = options;
    const rows = screen.split('\n');
    const plot = rows.findIndex(row => row.startsWith('All records'));
    const marks = rows[plot + 1] ?? '';
    // Only the last third of the plot, where the count has each record twice.
    const width = Math.min(120, columns - 24);
    expect(marks.trim()).toMatch(new RegExp(`^\\${mark}+$`));
    expect(marks.indexOf(mark)).toBeGreaterThan(20 + width / 2);
    expect(marks.trimEnd().length).toBe(20 + width);
    expect(rows[plot + 2]).toMatch(/\d{4}-\d\d-\d\d to \d{4}-\d\d-\d\d, \d+ (h|d) per column, at most \d+$/);
    expect(screen.replace(/\s+/g, ' ')).toMatch(/The count is \d+ too high/);
    if (columns === 80) console.press('G');
    await console.until(/Latest records/);
    if (mark === '^') expect(console.written()).toMatch(/^[\u0000-\u007f]*$/);
  });
});

test(
  'a diagnosis disappears when the count is corrected, and an accurate count has none',
  needsFullScale(),
  async () => {
    const console = await open({ columns: 200, rows: 50 });
    await console.until(/count is NULL/);
    await own.sql`UPDATE presets p SET usage_count = (SELECT count(*) FROM preset_usage u WHERE u.preset_id = p.id) WHERE name = 'Preset 20'`;
    const screen = await console.until(/of 8, only mismatches/);
    expect(screen).not.toContain('count is NULL');
    console.press('m');
    const all = await console.until(/of 30$/m);
    expect(all).toMatch(/Preset 20 .*✓ Accurate +\d+ \w+ ago/);
  },
);
