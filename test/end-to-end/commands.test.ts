import { createServer, type Server } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeDemoData } from '../../source/demo/data/data.ts';
import { createDatabase, insertPresets, insertRecords, type TestDatabase } from '../helpers/database.ts';
import { needsFullScale } from '../helpers/needs.ts';
import { quickCases } from '../helpers/quick-cases.ts';
import { run } from '../helpers/run.ts';
import { timeLimit } from '../helpers/scale.ts';
import { freePort } from '../helpers/server.ts';
import { waitFor } from '../helpers/wait.ts';

let own: TestDatabase;
let empty: TestDatabase;
let ids: string[];
const roles = ['blind', 'half_blind', 'hidden_reader'].map(name => `${name}_${process.pid}`);
const [blind, halfBlind, hiddenReader] = roles as [string, string, string];

beforeAll(async () => {
  own = await createDatabase();
  empty = await createDatabase('template1');
  ids = await insertPresets(own.sql, ['Noir', 'Pastel', 'evil \u001b[31mred']);
  await insertRecords(own.sql, ids[0]!, 3);
  await insertRecords(own.sql, ids[1]!, 5);
  await own.sql`UPDATE presets SET usage_count = 7 WHERE id = ${ids[1]!}`;
  for (const role of roles) await own.sql.unsafe(`CREATE ROLE ${role} LOGIN PASSWORD 'secret'`);
  await own.sql.unsafe(`GRANT SELECT ON presets TO ${halfBlind}`);
  await own.sql.unsafe(`GRANT SELECT ON presets, preset_usage TO ${hiddenReader}`);
});
afterAll(async () => {
  for (const role of roles) await own.sql.unsafe(`DROP OWNED BY ${role}; DROP ROLE ${role}`).simple();
  await own.drop();
  await empty.drop();
});

describe('check', () => {
  test('tells a mismatch as JSON, exit code 1', async () => {
    const { code, out, err } = await run(['check', '--json'], { DATABASE_URL: own.url });
    expect(err).toBe('');
    const answer = JSON.parse(out);
    expect(answer).toMatchObject({
      database: { name: own.name, user: 'postgres' },
      complete: true,
      rows: 3,
      accurate: 2,
      mismatched: 1,
      tooHigh: 1,
      tooLow: 0,
      records: 8,
      orphans: 0,
    });
    expect(answer.mismatches).toEqual([
      {
        id: ids[1],
        name: 'Pastel',
        count: 7,
        records: 5,
        drift: 2,
        diagnosis: 'unknown',
        diagnosisDetail: {
          certainty: 'possible',
          evidence: ['The count is 2 too high; there is no other wrong count to compare it with.'],
          against: expect.any(Array),
          next: [expect.stringContaining('preset-usage scan'), expect.stringContaining('drift log')],
          also: [],
          stretch: null,
        },
        lastUsedAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
        lastRecordAt: expect.stringMatching(/Z$/),
      },
    ]);
    expect(answer.takenAt).toMatch(/Z$/);
    expect(typeof answer.durationMs).toBe('number');
    expect(code).toBe(1);
  });

  test('tells the same in words', needsFullScale(), async () => {
    const { code, out } = await run(['check'], { DATABASE_URL: own.url });
    expect(out).toContain(
      '3 presets: 2 accurate, 1 mismatched (1 too high, 0 too low). 8 records, 0 orphans.',
    );
    expect(out).toMatch(/Pastel +7 +5 +\+2 /);
    expect(code).toBe(1);
  });

  test('of an accurate preset is healthy, by name and by id', needsFullScale(), async () => {
    for (const preset of ['Noir', ids[0]!]) {
      const { code, out } = await run(['check', '--preset', preset, '--json'], { DATABASE_URL: own.url });
      expect(JSON.parse(out)).toMatchObject({ rows: 1, accurate: 1, mismatches: [] });
      expect(code).toBe(0);
    }
  });

  test('by a role that may not see every row shows no count, exit code 3', async () => {
    await own.sql`ALTER TABLE preset_usage ENABLE ROW LEVEL SECURITY`;
    try {
      const url = own.urlAs(hiddenReader, 'secret');
      const json = await run(['check', '--json'], { DATABASE_URL: url });
      expect(JSON.parse(json.out)).toMatchObject({ complete: false });
      expect(json.code).toBe(3);
      const text = await run(['check'], { DATABASE_URL: url });
      expect(text.out).not.toMatch(/accurate|mismatched/);
      expect(text.err).toContain('row-level security on public.preset_usage');
      expect(text.code).toBe(3);
      await own.sql`CREATE POLICY all_rows ON preset_usage FOR SELECT USING (true)`;
      expect((await run(['check', '--json'], { DATABASE_URL: url })).code).toBe(1);
    } finally {
      await own.sql`DROP POLICY IF EXISTS all_rows ON preset_usage`;
      await own.sql`ALTER TABLE preset_usage DISABLE ROW LEVEL SECURITY`;
    }
  });

  test('that is interrupted ends with 130 and leaves no statement behind', async () => {
    await own.sql.begin(async sql => {
      await sql`LOCK TABLE preset_usage IN ACCESS EXCLUSIVE MODE`;
      const waiting = waitFor(async () => {
        const [row] = await own.sql`SELECT count(*)::int AS n FROM pg_stat_activity
          WHERE datname = ${own.name} AND wait_event_type = 'Lock' AND application_name = 'preset-usage-console'`;
        return row?.n > 0;
      }, 'the audit to wait for the lock');
      const { code, err } = await run(['check', '--lock-timeout', '60'], { DATABASE_URL: own.url }, waiting);
      expect(err).toMatch(/^Interrupted\.\n/);
      expect(code).toBe(130);
    });
    await waitFor(async () => {
      const [row] = await own.sql`SELECT count(*)::int AS n FROM pg_stat_activity
        WHERE datname = ${own.name} AND application_name = 'preset-usage-console'`;
      return row?.n === 0;
    }, 'its connections to be gone');
  });
});

describe('trigger', () => {
  test('of the migration is healthy, and without it says what is wrong, exit code 1', async () => {
    const healthy = await run(['trigger', '--json'], { DATABASE_URL: own.url });
    expect(JSON.parse(healthy.out)).toMatchObject({
      healthy: true,
      trigger: { exists: true, enabled: 'origin' },
    });
    expect(healthy.code).toBe(0);
    await own.sql`ALTER TABLE preset_usage DISABLE TRIGGER USER`;
    const disabled = await run(['trigger'], { DATABASE_URL: own.url });
    await own.sql`ALTER TABLE preset_usage ENABLE TRIGGER USER`;
    expect(disabled.out).toContain('error: The trigger is disabled');
    expect(disabled.code).toBe(1);
  });
});

describe('bad input gets a sentence, a way out and its exit code', () => {
  let silent: Server;
  let silentPort: number;
  beforeAll(async () => {
    // Takes connections and hangs up: not PostgreSQL, or one that is going down.
    silent = createServer(socket => socket.destroy());
    silentPort = await freePort();
    await new Promise<void>(resolve => silent.listen(silentPort, '127.0.0.1', resolve));
  });
  afterAll(() => silent.close());

  const cases: [
    name: string,
    args: string[],
    env: () => Record<string, string>,
    code: number,
    says: RegExp,
  ][] = [
    [
      'no such host',
      ['check'],
      () => ({ DATABASE_URL: 'postgres://u@nowhere.invalid/d' }),
      3,
      /No host named nowhere\.invalid/,
    ],
    [
      'nobody listens',
      ['check'],
      () => ({ DATABASE_URL: 'postgres://u@127.0.0.1:1/d' }),
      3,
      /Nothing accepts connections at 127\.0\.0\.1:1/,
    ],
    [
      'a server that hangs up',
      ['check'],
      () => ({ DATABASE_URL: `postgres://u@127.0.0.1:${silentPort}/d` }),
      3,
      /was lost/,
    ],
    [
      'wrong password',
      ['check'],
      () => ({ DATABASE_URL: own.urlAs(blind, 'wrong') }),
      3,
      /did not let blind_\d+ in|may not read/,
    ],
    [
      'no such database',
      ['check'],
      () => ({ DATABASE_URL: own.url.replace(own.name, 'nowhere') }),
      3,
      /no database "nowhere"/,
    ],
    [
      'missing tables',
      ['check'],
      () => ({ DATABASE_URL: empty.url }),
      3,
      /no table presets in the schema public/,
    ],
    [
      'another schema',
      ['check', '--schema', 'nope'],
      () => ({ DATABASE_URL: own.url }),
      3,
      /no table presets in the schema nope/,
    ],
    [
      'no permission on one table',
      ['check'],
      () => ({ DATABASE_URL: own.urlAs(halfBlind, 'secret') }),
      3,
      /may not read public\.preset_usage/,
    ],
    [
      'no permission on both',
      ['check'],
      () => ({ DATABASE_URL: own.urlAs(blind, 'secret') }),
      3,
      /may not read public\.presets/,
    ],
    [
      'no such preset',
      ['check', '--preset', 'nix'],
      () => ({ DATABASE_URL: own.url }),
      3,
      /No preset has the id or name "nix"/,
    ],
    ['a malformed URL', ['check'], () => ({ DATABASE_URL: 'postgres://u:p@h:port/d' }), 2, /cannot be read/],
    ['an unknown flag', ['check', '--fast'], () => ({}), 2, /Unknown flag --fast/],
    ['an unknown short flag', ['-x'], () => ({}), 2, /Unknown flag -x/],
    ['an unknown command', ['chek'], () => ({}), 2, /Unknown command "chek"\. Did you mean check\?/],
    ['a command that every object has', ['toString'], () => ({}), 2, /Unknown command "toString"/],
    ['a word too many', ['check', 'Noir'], () => ({}), 2, /Unexpected argument "Noir"/],
    [
      'a URL where a word should be',
      ['check', 'postgres://u:secret@h/d'],
      () => ({}),
      2,
      /Unexpected URL among the arguments/,
    ],
    ['a URL where a command should be', ['postgres://u:secret@h/d'], () => ({}), 2, /A URL is not a command/],
    [
      'a password with a question mark',
      ['check'],
      () => ({ DATABASE_URL: 'postgres://u:4?secret@h/d' }),
      2,
      /a parameter/,
    ],
    ['a flag without its value', ['check', '--preset'], () => ({}), 2, /--preset has no value/],
    [
      'a flag that swallows another',
      ['check', '--timeout', '--json'],
      () => ({}),
      2,
      /--timeout has no value/,
    ],
    [
      'a flag twice',
      ['check', '--schema', 'a', '--schema', 'b'],
      () => ({}),
      2,
      /--schema is given more than once/,
    ],
    ['a timeout that is no number', ['check', '--timeout', 'soon'], () => ({}), 2, /value of --timeout/],
    ['a schema without a name', ['check', '--schema', ''], () => ({}), 2, /value of --schema/],
    [
      'the console without a terminal',
      [],
      () => ({ DATABASE_URL: own.url }),
      2,
      /needs a terminal[\s\S]*check/,
    ],
    ['the console as JSON', ['--json'], () => ({}), 2, /no JSON/],
  ];

  quickCases(
    'no such host',
    'nobody listens',
    'a server that hangs up',
    'wrong password',
    'no such database',
    'missing tables',
    'no permission on one table',
    'no such preset',
    'a malformed URL',
    'an unknown flag',
    'an unknown command',
    'a word too many',
    'a URL where a word should be',
    'a password with a question mark',
    'a flag without its value',
    'a flag twice',
    'a timeout that is no number',
    'the console without a terminal',
    'the console as JSON',
  ).each(cases)('%s', async (_, args, env, code, says) => {
    const finished = await run(args, env());
    expect(finished.code).toBe(code);
    const told = args.includes('--json') ? finished.out : finished.err;
    expect(told).toMatch(says);
    if (!args.includes('--json')) expect(told.trimEnd().split('\n')).toHaveLength(2);
    expect(told).not.toMatch(/\n\s+at /);
    expect(finished.out + finished.err).not.toContain('secret');
  });

  quickCases('nobody listens', 'wrong password', 'missing tables', 'a malformed URL', 'an unknown flag').each(
    cases.filter(([, args]) => args.includes('check')),
  )('%s, as one JSON document', async (_, args, env, code, says) => {
    const finished = await run([...args, '--json'], env());
    expect(finished.code).toBe(code);
    expect(finished.err).toBe('');
    const { error } = JSON.parse(finished.out);
    expect(`${error.message} ${error.hint}`).toMatch(says);
    expect(error).toEqual({
      code: expect.stringMatching(/^[a-z-]+$/),
      message: expect.any(String),
      hint: expect.any(String),
    });
  });

  test('a lock that is not given is a timeout, not a hang', async () => {
    await own.sql.begin(async sql => {
      await sql`LOCK TABLE preset_usage IN ACCESS EXCLUSIVE MODE`;
      const { code, err } = await run(['check', '--lock-timeout', '0.1'], { DATABASE_URL: own.url });
      expect(err).toMatch(/held a lock for too long/);
      expect(code).toBe(3);
    });
  });
});

test('--help and --version say what they are asked', async () => {
  expect(await run(['--help'])).toMatchObject({
    code: 0,
    err: '',
    out: expect.stringContaining('Usage: preset-usage'),
  });
  expect((await run(['--version'])).out).toMatch(/^\d+\.\d+\.\d+\n$/);
  expect(JSON.parse((await run(['help', 'check', '--json'])).out)).toEqual({
    version: 2,
    help: expect.stringContaining('--max-drift'),
  });
});

test(
  'check tells presets of the same name apart, in its table and in what led to their causes',
  needsFullScale(),
  async () => {
    const twins = await own.sql<{ id: string }[]>`
    INSERT INTO presets (name, usage_count) VALUES ('Twin', 2), ('Twin', 3) RETURNING id`;
    const { out } = await run(['check', '--preset', 'Twin'], { DATABASE_URL: own.url });
    await own.sql`DELETE FROM presets WHERE name = 'Twin'`;
    for (const { id } of twins) {
      expect(out).toMatch(new RegExp(`^${id.slice(0, 8)} Twin +[23] +0 `, 'm'));
      expect(out).toMatch(new RegExp(`^${id.slice(0, 8)} Twin: `, 'm'));
    }
  },
);

test('check calls a negative count negative', async () => {
  const [row] = await own.sql`INSERT INTO presets (name, usage_count) VALUES ('Negative', -2) RETURNING id`;
  const { out } = await run(['check', '--preset', 'Negative'], { DATABASE_URL: own.url });
  await own.sql`DELETE FROM presets WHERE id = ${row?.id}`;
  expect(out).toMatch(/1 mismatched \(0 too high, 1 too low, 1 negative\)/);
});

test.each([
  ['check', {}, /No database is named.*only with --demo/],
  ['trigger', {}, /No database is named/],
  ['simulate', { PGHOST: '' }, /No database is named/],
  ['check', { DATABASE_URL: '' }, /DATABASE_URL is set, but empty/],
])('without a terminal and a database, %s with %j does not open the demo', async (command, env, words) => {
  const { code, out, err } = await run([command], env as Record<string, string>);
  expect({ code, out }).toEqual({ code: 2, out: '' });
  expect(err).toMatch(words);
});

test('check on the demo finds the mistakes that were made there, and why', {
  timeout: timeLimit(300_000),
}, async () => {
  const { code, out } = await run(['check', '--demo', '--json'], { DATABASE_URL: own.url });
  const found = JSON.parse(out);
  expect(found).toMatchObject({
    database: { label: 'demo', host: 'embedded' },
    mismatched: 14,
    complete: true,
  });
  expect(code).toBe(1);
  const causes = {
    'counted-twice': 'double-counted',
    'trigger-missing': 'trigger-gap',
    'history-deleted': 'history-deleted',
    'null-count': 'null-count',
    'lost-updates': 'lost-updates',
    'reset-kept-history': 'reset-kept-history',
  };
  const diagnoses = found.mismatches.map(({ id, diagnosis }: { id: string; diagnosis: string }) => [
    id,
    diagnosis,
  ]);
  expect(Object.fromEntries(diagnoses)).toEqual(
    Object.fromEntries(makeDemoData().mistakes.map(({ presetId, reason }) => [presetId, causes[reason]])),
  );
});

test('check tells of one preset what led to its count', async () => {
  const { out } = await run(['check', '--preset', 'Pastel'], { DATABASE_URL: own.url });
  expect(out).toContain('Pastel: unknown\n  The count is 2 too high; there is no other wrong count');
});
