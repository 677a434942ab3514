import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createDatabase, insertPresets, insertRecords, type TestDatabase } from '../helpers/database.ts';
import { needsFullScale } from '../helpers/needs.ts';
import { quickCases } from '../helpers/quick-cases.ts';
import { scaledList } from '../helpers/scale.ts';
import {
  keys,
  onAlternateScreen,
  startTerminal,
  type Terminal,
  type TerminalOptions,
  typeAfter,
} from '../helpers/terminal.ts';
import { waitFor } from '../helpers/wait.ts';

let own: TestDatabase;
let state: string;
let terminal: Terminal | undefined;

beforeAll(async () => {
  own = await createDatabase();
});
afterAll(() => own.drop());
beforeEach(async () => {
  state = await mkdtemp(join(tmpdir(), 'repair-'));
  await own.sql`TRUNCATE presets, preset_usage CASCADE`;
  const [noir = ''] = await insertPresets(own.sql, ['Noir', 'Pastel', 'Watercolour']);
  await insertRecords(own.sql, noir, 10);
  await own.sql`UPDATE presets SET usage_count = usage_count + 33 WHERE name = 'Pastel'`;
});
afterEach(async () => {
  terminal?.kill('SIGKILL');
  terminal = undefined;
  await rm(state, { recursive: true, force: true });
});

async function open(options: TerminalOptions = {}): Promise<Terminal> {
  terminal = startTerminal({
    ...options,
    env: { DATABASE_URL: own.url, XDG_STATE_HOME: state, ...options.env },
  });
  await terminal.until(/\d presets/);
  return terminal;
}

const type = (console: Terminal, text: string) => typeAfter('> ', console, text);

const phrase = (action: string, presets: number) => `${action} ${own.name} ${presets}`;
const oneLine = (text: string) => text.replace(/\s+/g, ' ');
const countOf = async (name: string) => {
  const [row] = await own.sql<{ count: number }[]>`
    SELECT usage_count AS count FROM presets WHERE name = ${name}`;
  return row?.count;
};

/** Opens the plan behind `key` and goes on to its phrase. */
async function ask(console: Terminal, key: string): Promise<void> {
  console.press(key);
  await console.until(/To run the plan press Enter/);
  console.press(keys.enter);
  await console.until(/Type this phrase/);
}

describe.each(
  scaledList(1, [
    [80, 24],
    [200, 50],
  ]),
)('a sync at %ix%i', (columns, rows) => {
  test('goes from the key to Accurate', async () => {
    const console = await open({ columns, rows });
    await console.until(/1 mismatched/);
    console.press('S');
    const review = await console.until(/To run the plan press Enter/);
    expect(review).toMatch(new RegExp(`Sync all presets in ${own.name} at`));
    expect(review).toMatch(
      /1 preset changes, (?:in less than a second|which takes longer while others write)/,
    );
    expect(review).toMatch(/Pastel +33 +0 +-33/);
    expect(oneLine(review)).toContain(`then type "${phrase('sync', 1)}"`);
    console.press(keys.enter);
    await console.until(/Type this phrase/);
    await type(console, phrase('sync', 1));
    expect(await countOf('Pastel')).toBe(33);
    console.press(keys.enter);
    const done = await console.until(/Done: 1 preset changed/);
    expect(done).toMatch(/Receipt +\/.*repair-/);
    expect(await countOf('Pastel')).toBe(0);
    console.press(keys.escape);
    await console.until(/3 presets {2}Accurate/);
  });
});

test.each(
  scaledList(1, [
    [80, 24],
    [120, 40],
  ]),
)(
  'at %ix%i the plan says which count was right before its records were deleted, and e leaves it out',
  async (columns, rows) => {
    await own.sql`SELECT pg_stat_reset()`;
    await own.sql`DELETE FROM preset_usage WHERE id IN (SELECT id FROM preset_usage LIMIT 7)`;
    await own.sql`UPDATE presets SET usage_count = NULL WHERE name = 'Pastel'`;
    await insertRecords(own.sql, (await own.sql`SELECT id FROM presets WHERE name = 'Pastel'`)[0]!.id, 4);
    await own.sql`UPDATE presets SET usage_count = NULL WHERE name = 'Pastel'`;
    await waitFor(async () => {
      const [row] =
        await own.sql`SELECT n_tup_del AS deleted FROM pg_stat_user_tables WHERE relname = 'preset_usage'`;
      return Number(row?.deleted) === 7;
    }, 'the deletions in the statistics');
    const console = await open({ columns, rows });
    await console.until(/2 mismatched/);
    console.press('S');
    const whole = await console.until(/To run the plan press Enter/);
    expect(oneLine(whole)).toMatch(/2 presets change/);
    expect(oneLine(whole)).toMatch(/1 count (was|may have been) right before its records were deleted/);
    console.press('e');
    const smaller = oneLine(await console.until(/1 preset changes/));
    expect(smaller).toMatch(/1 preset is left out \(history-deleted\): Noir/);
    expect(smaller).toContain(phrase('sync', 1));
    console.press('e');
    await console.until(/2 presets change/);
    console.press('e');
    await console.until(/1 preset changes/);
    await console.until(/To run the plan press Enter/);
    console.press(keys.enter);
    await console.until(/Type this phrase/);
    await type(console, phrase('sync', 1));
    console.press(keys.enter);
    await console.until(/Done: 1 preset changed/);
    expect([await countOf('Noir'), await countOf('Pastel')]).toEqual([10, 4]);
  },
);

/** What a repair changes, and nothing that a write always touches. */
const contents = async () => {
  const [row] = await own.sql<{ hash: string }[]>`
    SELECT md5(concat((SELECT string_agg(concat_ws(',', id, name, usage_count, last_used_at), '|' ORDER BY id) FROM presets),
                      (SELECT string_agg(u::text, '|' ORDER BY id) FROM preset_usage u))) AS hash`;
  return row?.hash;
};

describe('without the typed phrase nothing is changed', () => {
  const cases: [string, () => string[], RegExp][] = [
    ['none at all', () => [keys.enter], /That is not the phrase\./],
    ['a marked paste', () => [`\u001b[200~${phrase('sync', 1)}\u001b[201~`], /Pasted text does not confirm/],
    [
      'a marked paste with its Enter',
      () => [`\u001b[200~${phrase('sync', 1)}\r\u001b[201~`],
      /Pasted text does not confirm/,
    ],
    ['what came at once', () => [phrase('sync', 1)], /Pasted text does not confirm/],
    ['what came at once with its Enter', () => [`${phrase('sync', 1)}\r`], /Pasted text does not confirm/],
    // Typed on a slow link, and not pasted.
    ['an Enter in the same piece as a letter', () => ['1\r'], /That is not the phrase\./],
  ];
  quickCases('a marked paste with its Enter', 'what came at once').each(cases)(
    '%s',
    async (_, pressed, shown) => {
      const console = await open();
      await ask(console, 'S');
      console.press(...pressed());
      await console.until(shown);
      console.press(keys.enter);
      await console.until(/That is not the phrase/);
      expect(console.screen()).toMatch(/Type this phrase/);
      expect(await countOf('Pastel')).toBe(33);
    },
  );

  test('another one', async () => {
    const console = await open();
    await ask(console, 'S');
    await type(console, `${phrase('sync', 1)}2`);
    console.press(keys.enter);
    await console.until(/That is not the phrase\./);
    console.press(keys.backspace);
    await console.until(screen => !/That is not/.test(screen), 'the notice gone');
    expect(await countOf('Pastel')).toBe(33);
  });

  test('the whole way in one piece, from the key on', async () => {
    const console = await open();
    console.press(`S\r${phrase('sync', 1)}\r`);
    await console.until(/To run the plan press Enter/);
    console.press(`\r${phrase('sync', 1)}\r`);
    await console.until(/^> *$/m);
    console.press(keys.enter);
    await console.until(/That is not the phrase/);
    expect(await countOf('Pastel')).toBe(33);
  });

  test('Escape drops what was typed, then the plan', needsFullScale(), async () => {
    const console = await open();
    await ask(console, 'S');
    await type(console, 'sync');
    console.press(keys.escape);
    await console.until(/To run the plan press Enter/);
    console.press(keys.enter);
    await console.until(/^> *$/m);
    console.press(keys.escape);
    await console.until(/To run the plan press Enter/);
    console.press(keys.escape);
    await console.until(/1 of 3/);
    expect(await countOf('Pastel')).toBe(33);
  });
});

test('a terminal that is too small to show a plan accepts no confirmation', async () => {
  const console = await open();
  await ask(console, 'S');
  await type(console, phrase('sync', 1));
  console.resize(60, 20);
  await console.until(/the console needs 80x24\. Enlarge it/);
  console.press(keys.enter);
  let left = false;
  void console.exit().then(() => {
    left = true;
  });
  await waitFor(async () => {
    // If Enter started the repair, q would wait for its end. Together with Enter, q would look pasted, so it is pressed again.
    if (!left) console.press('q');
    await countOf('Pastel');
    return left;
  }, 'q to leave');
  expect(await countOf('Pastel')).toBe(33);
});

test('the full list of presets comes after everything else', async () => {
  await own.sql`INSERT INTO presets (name, usage_count) SELECT 'Made ' || n, n FROM generate_series(1, 3000) n`;
  const console = await open();
  console.press('S');
  await console.until(/and 2,9\d\d more: press G for the full list at the end/);
  console.press('G');
  const end = await console.until(/^ {2}the end$/m);
  expect(end).toMatch(/Made 2 +2 +0 +-2\s+Made 1 +1 +0 +-1\s+the end/);
  console.press(keys.pageUp);
  await console.until(/Made 20 +20 +0 +-20/);
  console.press('g');
  await console.until(/Made 3000 +3,000 +0 +-3,000/);
});

test('a sync of only times says which', needsFullScale(), async () => {
  await own.sql`UPDATE presets SET usage_count = 0 WHERE name = 'Pastel'`;
  await own.sql`UPDATE presets SET last_used_at = '2020-01-02 03:04:05Z' WHERE name = 'Noir'`;
  const console = await open();
  console.press('S');
  await console.until(/Nothing to do\. /);
  console.press('n');
  const review = await console.until(/To run the plan press Enter/);
  expect(review).toMatch(/1 preset changes \(0 counts, 1 last_used_at\)/);
  expect(review).toMatch(/last_used_at 2020-01-02 03:04:05\+00 -> 20/);
});

test('a single preset is synced from its own screen', needsFullScale(), async () => {
  await own.sql`UPDATE presets SET usage_count = 7 WHERE name = 'Watercolour'`;
  const console = await open();
  await console.until(/2 mismatched/);
  console.press(keys.enter);
  await console.until(/Esc q back/);
  console.press('S');
  const review = await console.until(/To run the plan press Enter/);
  expect(review).toMatch(/Sync Pastel in/);
  console.press(keys.enter);
  await console.until(/Type this phrase/);
  await type(console, phrase('sync', 1));
  console.press(keys.enter);
  await console.until(/Done: 1 preset changed/);
  expect(await countOf('Pastel')).toBe(0);
  expect(await countOf('Watercolour')).toBe(7);
});

test('a stale plan is shown again, and not run', async () => {
  const console = await open();
  await ask(console, 'S');
  await type(console, phrase('sync', 1));
  await own.sql`UPDATE presets SET usage_count = 5 WHERE name = 'Watercolour'`;
  console.press(keys.enter);
  const again = await console.until(/2 presets change/);
  expect(oneLine(again)).toContain('Nothing was changed. This is the new plan.');
  expect(await countOf('Pastel')).toBe(33);
});

test('a reset that deleted records is undone from the history', async () => {
  const before = await contents();
  const console = await open();
  console.press('R');
  const kept = await console.until(/To run the plan press Enter/);
  expect(kept).toMatch(/d \[ \] delete the records too/);
  expect(oneLine(kept)).toMatch(/warning: The history stays/);
  console.press('d');
  const review = await console.until(
    /2 presets change \(2 counts, 1 last_used_at to NULL\), 10 records deleted/,
  );
  expect(review).toMatch(/Noir +10 +0 +-10 +10/);
  await console.until(/To run the plan press Enter/);
  console.press(keys.enter);
  await console.until(/Type this phrase/);
  await type(console, `${phrase('reset', 2)} delete 10`);
  expect(await contents()).toBe(before);
  console.press(keys.enter);
  await console.until(/Done: 2 presets changed, 10 records deleted/);
  expect(await own.sql`SELECT 1 FROM preset_usage`).toHaveLength(0);
  console.press('H');
  const history = await console.until(/Press b to plan an undo/);
  expect(history).toMatch(/reset .* 2 +10 finished/);
  console.press('b');
  const undo = await console.until(/To run the plan press Enter/);
  expect(undo).toMatch(/2 presets change \(2 counts, 1 last_used_at\), 10 records put back/);
  expect(undo).toMatch(/last_used_at NULL -> \d{4}-/);
  console.press(keys.enter);
  await console.until(/Type this phrase/);
  await type(console, phrase('undo', 2));
  console.press(keys.enter);
  await console.until(/Done: 2 presets changed, 10 records put back/);
  expect(await contents()).toBe(before);
  console.press(keys.escape);
  await console.until(/reset .* 2 +10 taken back/);
  expect(console.screen()).toMatch(/undo .* 2 +0 finished/);
});

test('triggers that fire are listed, and can be suppressed', async () => {
  await own.sql
    .unsafe(`CREATE TABLE seen (id uuid);
      CREATE FUNCTION see() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN INSERT INTO seen VALUES (NEW.id); RETURN NEW; END $$;
      CREATE TRIGGER see AFTER UPDATE ON presets FOR EACH ROW EXECUTE FUNCTION see()`)
    .simple();
  try {
    const console = await open();
    console.press('S');
    const review = await console.until(/To run the plan press Enter/);
    expect(review).toMatch(/Triggers that fire:\s+see on/);
    console.press('o');
    await console.until(/o \[x\] keep triggers from firing[\s\S]*To run the plan press Enter/);
    expect(console.screen()).toMatch(/Triggers kept from firing:/);
    console.press(keys.enter);
    await console.until(/Type this phrase/);
    await type(console, phrase('sync', 1));
    console.press(keys.enter);
    await console.until(/Done: 1 preset changed/);
    expect(await own.sql`SELECT 1 FROM seen`).toHaveLength(0);
  } finally {
    await own.sql.unsafe('DROP TRIGGER see ON presets; DROP FUNCTION see(); DROP TABLE seen').simple();
  }
});

test('a history without an entry says so', async () => {
  const console = await open();
  console.press('H');
  await console.until(/Nothing has been synced, reset or migrated yet/);
  console.press('b');
  await console.until(/Nothing to undo/);
});

test('a damaged receipt is named in the history', async () => {
  const receipts = join(state, 'preset-usage-console', 'receipts');
  await mkdir(receipts, { recursive: true });
  await writeFile(join(receipts, '20260101T000000Z-sync-abcdef.jsonl'), 'no receipt at all\n');
  const console = await open();
  console.press('H');
  await console.until(/ is damaged: |is\s+damaged/);
  expect(oneLine(console.screen()).replaceAll(' ', '')).toContain('20260101T000000Z-sync-abcdef.jsonl');
});

test('--read-only writes nothing and says why', async () => {
  const console = await open({ args: ['--read-only'] });
  expect(console.screen()).not.toMatch(/S sync|R reset/);
  for (const key of ['S', 'R']) {
    console.press(key);
    await console.until(/Started with --read-only: nothing is written\./);
    console.press('j');
    await console.until(/Enter open/);
  }
});

test('--ascii shows a plan, a run and the history in ASCII only', needsFullScale(), async () => {
  const console = await open({ args: ['--ascii'] });
  console.press('S');
  const plan = await console.until(/To run the plan press Enter/);
  console.press(keys.enter);
  await console.until(/Type this phrase/);
  await type(console, phrase('sync', 1));
  console.press(keys.enter);
  const done = await console.until(/Done: 1 preset changed/);
  console.press('H');
  const history = await console.until(/Press b to plan an undo/);
  for (const screen of [plan, done, history]) expect(screen).toMatch(/^[\x20-\x7e\n]*$/);
});

describe('a run is stopped between two batches', () => {
  const many = 10_000;
  const insertMany = () => own.sql`
    INSERT INTO presets (name, usage_count) SELECT 'P' || i, 1 FROM generate_series(1, ${many - 1}) i`;

  test.each(
    scaledList(1, [
      [
        'Escape and y',
        async (console: Terminal) => {
          console.press(keys.escape);
          await console.until(/Stop after this batch\?/);
          console.press('n');
          await console.until(/Esc, q or Ctrl-C stops/);
          console.press(keys.escape);
          await console.until(/Stop after this batch\?/);
          console.press('y');
        },
      ],
      ['Ctrl-C', async (console: Terminal) => console.press(keys.ctrlC)],
    ]),
  )('by %s, and finished batches stay', async (_, stop) => {
    await insertMany();
    // After some batches the others come to nothing, or a fast repair would be done before it is told to stop.
    await own.sql
      .unsafe(`CREATE SEQUENCE writes;
      CREATE FUNCTION hold() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN IF nextval('public.writes') > 3 THEN PERFORM pg_advisory_xact_lock_shared(46); END IF; RETURN NULL; END $$;
      CREATE TRIGGER hold AFTER UPDATE ON presets FOR EACH STATEMENT EXECUTE FUNCTION hold()`)
      .simple();
    const console = await open({ args: ['--lock-timeout', '20'] });
    let stopped = '';
    try {
      await ask(console, 'S');
      await type(console, phrase('sync', many));
      await own.sql.begin(async other => {
        await other`SELECT pg_advisory_xact_lock(46)`;
        console.press(keys.enter);
        const running = await console.until(/Rows locked/);
        expect(running).toMatch(/Presets +[\d,]+ of 10,000/);
        await stop(console);
        stopped = await console.until(/Stopped between two batches: /);
      });
    } finally {
      await own.sql
        .unsafe('DROP TRIGGER hold ON presets; DROP FUNCTION hold(); DROP SEQUENCE writes')
        .simple();
    }
    const changed = Number(/batches: ([\d,]+) presets changed/.exec(stopped)?.[1]?.replaceAll(',', ''));
    expect(changed).toBeGreaterThan(0);
    expect(changed).toBeLessThan(many);
    expect(stopped.replaceAll(',', '')).toMatch(
      new RegExp(`${many - changed} presets were not reached: run it again`),
    );
    const [row] = await own.sql<{ wrong: string }[]>`
      SELECT count(*) AS wrong FROM presets WHERE usage_count > 0 AND name <> 'Noir'`;
    expect(Number(row?.wrong)).toBe(many - changed);
    console.press('H');
    await console.until(/sync .* interrupted/);
  });

  test('a second Ctrl-C leaves the console after the running batch', needsFullScale(), async () => {
    await own.sql
      .unsafe(`CREATE FUNCTION hold() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN PERFORM pg_advisory_xact_lock_shared(46); RETURN NEW; END $$;
      CREATE TRIGGER hold AFTER UPDATE ON presets FOR EACH ROW EXECUTE FUNCTION hold()`)
      .simple();
    try {
      const console = await open({ args: ['--lock-timeout', '20'] });
      await ask(console, 'S');
      await type(console, phrase('sync', 1));
      await own.sql.begin(async other => {
        await other`SELECT pg_advisory_xact_lock(46)`;
        console.press(keys.enter);
        await waitFor(
          async () =>
            (
              await own.sql`SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND database = (SELECT oid FROM pg_database WHERE datname = current_database()) AND NOT granted`
            ).length > 0,
          'a batch to be under way',
        );
        console.press('q');
        await console.until(/y stop after this batch/);
        console.press(keys.ctrlC);
        await console.until(/Stopping after this batch/);
        console.press(keys.ctrlC);
        await console.until(screen => /Waiting for the running batch/.test(screen));
        expect(onAlternateScreen(console.written())).toBe(false);
      });
      expect(await console.exit()).toBe(130);
      expect(console.screen()).toMatch(
        /presets? (was|were) not reached|1 preset changed|Nothing was changed/,
      );
      expect(console.screen()).toMatch(/Receipt \//);
      // Whether the batch came through before its time was over: its receipt knows, and is complete.
      const receipts = join(state, 'preset-usage-console', 'receipts');
      const [file = ''] = await readdir(receipts);
      const end = JSON.parse((await readFile(join(receipts, file), 'utf8')).trim().split('\n').at(-1) ?? '');
      expect(end).toMatchObject({ kind: 'end' });
      expect(await countOf('Pastel')).toBe(end.changed === 1 ? 0 : 33);
    } finally {
      await own.sql.unsafe('DROP TRIGGER hold ON presets; DROP FUNCTION hold()').simple();
    }
  });
});
