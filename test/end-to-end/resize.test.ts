import type postgres from 'postgres';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createDatabase, insertPresets, insertRecords, type TestDatabase } from '../helpers/database.ts';
import { scaledList } from '../helpers/scale.ts';
import { keys, startTerminal, type Terminal } from '../helpers/terminal.ts';

let own: TestDatabase;
let others: postgres.ReservedSql;

beforeAll(async () => {
  own = await createDatabase();
  // A plan says whether others write meanwhile, so somebody always does.
  others = await own.sql.reserve();
  others
    .unsafe(
      'DO $$ BEGIN LOOP PERFORM pg_current_xact_id(); COMMIT; PERFORM pg_sleep(0.001); END LOOP; END $$',
    )
    .catch(() => {});
  const ids = await insertPresets(own.sql, ['Noir', 'Pastel', 'Watercolour']);
  for (const [index, id] of ids.entries()) await insertRecords(own.sql, id, 10 - index);
  await own.sql`UPDATE presets SET usage_count = 42 WHERE name = 'Pastel'`;
});
afterAll(() => own.drop());

type Size = [columns: number, rows: number];
const large: Size = [160, 48];
// Narrower by a column and by half, and wider again.
const sizes = scaledList<Size>(2, [[80, 24], large, [159, 48], [120, 40]]);
let resized: Terminal;
let fresh: Terminal[];

function start([columns, rows]: Size): Terminal {
  return startTerminal({ columns, rows, env: { DATABASE_URL: own.url } });
}

type Step = [key: string, shows: RegExp];

/** The keys that lead from the list to a screen or a dialog, each with what shows that it was heard. */
const places: [name: string, there: Step[], back: Step[]][] = [
  ['the list', [], []],
  ['the list of mismatches', [['m', /1 of 1, only mismatches/]], [['m', /1 of 3/]]],
  [
    'the list without a match',
    [
      ['/', /Esc clear/],
      ['zz', /No preset has "zz"/],
    ],
    [[keys.escape, /1 of 3/]],
  ],
  ['a preset', [[keys.enter, /Newest record +\d{4}-/]], [[keys.escape, /1 of 3/]]],
  ['the trigger', [['t', /Findings/]], [[keys.escape, /1 of 3/]]],
  ['a simulation', [['u', /Rolled back|rolled back/]], [[keys.escape, /1 of 3/]]],
  ['the checklist', [['c', /Enter run step/]], [[keys.escape, /1 of 3/]]],
  ['the plan of a sync', [['S', /To run the plan/]], [[keys.escape, /1 of 3/]]],
  [
    'the phrase of a sync',
    [
      ['S', /To run the plan/],
      [keys.enter, /Type this phrase/],
    ],
    [
      [keys.escape, /To run the plan/],
      [keys.escape, /1 of 3/],
    ],
  ],
  ['the plan of a reset', [['R', /To run the plan/]], [[keys.escape, /1 of 3/]]],
  [
    'the plan of a reset with history',
    [
      ['R', /To run the plan/],
      ['d', /d \[x\][\s\S]*To run the plan/],
    ],
    [[keys.escape, /1 of 3/]],
  ],
  ['the history', [['H', /Nothing has been synced/]], [[keys.escape, /1 of 3/]]],
  ['the tables', [['i', /What is odd here/]], [[keys.escape, /1 of 3/]]],
  ['the drift log', [['d', /come out of step/]], [[keys.escape, /1 of 3/]]],
  ['help', [['?', /Keys here/]], [[keys.escape, /1 of 3/]]],
];

async function go(steps: Step[]): Promise<void> {
  await Promise.all(
    [resized, ...fresh].map(async terminal => {
      for (const [key, shows] of steps) {
        terminal.press(key);
        await terminal.until(shows);
      }
    }),
  );
}

// What a clock writes differs between two consoles.
const steady = (screen: string) =>
  screen
    .replace(
      /\b\d+(\.\d+)? (ms|s|min)( ago)?\b|\d\d:\d\d(:\d\d)?|just now|in less than a second|which takes longer while others write/g,
      '',
    )
    .replace(/[ ─]+/g, ' ');

beforeAll(async () => {
  resized = start(large);
  fresh = sizes.map(start);
  for (const terminal of [resized, ...fresh]) await terminal.until(/3 presets[\s\S]*q quit$/);
});
afterAll(() => {
  for (const terminal of [resized, ...fresh]) terminal.kill('SIGKILL');
});

test.each(places)('%s looks after a resize as if it had been opened at that size', async (_, there, back) => {
  await go(there);
  for (const [index, [columns, rows]] of sizes.entries()) {
    resized.resize(columns, rows);
    const other = fresh[index]!;
    await resized
      .until(screen => steady(screen) === steady(other.screen()))
      .catch(() => expect(resized.screen()).toBe(other.screen()));
  }
  await go(back);
});

test('Ctrl-L draws the screen again after something else wrote over it', async () => {
  const before = resized.screen();
  resized.overwrite('\u001b[Hsomebody wrote here\u001b[J');
  await resized.until(screen => !screen.includes('1 of 3'));
  resized.press('\u000c');
  await resized.until(screen => steady(screen) === steady(before));
});
