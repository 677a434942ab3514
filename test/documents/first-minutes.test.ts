import { afterAll, expect, test } from 'vitest';
import { timeLimit } from '../helpers/scale.ts';
import { keys, startTerminal, type Terminal } from '../helpers/terminal.ts';
import { readDocument, sectionOf } from './markdown.ts';

const section = sectionOf(readDocument('README.md'), '## The first five minutes');
let terminal: Terminal | undefined;
afterAll(() => terminal?.kill());

/** What each step of the README presses, and what the screen shows then. */
const steps: [key: string, pressed: string, shown: RegExp][] = [
  ['m', 'm', /1 of 14/],
  ['Enter', keys.enter, /Latest records/],
  ['t', 't', /What writes the count/],
  ['Esc', keys.escape, /1 of 14/],
  ['u', 'u', /Confirmed: each use counted once/],
  ['Esc', keys.escape, /1 of 14/],
  ['S', 'S', /Fingerprint [0-9a-f]{12}/],
  ['Esc', keys.escape, /1 of 14/],
];

test('the README names the keys that are pressed here, in this order', () => {
  const named = [...section.matchAll(/`([A-Za-z]|Enter|Esc)`/g)].map(([, key]) => key);
  expect(named).toEqual(steps.map(([key]) => key));
});

test('the first five minutes are as the README says', { timeout: timeLimit(180_000) }, async () => {
  terminal = startTerminal({ columns: 110, rows: 30 });
  // It shows its progress immediately, then lists presets that are in use.
  await terminal.until(/Starting PostgreSQL|Reading the counter|DEMO/);
  const screen = await terminal.until(/DEMO [\s\S]*\d+ accurate {2}14 mismatched/);
  const records = (text: string) => Number(/([\d,]+) records/.exec(text)?.[1]?.replace(',', ''));
  await terminal.until(text => records(text) > records(screen), 'more records than before');
  for (const [, pressed, shown] of steps) {
    terminal.press(pressed);
    await terminal.until(shown);
  }
  terminal.press('q');
  expect(await terminal.exit()).toBe(0);
});
