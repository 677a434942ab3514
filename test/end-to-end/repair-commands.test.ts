import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createDatabase, insertPresets, insertRecords, type TestDatabase } from '../helpers/database.ts';
import { needsFullScale } from '../helpers/needs.ts';
import { quickCases } from '../helpers/quick-cases.ts';
import { mismatches, stateDirectory } from '../helpers/repair.ts';
import { run } from '../helpers/run.ts';
import { program, startTerminal, type Terminal, typeAfter } from '../helpers/terminal.ts';
import { waitFor } from '../helpers/wait.ts';

let own: TestDatabase;
let ids: string[];
let home: string;
let terminal: Terminal | undefined;
const env = () => ({ DATABASE_URL: own.url, XDG_STATE_HOME: home });

beforeAll(async () => {
  own = await createDatabase();
});
afterAll(() => own.drop());
beforeEach(async () => {
  home = stateDirectory();
  await own.sql`TRUNCATE presets, preset_usage CASCADE`;
  ids = await insertPresets(own.sql, ['Noir', 'Pastel', 'Sepia']);
  for (const [place, id] of ids.entries()) await insertRecords(own.sql, id, 3 + place);
  await own.sql`UPDATE presets SET usage_count = usage_count + 2 WHERE name = 'Noir'`;
  await own.sql`UPDATE presets SET usage_count = NULL WHERE name = 'Sepia'`;
});
afterEach(() => {
  terminal?.kill('SIGKILL');
  terminal = undefined;
});

interface Plan {
  fingerprint: string;
  phrase: string;
  rows: number;
}
const planned = async (...command: string[]): Promise<Plan> =>
  JSON.parse((await run([...command, '--dry-run', '--json'], env())).out).plan;
const counts = async () =>
  Object.fromEntries(
    (
      await own.sql<{ name: string; count: number | null }[]>`SELECT name, usage_count AS count FROM presets`
    ).map(({ name, count }) => [name, count]),
  );
const wrong = { Noir: 5, Pastel: 4, Sepia: null };
const right = { Noir: 3, Pastel: 4, Sepia: 5 };

describe('sync', () => {
  test('--dry-run prints the contract’s plan and changes nothing', async () => {
    const { code, out, err } = await run(['sync', '--dry-run', '--json'], env());
    expect(err).toBe('');
    expect(JSON.parse(out)).toMatchObject({
      action: 'sync',
      database: { name: own.name },
      plan: {
        fingerprint: expect.stringMatching(/^[0-9a-f]{12}$/),
        phrase: `sync ${own.name} 2`,
        rows: 2,
        recordsToDelete: 0,
        changes: [
          { id: ids[2], name: 'Sepia', before: null, after: 5 },
          { id: ids[0], name: 'Noir', before: 5, after: 3 },
        ],
        firesTriggers: [],
        backup: join(home, 'preset-usage-console'),
      },
      applied: false,
      outcome: null,
    });
    expect(code).toBe(0);
    expect(await counts()).toEqual(wrong);
  });

  test('does exactly the plan that is confirmed, and answers with the receipt', async () => {
    const { fingerprint } = await planned('sync');
    const { code, out } = await run(['sync', '--confirm', fingerprint, '--json'], env());
    const { applied, outcome } = JSON.parse(out);
    expect({ code, applied, outcome }).toMatchObject({
      code: 0,
      applied: true,
      outcome: { changed: 2, deleted: 0, left: [], ended: 'finished' },
    });
    expect(readFileSync(outcome.receipt, 'utf8')).toContain(`"fingerprint":"${fingerprint}"`);
    expect(await counts()).toEqual(right);
    const listed = JSON.parse((await run(['receipts', '--json'], env())).out);
    expect(listed.receipts).toMatchObject([
      { id: outcome.receiptId, action: 'sync', changed: 2, deleted: 0, undone: false, file: outcome.receipt },
    ]);
    const undo = await planned('undo', outcome.receiptId);
    const undone = await run(['undo', outcome.receiptId, '--confirm', undo.fingerprint], env());
    expect(undone.code).toBe(0);
    expect(await counts()).toEqual(wrong);
    expect(JSON.parse((await run(['receipts', '--json'], env())).out).receipts[1]).toMatchObject({
      undone: true,
    });
  });

  test('only the presets that are named', async () => {
    const { fingerprint } = await planned('sync', '--preset', 'Noir');
    const { code } = await run(['sync', '--preset', 'Noir', '--confirm', fingerprint], env());
    expect(code).toBe(0);
    expect(await counts()).toEqual({ ...wrong, Noir: 3 });
  });

  test(
    'says which counts were right before their records were deleted, and --except leaves them out',
    needsFullScale(),
    async () => {
      await insertRecords(own.sql, ids[1]!, 20);
      await own.sql`DELETE FROM preset_usage WHERE id IN (SELECT id FROM preset_usage WHERE preset_id = ${ids[1]!} LIMIT 12)`;
      await own.sql`UPDATE presets SET usage_count = usage_count - 2 WHERE name = 'Noir'`;
      await waitFor(async () => {
        const [row] =
          await own.sql`SELECT n_tup_del AS deleted FROM pg_stat_user_tables WHERE relname = 'preset_usage'`;
        return Number(row?.deleted) >= 12;
      }, 'the deletions in the statistics');
      const whole = JSON.parse((await run(['sync', '--dry-run', '--json'], env())).out).plan;
      expect(whole.changes.map(({ name }: { name: string }) => name).sort()).toEqual(['Pastel', 'Sepia']);
      const remark = whole.remarks.find(({ code }: { code: string }) => code === 'were-right');
      expect(remark.message).toMatch(
        /^1 count .* right before its records were deleted, and this sync lowers it: Pastel\./,
      );
      const except = ['sync', '--except', 'history-deleted'];
      const text = await run([...except, '--dry-run'], env());
      expect(text.out).toMatch(/1 preset is left out \(history-deleted\): Pastel\./);
      const plan = await planned(...except);
      expect(plan).toMatchObject({
        rows: 1,
        options: { except: ['history-deleted'] },
        changes: [{ name: 'Sepia', before: null, after: 5 }],
      });
      // The fingerprint of the whole plan is not that of the smaller one.
      expect((await run([...except, '--confirm', whole.fingerprint, '--json'], env())).code).toBe(4);
      const done = await run([...except, '--confirm', plan.fingerprint, '--json'], env());
      expect(done.code).toBe(0);
      expect(await counts()).toEqual({ Noir: 3, Pastel: 24, Sepia: 5 });
    },
  );

  test.each([
    [['--except', 'deleted'], /history-deleted/],
    [['--except', ''], /--except/],
  ])('%j is bad usage', async (args, words) => {
    const { code, err } = await run(['sync', ...args, '--dry-run'], env());
    expect(code).toBe(2);
    expect(err).toMatch(words);
  });

  test('nothing to do is exit code 0, without a receipt', async () => {
    await own.sql`UPDATE presets p SET usage_count = (SELECT count(*) FROM preset_usage u WHERE u.preset_id = p.id)`;
    const { code, out } = await run(['sync', '--json'], env());
    expect({ code, ...JSON.parse(out) }).toMatchObject({ code: 0, applied: false, outcome: null });
    expect(JSON.parse((await run(['receipts', '--json'], env())).out).receipts).toEqual([]);
  });

  quickCases(
    'it was not confirmed',
    'another plan was agreed to',
    '--read-only',
    'undo of a receipt that is not there',
  ).each([
    { name: 'it was not confirmed', args: ['sync'], code: 4, error: 'unconfirmed' },
    {
      name: 'another plan was agreed to',
      args: ['sync', '--confirm', '0123456789ab'],
      code: 4,
      error: 'stale-plan',
    },
    {
      name: '--read-only',
      args: ['sync', '--read-only', '--confirm', '0123456789ab'],
      code: 4,
      error: 'read-only',
    },
    {
      name: 'a flag of another action',
      args: ['sync', '--delete-history'],
      code: 2,
      error: 'flag-without-effect',
    },
    {
      name: 'a preset that is not there',
      args: ['sync', '--preset', 'Nobody'],
      code: 3,
      error: 'no-such-preset',
    },
    { name: 'undo without a receipt', args: ['undo'], code: 2, error: 'no-receipt' },
    {
      name: 'undo of a receipt that is not there',
      args: ['undo', '20260101T000000Z-sync-000000'],
      code: 2,
      error: 'no-such-receipt',
    },
  ])('is refused where $name, and changes nothing', async ({ args, code, error }) => {
    const finished = await run([...args, '--json'], env());
    expect(JSON.parse(finished.out)).toMatchObject({ error: { code: error } });
    expect(finished.code).toBe(code);
    expect(await counts()).toEqual(wrong);
  });

  test(
    'a plan that the database has moved away from is refused; correct uses do not move it',
    needsFullScale(),
    async () => {
      const { fingerprint } = await planned('sync');
      await own.sql`SELECT track_preset_usage(${ids[0]!}, 'live')`;
      expect((await planned('sync')).fingerprint).toBe(fingerprint);
      await own.sql`UPDATE presets SET usage_count = usage_count + 1 WHERE name = 'Pastel'`;
      const { code, err } = await run(['sync', '--confirm', fingerprint], env());
      expect(code).toBe(4);
      expect(err).toMatch(/no longer matches the plan/);
    },
  );

  test('without a place for its receipt it does not happen', async () => {
    const { fingerprint } = await planned('sync');
    const file = join(home, 'file');
    writeFileSync(file, '');
    const { code, err } = await run(['sync', '--confirm', fingerprint], { ...env(), XDG_STATE_HOME: file });
    expect(err).toMatch(/Nothing was changed/);
    // The directory is no part of the plan.
    expect(code).toBe(4);
    expect(await counts()).toEqual(wrong);
  });

  test('an interrupt stops it between two batches, with what was done', async () => {
    await own.sql`INSERT INTO presets (name, usage_count) SELECT 'Many ' || n, 7 FROM generate_series(1, 400) n`;
    await own.sql
      .unsafe(
        // After some batches the others come to nothing, or a fast sync would be done before the interrupt reaches it.
        `CREATE SEQUENCE writes;
         CREATE FUNCTION hold() RETURNS trigger LANGUAGE plpgsql AS $$
           BEGIN IF nextval('public.writes') > 2 THEN PERFORM pg_advisory_xact_lock_shared(46); END IF; RETURN NULL; END $$;
         CREATE TRIGGER hold AFTER UPDATE ON presets FOR EACH STATEMENT EXECUTE FUNCTION hold()`,
      )
      .simple();
    try {
      const { fingerprint } = await planned('sync');
      const begun = waitFor(async () => {
        const [row] = await own.sql<
          { done: number }[]
        >`SELECT count(*)::int AS done FROM presets WHERE usage_count = 0`;
        return (row?.done ?? 0) > 0;
      }, 'the first batch');
      const sync = ['sync', '--confirm', fingerprint, '--json', '--lock-timeout', '20'];
      const { code, out } = await own.sql.begin(async other => {
        await other`SELECT pg_advisory_xact_lock(46)`;
        return run(sync, env(), begun);
      });
      const { outcome } = JSON.parse(out);
      expect(code).toBe(130);
      expect(outcome.ended).toBe('interrupted');
      expect(outcome.changed).toBeGreaterThan(0);
      expect(outcome.left.length).toBe(402 - outcome.changed);
      expect(await mismatches(own.sql)).toBe(402 - outcome.changed);
    } finally {
      await own.sql
        .unsafe('DROP TRIGGER hold ON presets; DROP FUNCTION hold(); DROP SEQUENCE writes')
        .simple();
    }
  });
});

describe('at a terminal', () => {
  const ask = async () => {
    terminal = startTerminal({ args: ['sync'], env: env(), rows: 40 });
    await terminal.until(/to confirm, or anything else to cancel:/);
    return terminal;
  };

  const typePhrase = (asked: Terminal, text: string) => typeAfter('to cancel: ', asked, text);

  test('the phrase of the plan, typed, does it', async () => {
    const { phrase } = await planned('sync');
    const asked = await ask();
    expect(asked.screen()).toMatch(/Sync: 2 presets change/);
    await typePhrase(asked, phrase);
    asked.press('\r');
    expect(await asked.exit()).toBe(0);
    expect(asked.screen()).toMatch(/Done: 2 presets changed/);
    expect(await counts()).toEqual(right);
  });

  quickCases('what came in one piece', 'Ctrl-C').each([
    { name: 'Enter alone', keys: async () => ['\r'], says: /The phrase did not match/ },
    {
      name: 'what came in one piece',
      keys: async () => [`${(await planned('sync')).phrase}\r`],
      says: /Pasted text does not confirm/,
    },
    {
      name: 'pasted text',
      keys: async () => [`\u001b[200~${(await planned('sync')).phrase}\u001b[201~`, '\r'],
      says: /Pasted text does not confirm/,
    },
    { name: 'Ctrl-C', keys: async () => ['\u0003'], says: /Interrupted/, exit: 130 },
    { name: 'Ctrl-D', keys: async () => ['\u0004'], says: /Cancelled/ },
  ])('$name does not', async ({ keys, says, exit = 4 }) => {
    const pressed = await keys();
    const asked = await ask();
    asked.press(...pressed);
    expect(await asked.exit()).toBe(exit);
    expect(asked.screen()).toMatch(says);
    expect(await counts()).toEqual(wrong);
  });
});

describe('at a terminal, too', () => {
  test('another word does not', async () => {
    terminal = startTerminal({ args: ['sync'], env: env(), rows: 40 });
    await terminal.until(/to confirm, or anything else to cancel:/);
    await typeAfter('to cancel: ', terminal, 'yes');
    terminal.press('\r');
    expect(await terminal.exit()).toBe(4);
    expect(terminal.screen()).toMatch(/The phrase did not match/);
    expect(await counts()).toEqual(wrong);
  });

  test('Ctrl-Z gives the terminal to the shell, and fg asks on', async () => {
    const { phrase } = await planned('sync');
    terminal = startTerminal({ command: ['bash', '--norc', '--noprofile', '-i'], env: env(), rows: 40 });
    terminal.press(`"${process.execPath}" "${program}" sync\r`);
    await terminal.until(/to confirm, or anything else to cancel:/);
    terminal.press('\u001a');
    await terminal.until(/Stopped/);
    terminal.press('fg\r');
    await terminal.until(/to cancel:[\s\S]*Stopped[\s\S]*to cancel:/);
    await typeAfter('to cancel: ', terminal, phrase);
    terminal.press('\r');
    await terminal.until(/Done: 2 presets changed/);
    expect(await counts()).toEqual(right);
  });
});

describe('reset', () => {
  test('says beforehand that every count will disagree with the history', needsFullScale(), async () => {
    const { out } = await run(['reset', '--dry-run'], env());
    expect(out).toMatch(/all 3 presets with history will show Mismatch until a sync/);
  });

  test('with the history, and back', async () => {
    const { fingerprint } = await planned('reset', '--delete-history');
    const done = await run(['reset', '--delete-history', '--confirm', fingerprint, '--json'], env());
    const { plan, outcome } = JSON.parse(done.out);
    expect({ code: done.code, plan, outcome }).toMatchObject({
      code: 0,
      plan: { recordsToDelete: 12, rows: 3 },
      outcome: { changed: 3, deleted: 12 },
    });
    expect(await counts()).toEqual({ Noir: 0, Pastel: 0, Sepia: 0 });
    const undo = await planned('undo', outcome.receipt);
    const back = await run(['undo', outcome.receipt, '--confirm', undo.fingerprint, '--json'], env());
    expect(JSON.parse(back.out)).toMatchObject({
      applied: true,
      outcome: { changed: 3, restored: 12, left: [] },
    });
    expect(await counts()).toEqual(wrong);
  });
});

describe('migrate', () => {
  test('shows its SQL at a terminal and asks for a phrase', async () => {
    await own.sql`ALTER TABLE preset_usage DISABLE TRIGGER trigger_auto_increment_preset_usage_count`;
    terminal = startTerminal({ args: ['migrate'], env: env(), rows: 200 });
    await terminal.until(/to confirm, or anything else to cancel:/);
    expect(terminal.written()).toMatch(/the counting trigger is disabled[\s\S]*CREATE OR REPLACE FUNCTION/);
    await typeAfter('to cancel: ', terminal, `migrate ${own.name}`);
    terminal.press('\r');
    expect(await terminal.exit()).toBe(0);
    expect(JSON.parse((await run(['trigger', '--json'], env())).out)).toMatchObject({ healthy: true });
  });

  test('mends a disabled trigger, with a receipt', async () => {
    await own.sql`ALTER TABLE preset_usage DISABLE TRIGGER trigger_auto_increment_preset_usage_count`;
    const dry = JSON.parse((await run(['migrate', '--dry-run', '--json'], env())).out);
    expect(dry).toMatchObject({ applied: false, differs: ['the counting trigger is disabled'] });
    expect((await run(['migrate'], env())).code).toBe(4);
    const { code, out } = await run(['migrate', '--confirm', dry.fingerprint, '--json'], env());
    const done = JSON.parse(out);
    expect({ code, ...done }).toMatchObject({ code: 0, applied: true, findings: [] });
    expect(readFileSync(done.receipt, 'utf8')).toContain('"action":"migrate"');
    // Counts are the business of sync.
    expect(await counts()).toEqual(wrong);
    expect(JSON.parse((await run(['receipts', '--json'], env())).out).receipts).toMatchObject([
      { action: 'migrate' },
    ]);
  });
});
