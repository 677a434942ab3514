import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createDatabase, insertPresets, insertRecords, type TestDatabase } from '../helpers/database.ts';
import { countOf, mismatches, needsPsql, runFile, runPsql, use } from './files.ts';

const psql = await needsPsql();
const verify = 'verify-usage-tracking.sql';
const reset = 'reset-usage-counts.sql';

let database: TestDatabase;
let presets: string[];

beforeAll(async () => {
  database = await createDatabase();
});

afterAll(() => database.drop());

// Three records each: 'right' is counted 3, 'high' 40, 'empty' NULL.
beforeEach(async () => {
  const { sql } = database;
  await sql`ALTER TABLE preset_usage ENABLE TRIGGER ALL`;
  await sql`TRUNCATE presets, preset_usage`;
  presets = await insertPresets(sql, ['right', 'high', 'empty']);
  for (const preset of presets) await insertRecords(sql, preset, 3);
  await sql`UPDATE presets SET usage_count = 40 WHERE name = 'high'`;
  await sql`UPDATE presets SET usage_count = NULL WHERE name = 'empty'`;
});

/** Everything in both tables, to see that nothing was changed. */
const everything = () => database.sql`
  SELECT (SELECT json_agg(p ORDER BY id) FROM presets p) AS presets,
         (SELECT json_agg(r ORDER BY id) FROM preset_usage r) AS records`;

describe(verify, () => {
  it('reports two uses that count once each, and leaves nothing behind', async () => {
    const before = await everything();
    const notices = await runFile(database.url, verify);
    expect(notices.join('\n')).toMatch(
      /1\. The trigger is there[\s\S]*usage_count (\d+) -> \d+[\s\S]*Tracking works/,
    );
    expect(await everything()).toEqual(before);
  });

  it('calls no overload that text without a type fits better', async () => {
    await database.sql`CREATE FUNCTION track_preset_usage(uuid, text, text) RETURNS uuid LANGUAGE plpgsql AS
      $$ BEGIN RAISE 'another was called'; END $$`;
    expect((await runFile(database.url, verify)).join('\n')).toMatch(/Tracking works/);
  });

  it('fails where the trigger is disabled', async () => {
    await database.sql`ALTER TABLE preset_usage DISABLE TRIGGER trigger_auto_increment_preset_usage_count`;
    await expect(runFile(database.url, verify)).rejects.toThrow('does not fire: its state is D');
  });

  it('fails where there is no preset', async () => {
    await database.sql`DELETE FROM presets`;
    await expect(runFile(database.url, verify)).rejects.toThrow('There is no preset to use');
  });

  it.each([
    [
      'counts as well',
      'UPDATE presets SET usage_count = usage_count + 1 WHERE id = NEW.preset_id',
      '',
      'moved usage_count',
    ],
    [
      'counts as well at commit',
      'UPDATE presets SET usage_count = usage_count + 1 WHERE id = NEW.preset_id',
      'DEFERRABLE INITIALLY DEFERRED',
      'moved usage_count',
    ],
    [
      'inserts another record',
      `IF pg_trigger_depth() = 1 THEN
         INSERT INTO preset_usage (preset_id, usage_type) VALUES (NEW.preset_id, 'again'); END IF`,
      '',
      'left 2 records instead of 1',
    ],
    ['deletes the record', 'DELETE FROM preset_usage WHERE id = NEW.id', '', 'left 0 records instead of 1'],
  ])('fails where another trigger %s', async (_, body, deferred, message) => {
    const { sql, url } = database;
    await sql
      .unsafe(
        `CREATE FUNCTION other() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN ${body}; RETURN NULL; END $$;
         CREATE CONSTRAINT TRIGGER other AFTER INSERT ON preset_usage ${deferred} FOR EACH ROW EXECUTE FUNCTION other();`,
      )
      .simple();
    try {
      await expect(runFile(url, verify)).rejects.toThrow(message);
    } finally {
      await sql`DROP FUNCTION other CASCADE`;
    }
  });
});

describe('through psql', psql, () => {
  it('check lists the largest differences first, and changes nothing', async () => {
    const before = await everything();
    const { code, out } = await runPsql(database.url, 'check-usage-data.sql');
    expect(code).toBe(0);
    expect(out).toMatch(/\| high .*\| +40 \| +3 \| +37 \|[\s\S]*\| empty .*\| +-3 \|[\s\S]*\| right /);
    expect(cells(out, 'Totals')).toEqual([['3', '1', '1', '1', '43', '9']]);
    expect(cells(out, 'Orphans')).toEqual([]);
    expect(cells(out, 'Unique indexes')).toEqual([]);
    expect(await everything()).toEqual(before);
  });

  it('check shows orphans, the daily index and a disabled trigger', async () => {
    const { sql, url } = database;
    await sql
      .unsafe(
        `ALTER TABLE preset_usage DISABLE TRIGGER ALL;
         INSERT INTO preset_usage (preset_id, usage_type) VALUES (gen_random_uuid(), 'orphan');
         CREATE UNIQUE INDEX idx_preset_usage_daily_unique
           ON preset_usage (preset_id, user_id, ((created_at AT TIME ZONE 'UTC')::date));`,
      )
      .simple();
    const { out } = await runPsql(url, 'check-usage-data.sql', { presets: '1' });
    await sql`DROP INDEX idx_preset_usage_daily_unique`;
    expect(out.match(/\(1 row\)/g)).toHaveLength(5);
    expect(cells(out, 'Orphans')[0]![1]).toBe('1');
    expect(cells(out, 'Unique indexes')[0]![0]).toBe('public.idx_preset_usage_daily_unique');
    expect(cells(out, 'Triggers')[0]!.slice(0, 2)).toEqual([
      'trigger_auto_increment_preset_usage_count',
      'D',
    ]);
  });

  it('verify exits with 0 where tracking works', async () => {
    const { code, err } = await runPsql(database.url, verify);
    expect(err).toContain('Tracking works');
    expect(code).toBe(0);
  });

  it('verify exits with another status where it does not', async () => {
    await database.sql`ALTER TABLE preset_usage DISABLE TRIGGER trigger_auto_increment_preset_usage_count`;
    expect((await runPsql(database.url, verify)).code).toBe(3);
  });

  it('reset sets wrong counts to their records, says which, and writes no others', async () => {
    const { sql, url } = database;
    const version = () => sql`SELECT xmin, last_used_at FROM presets WHERE name = 'right'`;
    const before = await version();
    const { code, out } = await runPsql(url, reset);
    expect(code).toBe(0);
    expect(
      cells(out, 'Counts that were wrong')
        .map(row => row.slice(1))
        .sort(),
    ).toEqual([
      ['empty', '', '3', '3'],
      ['high', '40', '3', '-37'],
    ]);
    expect(await mismatches(sql)).toEqual([]);
    expect(await version()).toEqual(before);
  });

  it('reset is right beside live traffic', async () => {
    const { sql, url } = database;
    let done = false;
    const clients = [0, 1, 2].map(async index => {
      while (!done) await use(sql, presets[index]!);
    });
    for (let run = 0; run < 5; run += 1) {
      await sql`UPDATE presets SET usage_count = usage_count + 5 WHERE name = 'high'`;
      // It gives up where a row stays locked for long, as on a busy machine: then it has to be run again.
      while ((await runPsql(url, reset)).code !== 0);
    }
    done = true;
    await Promise.all(clients);
    expect(await mismatches(sql)).toEqual([]);
  });

  it('reset refuses to run twice at a time', async () => {
    const { sql, url } = database;
    await sql.begin(async other => {
      await other`SELECT pg_advisory_xact_lock(hashtext('preset-usage-console'))`;
      const { code, err } = await runPsql(url, reset);
      expect(err).toContain('Another repair of the counts is running');
      expect(code).toBe(3);
    });
  });

  it('reset with mode=zero zeroes all counts and keeps the records', async () => {
    const { sql, url } = database;
    expect((await runPsql(url, reset, { mode: 'zero' })).code).toBe(0);
    expect(await sql`SELECT DISTINCT usage_count, last_used_at FROM presets`).toEqual([
      { usage_count: 0, last_used_at: null },
    ]);
    expect(await sql`SELECT FROM preset_usage`).toHaveLength(9);
  });

  it('reset with mode=zero-and-delete-history leaves no records either', async () => {
    const { sql, url } = database;
    const { code, out } = await runPsql(url, reset, { mode: 'zero-and-delete-history' });
    expect(code).toBe(0);
    expect(out).toContain('DELETE 9');
    expect(await countOf(sql, presets[1]!)).toBe(0);
    expect(await sql`SELECT FROM preset_usage`).toHaveLength(0);
  });

  it.each(['', 'Zero', 'zero-and-delete', 'nuke'])(
    'reset refuses the mode %j and changes nothing',
    async mode => {
      const before = await everything();
      const { code, err } = await runPsql(database.url, reset, { mode });
      expect(code).toBe(3);
      expect(err).toContain('Unknown mode: nothing was changed');
      expect(await everything()).toEqual(before);
    },
  );
});

/** The rows of the table that follows `title` in psql's output, each as its trimmed cells. */
function cells(out: string, title: string): string[][] {
  const lines = out.slice(out.indexOf(title)).split('\n');
  const body = lines.slice(
    3,
    lines.findIndex(line => /^\(\d+ rows?\)/.test(line)),
  );
  return body.map(line => line.split('|').map(cell => cell.trim()));
}
