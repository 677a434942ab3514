import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createDatabase, insertPresets, insertRecords, type TestDatabase } from '../helpers/database.ts';
import { needsFullScale } from '../helpers/needs.ts';
import { scaledList } from '../helpers/scale.ts';
import { keys, startTerminal, type Terminal, type TerminalOptions } from '../helpers/terminal.ts';

let own: TestDatabase;
let ids: string[];
let terminal: Terminal | undefined;

beforeAll(async () => {
  own = await createDatabase();
});
afterAll(() => own.drop());

const repairs: string[] = [];
beforeEach(async () => {
  await own.sql`TRUNCATE presets, preset_usage CASCADE`;
  ids = await insertPresets(own.sql, ['Noir', 'Pastel', 'Watercolour', 'evil \u001b[31mred\u001b[0m\u0007']);
  await own.sql`
    INSERT INTO preset_usage (preset_id, usage_type, created_at)
    VALUES (${ids[0]!}, 'generation', '2026-05-12 12:00Z')`;
  for (const id of ids.slice(0, 3)) await insertRecords(own.sql, id, 4);
  await own.sql`UPDATE presets SET usage_count = usage_count + 33 WHERE name = 'Pastel'`;
});
afterEach(async () => {
  terminal?.kill('SIGKILL');
  terminal = undefined;
  for (const statement of repairs.splice(0)) await own.sql.unsafe(statement);
});

/** The built console with help open, as soon as that has the newest record. */
async function openHelp(options: TerminalOptions = {}): Promise<Terminal> {
  // As tall as help, if no size is asked for.
  const size = { columns: 80, rows: 140, ...options };
  terminal = startTerminal({ ...size, env: { DATABASE_URL: own.url } });
  await terminal.until(/4 presets/);
  terminal.press('?');
  await terminal.until(/Keys here/);
  // The answers come behind the keys.
  if (size.rows < 60) terminal.press('j'.repeat(size.rows < 30 ? 44 : 25));
  await terminal.until(shows(/The newest record is from/));
  return terminal;
}

const oneLine = (text: string) => text.replace(/\s+/g, ' ');
const shows = (wanted: RegExp) => (screen: string) => wanted.test(oneLine(screen));
const body = (screen: string) => screen.split('\n').slice(4, -2);

/** The whole text of help, on a terminal that has room for it. */
async function readTall(options: TerminalOptions = {}): Promise<string> {
  const console = await openHelp(options);
  return body(await console.until(/Drift is usage_count minus records/)).join('\n');
}

/** The whole text of help, read by scrolling down row by row to the end. */
async function readAll(console: Terminal): Promise<string> {
  console.press('g');
  await console.until(/Keys here/);
  const rows = body(console.screen());
  for (;;) {
    const before = body(console.screen());
    if (/^ {2}the end$/m.test(console.screen())) return rows.join('\n');
    console.press('j');
    await console.until(
      screen => body(screen)[0] === before[1] && body(screen)[1] === before[2],
      'the next row',
    );
    rows.push(body(console.screen()).at(-1) ?? '');
  }
}

describe('help', () => {
  test('answers with the numbers of this database', async () => {
    const screen = oneLine((await openHelp()).screen());
    expect(screen).toContain(
      'Because of their records. 3 of 4 counts equal their records: 13 records in preset_usage, the oldest from 2026-05-12. 1 does not: press m on the list.',
    );
    expect(screen).toMatch(
      /Yes: according to the catalog, the trigger is enabled \(origin\) and counts each use once\. The newest record is from 20\d\d-\S+ \S+ UTC \(just now\): generation with Watercolour\. The last_used_at of its preset agrees\./,
    );
  });

  test('says what a sync does, and that a reset leaves mismatches', needsFullScale(), async () => {
    const text = oneLine(await readTall());
    expect(text).toContain(
      'S (sync) sets each wrong count to the number of its records, which leaves a total of 13.',
    );
    expect(text).toContain('After that, all presets with records (3) show Mismatch');
    expect(text).toContain('a reset to delete the 13 records in preset_usage too');
    expect(text).toContain('No function and no other trigger in this database writes usage_count');
    expect(text).toContain('1 preset, +33 in total.');
    expect(text).toContain('No: no unique index limits uses of a preset.');
  });

  test.each(
    scaledList(1, [
      [80, 24],
      [132, 40],
    ]),
  )('at %ix%i is complete from the first key to the last', async (columns, rows) => {
    const console = await openHelp({ columns, rows });
    expect(console.rows().every(row => row.length <= columns)).toBe(true);
    const text = await readAll(console);
    const wanted = [
      /^Keys here\n {2}Enter +Open the preset/,
      /\n {2}Up k +One row up/,
      /\n\nQuestions\n {2}Why do presets still show numbers\?\n {2}Because/,
      /\n\n {2}Are new uses being tracked\?\n {2}Yes/,
      /\n\n {2}How do I get to zero\?\n {2}S \(sync\)/,
      /\n\n {2}What about the old manual increment\?\n {2}No function/,
      /\n\n {2}Is there a daily limit\?\n {2}No/,
      /\n\nKeys on other screens\n {2}\S/,
      /\n\nBadges\n {2}✓ Accurate/,
      /\n\nDrift is usage_count minus records/,
    ].map(part => text.search(part));
    expect(wanted).not.toContain(-1);
    expect(wanted).toEqual(wanted.toSorted((a, b) => a - b));
    // No row of an answer begins with the space it was broken at.
    expect(text.slice(text.indexOf('\nQuestions'), text.indexOf('\nKeys on'))).not.toMatch(/\n {3}/);
  });

  test('ends where G goes, and g comes back', needsFullScale(), async () => {
    const console = await openHelp({ rows: 24 });
    console.press('G');
    const end = await console.until(/Drift is usage_count minus records[\s\S]*the end/);
    expect(end).toMatch(/Badges/);
    console.press('g');
    await console.until(/Keys here/);
    console.press(keys.pageDown);
    await console.until(/Drift log: counts that came out of step/);
    console.press(keys.escape);
    await console.until(/1 of 4/);
  });

  test('is read again with r', needsFullScale(), async () => {
    const console = await openHelp();
    await own.sql`INSERT INTO preset_usage (preset_id, usage_type) VALUES (${ids[3]!}, 'download')`;
    console.press('r');
    await console.until(shows(/: download with evil red \. The last_used_at of its preset agrees/));
    await console.until(shows(/3 of 4 counts equal their records: 14 records/));
    expect(console.written()).not.toContain('\u0007');
  });

  test('says yes to a daily limit, and names it', needsFullScale(), async () => {
    await own.sql`TRUNCATE preset_usage`;
    await insertRecords(own.sql, ids[0]!, 1);
    await own.sql`
      CREATE UNIQUE INDEX idx_preset_usage_daily_unique
          ON preset_usage (preset_id, user_id, ((created_at AT TIME ZONE 'UTC')::date))`;
    repairs.push('DROP INDEX idx_preset_usage_daily_unique');
    const text = oneLine(await readTall());
    expect(text).toMatch(
      /Is there a daily limit\? Yes\. The unique index idx_preset_usage_daily_unique refuses further uses .* the migration drops idx_preset_usage_daily_unique\./,
    );
    expect(text).toContain('Not correctly, although the trigger is enabled (origin).');
  });

  test('names a function that increments by hand', async () => {
    await own.sql.unsafe(`
      CREATE FUNCTION bump_preset(p uuid) RETURNS void LANGUAGE sql
      AS 'UPDATE presets SET usage_count = usage_count + 1 WHERE id = p'`);
    repairs.push('DROP FUNCTION bump_preset');
    const text = oneLine(await readTall());
    expect(text).toMatch(
      /old manual increment\? The function public\.bump_preset\(p uuid\) writes usage_count in addition to the trigger\. The console cannot see application code/,
    );
  });

  test('says no as soon as uses are no longer counted', async () => {
    const console = await openHelp();
    await own.sql`ALTER TABLE preset_usage DISABLE TRIGGER USER`;
    repairs.push('ALTER TABLE preset_usage ENABLE TRIGGER USER');
    await console.until(
      shows(/Are new uses being tracked\? No\. The trigger is disabled: uses are stored but/),
    );
    await insertRecords(own.sql, ids[0]!, 1);
    await own.sql`UPDATE presets SET last_used_at = now() - interval '1 h' WHERE id = ${ids[0]!}`;
    console.press('r');
    await console.until(
      shows(/with Noir\. The last_used_at of its preset is \S+ \S+ UTC, 60 min earlier: that use was not/),
    );
  });

  test('has only ASCII with --ascii', needsFullScale(), async () => {
    await readTall({ args: ['--ascii'] });
    expect(terminal?.written()).toMatch(/^[\u0000-\u007f]*$/);
  });
});
