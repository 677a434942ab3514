import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, test } from 'vitest';
import { createDatabase, insertPresets, insertRecords, type TestDatabase } from '../helpers/database.ts';
import { hasPooler, type Pooler, startPooler } from '../helpers/pooler.ts';
import { mismatches, stateDirectory } from '../helpers/repair.ts';
import { run } from '../helpers/run.ts';
import { startTerminal, type Terminal } from '../helpers/terminal.ts';

describe.runIf(hasPooler())('behind a transaction pooler', () => {
  let own: TestDatabase;
  let pooler: Pooler;
  let ids: string[];
  let home: string;
  const terminals: Terminal[] = [];
  const env = () => ({ DATABASE_URL: pooler.through(own.url), XDG_STATE_HOME: home });

  beforeAll(async () => {
    pooler = await startPooler(inject('serverUrl'));
  });
  afterAll(() => pooler.stop());
  beforeEach(async () => {
    own = await createDatabase();
    home = stateDirectory();
    ids = await insertPresets(own.sql, ['Noir', 'Pastel', 'Sepia']);
    for (const [place, id] of ids.entries()) await insertRecords(own.sql, id, 3 + place);
    await own.sql`UPDATE presets SET usage_count = usage_count + 2 WHERE name = 'Noir'`;
  });
  afterEach(async () => {
    for (const terminal of terminals.splice(0)) terminal.kill('SIGKILL');
    await own.drop();
  });

  const json = async (...command: string[]) => {
    const { code, out, err } = await run([...command, '--json'], env());
    return { code, err, ...JSON.parse(out) };
  };
  const apply = async (...command: string[]) => {
    const { plan } = await json(...command, '--dry-run');
    return json(...command, '--confirm', plan.fingerprint);
  };

  test('check and trigger tell the truth', async () => {
    expect(await json('check')).toMatchObject({ code: 1, complete: true, presets: 3, mismatched: 1 });
    expect(await json('trigger')).toMatchObject({ code: 0, healthy: true });
  });

  test('simulate proves a use and leaves nothing; with --commit it stays and can be taken back', async () => {
    const before = await own.sql`SELECT * FROM presets ORDER BY id`;
    expect(await json('simulate', 'Pastel')).toMatchObject({ code: 0, confirmed: true });
    expect(await own.sql`SELECT * FROM presets ORDER BY id`).toEqual(before);
    const refused = await json('simulate', 'Pastel', '--commit');
    const confirm = /--confirm (\w+)/.exec(refused.error.hint)?.[1] ?? '';
    const { takeBack, committed } = await json('simulate', 'Pastel', '--commit', '--confirm', confirm);
    expect(committed).toBe(true);
    expect(await own.sql`SELECT usage_count AS n FROM presets WHERE name = 'Pastel'`).toEqual([{ n: 5 }]);
    expect(await json('simulate', 'Pastel', '--take-back', takeBack)).toMatchObject({
      code: 0,
      takenBack: { deleted: 1, before: 5, after: 4 },
    });
    expect(await own.sql`SELECT * FROM presets ORDER BY id`).toEqual(before);
  });

  test('sync, undo, reset with history and undo again', async () => {
    const records = await own.sql`SELECT * FROM preset_usage ORDER BY id`;
    const synced = await apply('sync');
    expect(synced).toMatchObject({ code: 0, applied: true, outcome: { changed: 1 } });
    expect(await mismatches(own.sql)).toBe(0);
    expect(await apply('undo', synced.outcome.receipt)).toMatchObject({ code: 0, outcome: { changed: 1 } });
    expect(await mismatches(own.sql)).toBe(1);
    const reset = await apply('reset', '--delete-history');
    expect(reset).toMatchObject({ code: 0, outcome: { changed: 3, deleted: 12 } });
    expect(await own.sql`SELECT DISTINCT usage_count AS n FROM presets`).toEqual([{ n: 0 }]);
    expect(await apply('undo', reset.outcome.receipt)).toMatchObject({ code: 0 });
    expect(await own.sql`SELECT * FROM preset_usage ORDER BY id`).toEqual(records);
  });

  test('migrate installs the trigger', async () => {
    await own.sql`DROP TRIGGER trigger_auto_increment_preset_usage_count ON preset_usage`;
    expect(await json('trigger')).toMatchObject({ code: 1, healthy: false });
    const refused = await json('migrate');
    const confirm = /--confirm (\w+)/.exec(refused.error.hint)?.[1] ?? '';
    expect(await json('migrate', '--confirm', confirm)).toMatchObject({ code: 0, applied: true });
    expect(await json('trigger')).toMatchObject({ code: 0, healthy: true });
  });

  test('two consoles are live at once, beside a third that runs check', async () => {
    for (const terminal of [startTerminal({ env: env() }), startTerminal({ env: env() })]) {
      terminals.push(terminal);
    }
    for (const terminal of terminals) await terminal.until(/3 presets {2}2 accurate {2}1 mismatched/);
    await insertRecords(own.sql, ids[1]!, 1);
    for (const terminal of terminals) await terminal.until(/Pastel +5 \+1 +5 +0 +✓ Accurate/);
    expect(await json('check')).toMatchObject({ code: 1, mismatched: 1 });
    for (const terminal of terminals) {
      terminal.press('q');
      expect(await terminal.exit()).toBe(0);
    }
  });
});
