import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createDatabase, insertPresets, insertRecords, type TestDatabase } from '../helpers/database.ts';
import { arrived, holdBack, waitHere } from '../helpers/held-back.ts';
import { needsFullScale } from '../helpers/needs.ts';
import { quickCases } from '../helpers/quick-cases.ts';
import { run } from '../helpers/run.ts';
import { waitFor } from '../helpers/wait.ts';

let own: TestDatabase;
let id: string;
let directory: string;
const env = () => ({ DATABASE_URL: own.url });

beforeAll(async () => {
  own = await createDatabase();
});
afterAll(() => own.drop());
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'prove-'));
  await own.sql`TRUNCATE presets, preset_usage CASCADE`;
  [id = ''] = await insertPresets(own.sql, ['Noir', 'Pastel']);
  await insertRecords(own.sql, id, 3);
});
afterEach(async () => {
  await rm(directory, { recursive: true });
  await own.sql
    .unsafe(
      `ALTER TABLE preset_usage ENABLE TRIGGER trigger_auto_increment_preset_usage_count;
       DROP TRIGGER IF EXISTS tell ON preset_usage; DROP FUNCTION IF EXISTS tell()`,
    )
    .simple();
});

const trigger = (body: string) =>
  own.sql
    .unsafe(
      `CREATE FUNCTION tell() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN ${body}; RETURN NEW; END $$;
       CREATE TRIGGER tell AFTER INSERT ON preset_usage FOR EACH ROW EXECUTE FUNCTION tell()`,
    )
    .simple();

describe('simulate', () => {
  test('answers with the contract’s document, exit code 0', async () => {
    const { code, out, err } = await run(['simulate', 'Noir', '--json'], env());
    expect(err).toBe('');
    expect(JSON.parse(out)).toMatchObject({
      preset: { id, name: 'Noir' },
      path: 'track_preset_usage',
      asUser: null,
      confirmed: true,
      committed: false,
      uses: [
        { before: 3, after: 4, increment: 1, recordsAdded: 1, lastUsedAtMoved: true },
        { before: 4, after: 5, increment: 1, recordsAdded: 1, lastUsedAtMoved: true },
      ],
      failures: [],
      findings: [],
    });
    expect(code).toBe(0);
  });

  test('exit code 1 and the reason, if a use is not counted', async () => {
    await own.sql`ALTER TABLE preset_usage DISABLE TRIGGER trigger_auto_increment_preset_usage_count`;
    const { code, out } = await run(['simulate', id], env());
    expect(out).toMatch(
      /Not confirmed[\s\S]*First use +usage_count 3 to 3 \(0\), 1 record[\s\S]*The trigger is disabled/,
    );
    expect(code).toBe(1);
  });

  test('exit code 1 if nothing shows whose use the application makes', async () => {
    await trigger(`PERFORM current_setting('app.user_id', true)`);
    const { code, out } = await run(['simulate', id], env());
    expect(out).toMatch(/Not proved as the application's user\.[\s\S]*\(setting-not-known\)/);
    expect(code).toBe(1);
  });

  test('exit code 4 and how to confirm, if a use has effects outside', async () => {
    await trigger(`PERFORM pg_logical_emit_message(false, 'uses', '')`);
    const refused = await run(['simulate', '--json'], env());
    const { error } = JSON.parse(refused.out);
    expect(refused.code).toBe(4);
    expect(error).toMatchObject({
      code: 'reaches-outside',
      message: expect.stringContaining('public.tell()'),
    });
    const [, fingerprint = ''] = /--confirm (\w+)/.exec(error.hint) ?? [];
    expect(await run(['simulate', '--confirm', fingerprint], env())).toMatchObject({
      code: 0,
      out: expect.stringMatching(/Confirmed[\s\S]*reaches-outside/),
    });
    expect((await run(['simulate', '--confirm', 'nonsense'], env())).code).toBe(4);
  });

  quickCases(
    'a preset that is not there',
    'two presets',
    '--read-only',
    'a report that cannot be written',
  ).each<[string, string[], number, RegExp]>([
    ['a preset that is not there', ['simulate', 'Nobody'], 3, /No preset has the id or name "Nobody"/],
    ['two presets', ['simulate', 'Noir', '--preset', 'Pastel'], 2, /uses one preset/],
    ['a word too many', ['simulate', 'Noir', 'Pastel'], 2, /Unexpected argument "Pastel"/],
    ['--read-only', ['simulate', '--read-only'], 4, /--read-only/],
    ['a user that is none', ['simulate', '--as-user', 'me'], 2, /not a UUID/],
    ['a role that is not there', ['simulate', '--as-role', 'nobody_at_all'], 3, /no role nobody_at_all/],
    [
      'a report that cannot be written',
      ['checklist', '--report', '/nowhere/at/all.md'],
      2,
      /cannot be written/,
    ],
    ['a log that is not there', ['checklist', '--app-log', '/nowhere/app.log'], 2, /\/nowhere\/app\.log/],
  ])('%s is told in two sentences', async (_, args, code, says) => {
    const finished = await run(args, env());
    expect(finished.err.replace(/^\d\/6 .*\n/gm, '')).toMatch(says);
    expect(
      finished.err
        .replace(/^\d\/6 .*\n/gm, '')
        .trimEnd()
        .split('\n'),
    ).toHaveLength(2);
    expect(finished.out).toBe('');
    expect(finished.code).toBe(code);
  });

  test('Ctrl-C in the middle of a use ends it, and leaves no trace', needsFullScale(), async () => {
    await trigger(waitHere);
    const waits = async () => (await arrived(own.sql)).length > 0;
    await own.sql.begin(async other => {
      await other.unsafe(holdBack);
      const finished = await run(
        ['simulate', '--json', '--lock-timeout', '20'],
        env(),
        waitFor(waits, 'the use to wait'),
      );
      expect(JSON.parse(finished.out)).toMatchObject({ error: { code: 'interrupted' } });
      expect(finished.code).toBe(130);
      await waitFor(async () => !(await waits()), 'the server to give the use up');
    });
    const [row] =
      await own.sql`SELECT count(*)::int AS records, (SELECT sum(usage_count)::int FROM presets) AS counts FROM preset_usage`;
    expect(row).toEqual({ records: 3, counts: 3 });
  });
});

describe('checklist', () => {
  test('runs six steps, names what was skipped, and exits with 0 if none failed', async () => {
    const { code, out, err } = await run(['checklist'], env());
    expect(err.trimEnd().split('\n')).toHaveLength(6);
    expect(err).toMatch(/^1\/6 passed +The trigger exists/);
    expect(out).toMatch(/5 passed, 0 failed, 1 skipped \(no-log-errors\); skipped is not passed\./);
    expect(code).toBe(0);
  });

  test('as JSON, the ids in order, exit code 1 if a step failed', async () => {
    await own.sql`UPDATE presets SET usage_count = 9 WHERE id = ${id}`;
    const { code, out, err } = await run(['checklist', '--json'], env());
    const answer = JSON.parse(out);
    expect(err).toBe('');
    expect(answer).toMatchObject({ passed: 4, failed: 1, skipped: 1 });
    expect(answer.steps.map((step: { id: string; status: string }) => `${step.id} ${step.status}`)).toEqual([
      'trigger-enabled passed',
      'use-increments passed',
      'second-use-increments passed',
      'records-exist passed',
      'counts-match failed',
      'no-log-errors skipped',
    ]);
    expect(code).toBe(1);
  });

  test('writes its evidence as Markdown that hostile names cannot break', needsFullScale(), async () => {
    await own.sql`INSERT INTO presets (name, usage_count) VALUES (${'| <img src=x> \u001b[31m`x` ```\n# gone'}, 5)`;
    const log = join(directory, 'app.txt');
    await writeFile(log, `${new Date().toISOString()} ERROR preset_usage | <b>lost</b>\n`);
    const report = join(directory, 'report.md');
    const { code } = await run(['checklist', '--app-log', log, '--report', report], env());
    const text = await readFile(report, 'utf8');
    expect(code).toBe(1);
    expect(text).toMatch(/\*\*4 passed, 2 failed, 0 skipped\.\*\*/);
    expect(text).toContain(own.name.replaceAll('_', '\\_'));
    expect(text).toMatch(/[0-9a-f]{64}/);
    expect(text).not.toMatch(/\u001b|^# gone/m);
    expect(text.replace(/```sql\n.*\n```/g, '')).not.toMatch(/(?<!\\)</);
    expect(text).not.toContain('secret');
  });

  test(
    'and as JSON if its name ends so; an existing file stays until the end',
    needsFullScale(),
    async () => {
      const report = join(directory, 'report.json');
      await writeFile(report, 'what stood there');
      await run(['checklist', '--report', report, '--app-log', join(directory, 'missing')], env());
      expect(await readFile(report, 'utf8')).toBe('what stood there');
      await run(['checklist', '--report', report], env());
      expect(JSON.parse(await readFile(report, 'utf8'))).toMatchObject({
        program: expect.stringMatching(/^preset-usage-console \d/),
        database: { name: own.name },
        passed: 5,
      });
    },
  );
});

describe('--app-source, where nothing calls a function that fails', () => {
  beforeEach(async () => {
    await own.sql
      .unsafe(
        `ALTER FUNCTION track_preset_usage RENAME TO kept;
       CREATE FUNCTION track_preset_usage(p_preset_id uuid) RETURNS void LANGUAGE plpgsql AS $$ BEGIN INSERT INTO preset_usage (no_such_column) VALUES (p_preset_id); END $$`,
      )
      .simple();
    await writeFile(join(directory, 'use.ts'), "await db.from('preset_usage').insert({ preset_id: id });\n");
  });
  afterEach(async () => {
    await own.sql
      .unsafe('DROP FUNCTION track_preset_usage; ALTER FUNCTION kept RENAME TO track_preset_usage')
      .simple();
  });

  test(
    'trigger is healthy, and says that the fault is not one of the counter',
    needsFullScale(),
    async () => {
      expect((await run(['trigger'], env())).code).toBe(1);
      const { code, out } = await run(['trigger', '--app-source', directory], env());
      expect(out).toContain(`Nothing in ${directory} calls it, so this is no fault of the counter.`);
      expect(code).toBe(0);
    },
  );

  test('checklist passes steps 1 to 3 by a plain insert', needsFullScale(), async () => {
    const statuses = async (...more: string[]) => {
      const { out } = await run(['checklist', '--preset', 'Noir', '--json', ...more], env());
      return JSON.parse(out)
        .steps.slice(0, 3)
        .map(({ status }: { status: string }) => status);
    };
    expect(await statuses()).toContain('failed');
    expect(await statuses('--app-source', directory)).toEqual(['passed', 'passed', 'passed']);
  });

  test('a function that is called somewhere stays a fault', needsFullScale(), async () => {
    await writeFile(join(directory, 'call.ts'), "await db.rpc('track_preset_usage', { p_preset_id: id });\n");
    const { code, out } = await run(['trigger', '--app-source', directory], env());
    expect(out).toContain('track_preset_usage() is at fault');
    expect(code).toBe(1);
  });
});
