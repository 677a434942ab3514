import { appendFile, mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import postgres from 'postgres';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createDatabase, insertPresets, insertRecords, type TestDatabase } from '../helpers/database.ts';
import { needsFullScale } from '../helpers/needs.ts';
import { run } from '../helpers/run.ts';
import { scaledList } from '../helpers/scale.ts';
import {
  keys,
  quitWithDrift,
  startTerminal,
  type Terminal,
  type TerminalOptions,
  typeAfter,
} from '../helpers/terminal.ts';

let own: TestDatabase;
let ids: string[];
let legacy: postgres.Sql;
let state: string;
let terminal: Terminal | undefined;

beforeAll(async () => {
  own = await createDatabase();
});
afterAll(() => own.drop());

beforeEach(async () => {
  state = await mkdtemp(join(tmpdir(), 'drift-'));
  await own.sql`TRUNCATE presets, preset_usage CASCADE`;
  ids = await insertPresets(own.sql, ['Noir', 'Pastel', 'evil \u001b[31mred']);
  for (const id of ids) await insertRecords(own.sql, id, 10);
  legacy = postgres(own.url, {
    max: 1,
    onnotice: () => {},
    connection: { application_name: 'legacy-api' },
  });
});
afterEach(async () => {
  terminal?.kill('SIGKILL');
  terminal = undefined;
  await legacy.end();
  await rm(state, { recursive: true, force: true });
});

async function open(options: TerminalOptions = {}): Promise<Terminal> {
  const console = startTerminal({ ...options, env: { DATABASE_URL: own.url, ...options.env } });
  terminal = console;
  await console.until(/3 presets/);
  return console;
}

const byHand = (id = ids[0]!) =>
  legacy.unsafe(
    `/* route:\u001b[31m/api/generate\u0007 */ UPDATE presets SET usage_count = usage_count + 1 WHERE id = '${id}'`,
  );

describe.each<[string, TerminalOptions, wrong: string]>(
  scaledList(1, [
    ['80x24', { columns: 80, rows: 24 }, '✗'],
    ['200x50', { columns: 200, rows: 50 }, '✗'],
    ['80x24 --ascii', { columns: 80, rows: 24, args: ['--ascii'] }, '!'],
  ]),
)('the drift log at %s', (_, options, wrong) => {
  test('says since when nothing came out of step; then shows what did, when, and who was writing', async () => {
    const file = join(state, 'drift.jsonl');
    const kept = { ...options, args: [...(options.args ?? []), '--drift-log', file] };
    const console = await open(kept);
    console.press('d');
    const empty = await console.until(
      /Since \d\d:\d\d:\d\d no count has come out of step with its records\./,
    );
    expect(empty.replace(/\s+/g, ' ')).toMatch(
      /While this console runs, it compares the presets on screen every \d+ s and all 3 presets with each audit\./,
    );
    console.press(keys.escape);
    await console.until(/1 of 3/);
    await byHand();
    await console.until(new RegExp(`\\${wrong} 1 new in the drift log: d$`, 'm'));
    console.press('d');
    const shown = await console.until(/\d\d:\d\d:\d\d Noir +\S No record +\+1 +0 *$/m);
    const words = shown.replace(/\s+/g, ' ');
    expect(words).toContain('Count 10 -> 11, records still 10: a manual increment, not a use.');
    expect(words).toMatch(/It happened (within the \d s before|between \d\d:\d\d:\d\d and) \d\d:\d\d:\d\d/);
    expect(words).toMatch(
      /legacy-api, postgres at 127\.0\.0\.1, sets the count and names this preset, pid \d+, \d\d:\d\d:\d\d/,
    );
    expect(words).toContain(
      "/* route:/api/generate */ UPDATE presets SET usage_count = usage_count + 1 WHERE id = '?'",
    );
    expect(shown).not.toContain(ids[0]);
    // It has been read.
    expect(shown).not.toContain('in the drift log');
    await byHand();
    const again = await console.until(/Noir +\S No record +\+2 +0 x2 *$/m);
    expect(again.replace(/\s+/g, ' ')).toMatch(
      /2 times since \d\d:\d\d:\d\d; the last one happened (within|between)/,
    );
    expect(again.replace(/\s+/g, ' ')).toContain('at 2 of 2 events');
    if (wrong === '!') expect(console.written()).toMatch(/^[\u0000-\u007f]*$/);
    // Nothing is asked, because the file keeps the log.
    console.press('q', 'q');
    expect(await console.exit()).toBe(0);
    expect(console.written()).toContain('2 drift events of 1 preset while the console watched.');
    expect(console.written()).toContain(`The drift log is in ${file}.`);

    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect(await readFile(file, 'utf8')).toMatch(/^(?:[\x20-\x7e]+\n){2}$/);
    await appendFile(file, 'Jan 2 something else\n');
    const next = await open(kept);
    next.press('d');
    const before = await next.until(/1 of 1, 2 events, 2 of them of earlier runs/);
    expect(before).toMatch(/\d\d:\d\d:\d\d Noir +\S No record +\+2 +0 x2 *$/m);
    expect(before.replace(/\s+/g, ' ')).toContain('drift.jsonl is no drift event and was skipped.');
    expect(before).toContain('legacy-api');
    next.press(keys.enter);
    await next.until(/^Drift log +\+1 (at|on) [\d:-]+, \+2 (at|on) [\d:-]+ UTC$/m);
    next.press('d', 'q', 'q');
    expect(await next.exit()).toBe(0);
    expect(next.written()).not.toContain('while the console watched');
  });
});

test('a file that the log cannot be kept in is bad usage, before anything is sent', async () => {
  const nobody = { DATABASE_URL: 'postgres://nobody@127.0.0.1:1/none' };
  terminal = startTerminal({ args: ['--drift-log', join(state, 'none', 'x')], env: nobody });
  expect(await terminal.exit()).toBe(2);
  expect(terminal.written()).toContain('Give --drift-log a file in a directory that exists');
});

test('the cursor shows the detail of each event, and Enter opens its preset', needsFullScale(), async () => {
  const console = await open();
  await byHand(ids[0]);
  await console.until(/1 new in the drift log/);
  await legacy`UPDATE presets SET usage_count = 3 WHERE id = ${ids[2]!}`;
  await console.until(/2 new in the drift log/);
  console.press('d');
  const first = await console.until(/1 of 2/);
  expect(first).toMatch(/evil red +! Went down +-7 +0/);
  expect(first).toContain('the count was reset, or set by hand');
  console.press('j');
  expect(await console.until(/2 of 2/)).toContain('a manual increment, not a use');
  console.press(keys.enter);
  await console.until(/^Noir {2}[\s\S]*usage_count +11/m);
  console.press('d', keys.escape);
  await console.until(/of 3\b/);
});

test("the console's own repairs are not events, and help has the key", async () => {
  await own.sql`UPDATE presets SET usage_count = 99 WHERE id = ${ids[1]!}`;
  const console = await open({ env: { XDG_STATE_HOME: state } });
  console.press('S');
  await console.until(/To run the plan press Enter/);
  console.press(keys.enter);
  await console.until(/Type this phrase/);
  await typeAfter('> ', console, `sync ${own.name} 1`);
  console.press(keys.enter);
  await console.until(/Done: 1 preset changed/);
  console.press(keys.escape);
  await console.until(/3 presets {2}Accurate/);
  // An event of others comes after it, and is the only one.
  await byHand();
  await console.until(/1 new in the drift log/);
  console.press('d');
  await console.until(/1 of 1/);
  expect(console.screen()).not.toContain('Pastel');
  console.press('?');
  await console.until(/Keys here/);
  console.press('G');
  await console.until(/The drift log \(d\)/);
});

test(
  'a repair of another process is told as that, and what comes after it as drift',
  needsFullScale(),
  async () => {
    const env = { DATABASE_URL: own.url, XDG_STATE_HOME: state };
    await own.sql`UPDATE presets SET usage_count = 99 WHERE id = ${ids[1]!}`;
    const console = await open({ env });
    await console.until(/2 accurate +1 mismatched/);
    console.press('d');
    await console.until(/no count has come out of step/);
    const plan = JSON.parse((await run(['sync', '--dry-run', '--json'], env)).out).plan;
    const sync = await run(['sync', '--confirm', plan.fingerprint], env);
    expect([sync.code, sync.err]).toEqual([0, '']);
    const told = await console.until(
      /Not drift: sync of receipt \d{8}T\d{6}Z-sync-[0-9a-f]{6}, 1 preset, \d\d:\d\d:\d\d/,
    );
    expect(told).toMatch(/no count has come out of step/);
    await byHand();
    const both = await console.until(/Noir +\S No record +\+1 +0 *$/m);
    expect(both).toMatch(/1 of 1/);
    expect(both).toMatch(/Not drift: sync of receipt/);
    expect(await quitWithDrift(console)).toBe(0);
    expect(console.written()).toContain('1 drift event of 1 preset while the console watched.');
  },
);

describe('what another process of this console does beside repairs is no drift:', () => {
  const elsewhere = { XDG_STATE_HOME: '' };
  const command = async (...args: string[]) => run(args, { DATABASE_URL: own.url, ...elsewhere });
  const confirmed = async (...args: string[]) => {
    const asked = await command(...args);
    const word = /--confirm ([0-9a-f]{12})/.exec(asked.err + asked.out)?.[1] ?? '';
    expect(word, asked.err + asked.out).not.toBe('');
    return command(...args, '--confirm', word);
  };

  /** The drift log, while `step` runs in another process; then an increment by hand is its only event. */
  async function onlyTheIncrement(step: () => Promise<void>): Promise<void> {
    elsewhere.XDG_STATE_HOME = await mkdtemp(join(tmpdir(), 'drift-elsewhere-'));
    try {
      const console = await open({ env: { XDG_STATE_HOME: state } });
      await console.until(/3 presets {2}Accurate/);
      console.press('d');
      await console.until(/no count has come out of step/);
      await step();
      await byHand();
      const shown = await console.until(/Noir +\S No record +\+1 +0 *$/m);
      expect(shown).toMatch(/1 of 1/);
      expect(await quitWithDrift(console)).toBe(0);
      expect(console.written()).toContain('1 drift event of 1 preset while the console watched.');
    } finally {
      await rm(elsewhere.XDG_STATE_HOME, { recursive: true, force: true });
    }
  }

  test('a real use, and taking it back', needsFullScale(), () =>
    onlyTheIncrement(async () => {
      const made = await confirmed('simulate', 'Pastel', '--commit');
      expect(made.out).toMatch(/Made, and counted once/);
      const [, id = '', word = ''] = /simulate (\S+) --take-back (\S+)/.exec(made.out) ?? [];
      const back = await command('simulate', id, '--take-back', word);
      expect([back.code, back.err]).toEqual([0, '']);
    }),
  );

  test('a migration that replaces the trigger', needsFullScale(), async () => {
    await own.sql
      .unsafe(`CREATE OR REPLACE FUNCTION count_row() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN UPDATE presets SET usage_count = usage_count + 1, last_used_at = now() WHERE id = NEW.preset_id; RETURN NULL; END $$;
        DROP TRIGGER trigger_auto_increment_preset_usage_count ON preset_usage;
        CREATE TRIGGER trigger_auto_increment_preset_usage_count AFTER INSERT ON preset_usage
          FOR EACH ROW EXECUTE FUNCTION count_row()`)
      .simple();
    await onlyTheIncrement(async () => {
      const done = await confirmed('migrate');
      expect([done.code, done.err]).toEqual([0, '']);
      // And a use that the new trigger counts.
      await insertRecords(own.sql, ids[1]!, 1);
    });
  });
});

test('says that nothing is watched if rows are hidden from this role', async () => {
  const role = `drift_screen_${process.pid}`;
  await own.sql
    .unsafe(`CREATE ROLE ${role} LOGIN PASSWORD 'secret'; GRANT SELECT ON presets, preset_usage TO ${role};
      ALTER TABLE preset_usage ENABLE ROW LEVEL SECURITY`)
    .simple();
  try {
    terminal = startTerminal({ env: { DATABASE_URL: own.urlAs(role, 'secret') } });
    await terminal.until(/1 of 3/);
    terminal.press('d');
    await terminal.until(/Not watched for drift: row-level security on public\.preset_usage/);
    terminal.kill('SIGKILL');
    await terminal.exit();
  } finally {
    await own.sql
      .unsafe(`ALTER TABLE preset_usage DISABLE ROW LEVEL SECURITY; DROP OWNED BY ${role}; DROP ROLE ${role}`)
      .simple();
  }
});
