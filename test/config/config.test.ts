import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadConfig, type ServerTarget } from '../../source/config/config.ts';

let directory: string;
let withFile: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'preset-usage-config-'));
  withFile = mkdtempSync(join(tmpdir(), 'preset-usage-config-'));
  writeFileSync(join(withFile, '.env'), 'DATABASE_URL="postgres://file@file.example/file"\n');
});
afterAll(() => {
  rmSync(directory, { recursive: true });
  rmSync(withFile, { recursive: true });
});

const target = (flags: object, environment: Record<string, string>, where = directory) =>
  loadConfig(flags, environment, where).target as ServerTarget;

test('the list begins as the flag says, else the environment, else with what is wrong', () => {
  const sort = (flags: object, PRESET_USAGE_SORT?: string) =>
    loadConfig(
      { demo: true, ...flags },
      { ...(PRESET_USAGE_SORT !== undefined && { PRESET_USAGE_SORT }) },
      directory,
    ).sort;
  expect(sort({ sort: 'name' }, 'uses')).toBe('name');
  expect(sort({}, 'uses')).toBe('uses');
  expect(sort({})).toBe('drift');
  expect(sort({}, '')).toBe('drift');
  expect(() => sort({}, 'age')).toThrow(/PRESET_USAGE_SORT is not valid/);
  expect(() => sort({ sort: 'age' })).toThrow(/--sort is not valid/);
});

describe('where the database is', () => {
  const flag = { databaseUrl: 'postgres://flag@flag.example/flag' };
  const environment = { DATABASE_URL: 'postgres://env@env.example/env', PGHOST: 'pg.example' };

  test('the flag comes before the environment, that before .env, that before PGHOST, and the demo is last', () => {
    expect(target(flag, environment, withFile)).toMatchObject({
      host: 'flag.example',
      source: '--database-url',
    });
    expect(target({}, environment, withFile)).toMatchObject({ host: 'env.example', source: 'DATABASE_URL' });
    expect(
      target({}, { SUPABASE_DB_URL: 'postgres://s@supabase.example/s', PGHOST: 'pg' }, withFile),
    ).toMatchObject({
      host: 'supabase.example',
      source: 'SUPABASE_DB_URL',
    });
    expect(target({}, { ...environment, SUPABASE_DB_URL: 'postgres://s@h/s' })).toMatchObject({
      source: 'DATABASE_URL',
    });
    writeFileSync(join(directory, '.env'), 'SUPABASE_DB_URL=postgres://s@file.example/s\n');
    expect(target({}, { PGHOST: 'pg' })).toMatchObject({ source: 'SUPABASE_DB_URL in .env' });
    rmSync(join(directory, '.env'));
    expect(target({}, { PGHOST: 'pg.example' }, withFile)).toMatchObject({
      host: 'file.example',
      source: 'DATABASE_URL in .env',
    });
    expect(target({}, { PGHOST: 'pg.example', PGUSER: 'u' })).toMatchObject({
      host: 'pg.example',
      database: 'u',
    });
    expect(target({}, {})).toMatchObject({ kind: 'demo' });
    expect(target({ demo: true }, environment, withFile)).toMatchObject({ kind: 'demo', source: '--demo' });
  });

  test('what a URL leaves out comes from libpq’s variables, then from its defaults', () => {
    expect(
      target(
        { databaseUrl: 'postgres://h' },
        { PGUSER: 'u', PGPASSWORD: 'p', PGPORT: '6543', PGDATABASE: 'd' },
      ),
    ).toMatchObject({ host: 'h', port: 6543, user: 'u', password: 'p', database: 'd', sslmode: 'prefer' });
    expect(target({ databaseUrl: 'postgres://someone@h' }, {})).toMatchObject({
      port: 5432,
      database: 'someone',
    });
  });

  test.each([
    ['postgres://u:p%40ss%2F@h:1/d', { user: 'u', password: 'p@ss/', host: 'h', port: 1, database: 'd' }],
    ['postgresql://u@[::1]:5433/d', { host: '::1', port: 5433 }],
    ['postgres:///d?host=/var/run/postgresql', { host: '/var/run/postgresql', database: 'd' }],
    ['postgres://u@h/d?sslmode=verify-full', { sslmode: 'verify-full' }],
    ['postgres://u@h/d?sslmode=verify-ca', { sslmode: 'verify-ca' }],
    ['postgres://u@h/d?password=a+b%26c', { password: 'a+b&c' }],
    ['postgres://u@h/d?sslrootcert=system', { sslmode: 'verify-full' }],
    ['postgres://u@h/d?connection_limit=1&pool_timeout=0&statement_cache_size=0', { database: 'd' }],
    ["host=h user=u password='a b\\'c' dbname=d", { host: 'h', user: 'u', password: "a b'c" }],
    ['postgres://u@h/d?pgbouncer=true&application_name=me', { applicationName: 'me' }],
  ])('%s', (databaseUrl, expected) => {
    expect(target({ databaseUrl }, {})).toMatchObject(expected);
  });
});

describe('a database that is nearly named is an error, with what to do and never the demo', () => {
  const inFile = (text: string) => {
    const where = mkdtempSync(join(directory, 'env-'));
    writeFileSync(join(where, '.env'), `${text}\n`);
    return where;
  };
  const refused = (code: string, words: RegExp) =>
    expect.objectContaining({
      code,
      exitCode: 2,
      message: expect.stringMatching(words),
      hint: expect.stringMatching(/\.$/),
    });

  test.each([
    [{ DATABASE_URL: '' }, 'empty-database-url', /^DATABASE_URL is set, but empty\.$/],
    [{ DATABASE_URL: ' \n', PGHOST: 'h' }, 'empty-database-url', /^DATABASE_URL/],
    [{ DATABASE_URL: '', SUPABASE_DB_URL: 'postgres://u@h/d' }, 'empty-database-url', /^DATABASE_URL/],
    [{ SUPABASE_DB_URL: '' }, 'empty-database-url', /^SUPABASE_DB_URL/],
    [{ DATABASE_URL: '"postgres://u:secret@h/d"' }, 'quoted-database-url', /quotation marks/],
    [{ DATABASE_URL: "'postgres://u:secret@h/d'" }, 'quoted-database-url', /quotation marks/],
    [{ DATABASE_URL: 'postgres://u:secret@h/d"' }, 'quoted-database-url', /quotation marks/],
    [{ DATABASE_URL: "psql 'postgres://u:secret@h/d" }, 'bad-url', /begins with "psql"/],
    [{ DATABASE_URL: 'DATABASE_URL=postgres://u:secret@h/d' }, 'bad-url', /begins with "DATABASE_URL="/],
    [{ DATABASE_URL: 'postgres://u:[YOUR-PASSWORD]@h/d' }, 'placeholder-in-url', /\[YOUR-PASSWORD\]/],
    [{ DATABASE_URL: 'postgres://u:%5BYOUR-PASSWORD%5D@h/d' }, 'placeholder-in-url', /YOUR-PASSWORD/],
    [{ DATABASE_URL: 'postgres://u:<db_password>@h/d' }, 'placeholder-in-url', /<db_password>/],
    [
      { DATABASE_URL: 'postgres://u:secret@db.[project-ref].supabase.co/d' },
      'placeholder-in-url',
      /\[project-ref\]/,
    ],
    ...[
      ...['$' + '{{ secrets.DATABASE_URL }}', '***', 'undefined', 'REPLACE_ME', 'your-database-url'],
      'postgresql://USER:PASSWORD@HOST:PORT/DATABASE',
    ].map((DATABASE_URL): [object, string, RegExp] => [
      { DATABASE_URL },
      'placeholder-in-url',
      /^DATABASE_URL has a placeholder in place of a URL/,
    ]),
    [{ DATABASE_URL: 'https://abcdefgh.supabase.co' }, 'bad-url', /address of an API/],
    [{ DATABASE_URL: 'postgresql+asyncpg://u:secret@h/d' }, 'bad-url', /driver of a library/],
    [{ DATABASE_URL: 'jdbc:postgresql://h/d?password=secret' }, 'bad-url', /for JDBC/],
    [{ DATABASE_URL: 'prisma+postgres://h/?api_key=secret' }, 'bad-url', /Prisma's client alone/],
    [{ DATABASE_URL: 'mysql://u:secret@h/d' }, 'bad-url', /another kind of database/],
    [{ DATABASE_URL: 'file:./dev.db' }, 'bad-url', /another kind of database/],
    [{ POSTGRES_URL: 'postgres://u:secret@h/d' }, 'other-variable', /^The environment has POSTGRES_URL/],
    [{ DIRECT_URL: 'postgresql://u:secret@h/d' }, 'other-variable', /DIRECT_URL/],
  ])('%j', (environment, code, words) => {
    expect(() => target({}, environment as unknown as Record<string, string>)).toThrow(refused(code, words));
  });

  test.each([
    ['DATABASE_URL=', 'empty-database-url', /^DATABASE_URL in \.env is set, but empty/],
    ['SUPABASE_DB_URL=""', 'empty-database-url', /^SUPABASE_DB_URL in \.env/],
    ['DATABASE_URL: postgres://u:secret@h/d', 'bad-env-file', /colon after DATABASE_URL/],
    ['A=b\n  SUPABASE_DB_URL : "postgres://u@h/d"', 'bad-env-file', /colon after SUPABASE_DB_URL/],
    [
      'DATABASE_URL=postgres://postgres:[YOUR-PASSWORD]@h/d',
      'placeholder-in-url',
      /in \.env still has the placeholder/,
    ],
    [
      'POSTGRES_URL="postgres://u:secret@h/d"',
      'other-variable',
      /^The file \.env in this directory has POSTGRES_URL/,
    ],
    ['POSTGRES_PRISMA_URL=postgres://u@h/d', 'other-variable', /POSTGRES_PRISMA_URL/],
    ['SUPABASE_DATABASE_URL=postgresql://u@h/d', 'other-variable', /SUPABASE_DATABASE_URL/],
  ])('.env with %s', (text, code, words) => {
    expect(() => target({}, {}, inFile(text))).toThrow(refused(code, words));
  });

  test('the error never has the password', () => {
    for (const text of [
      '"postgres://u:secret@h/d"',
      'X=postgres://u:secret@h/d',
      'postgres://u:secret@[host]/d',
    ]) {
      expect(() => target({ databaseUrl: text }, {})).toThrow(expect.objectContaining({ exitCode: 2 }));
      expect(() => target({ databaseUrl: text }, {})).not.toThrow(/secret/);
    }
  });

  test('--database-url that is empty is one, and what names a database elsewhere is not', () => {
    expect(() => target({ databaseUrl: '' }, {})).toThrow(refused('empty-database-url', /^--database-url/));
    const file = inFile('POSTGRES_URL=postgres://u@h/d');
    expect(target({}, { DATABASE_URL: 'postgres://u@h/d' }, file)).toMatchObject({ host: 'h' });
    expect(target({}, { PGHOST: 'pg' }, file)).toMatchObject({ host: 'pg' });
    expect(target({ demo: true }, { DATABASE_URL: '' }, file)).toMatchObject({ kind: 'demo' });
    expect(target({}, {}, inFile('POSTGRES_URL=http://not.a.database'))).toMatchObject({ kind: 'demo' });
    expect(target({}, { DATABASE_URL: "host=h password='a'" })).toMatchObject({ password: 'a' });
    expect(target({}, { DATABASE_URL: 'postgres://u:p[x]@h/d' })).toMatchObject({ password: 'p[x]' });
  });
});

describe('what cannot be honoured is an error, with a way out and exit code 2', () => {
  test.each([
    ['hello', 'bad-url'],
    ['http://h/d', 'bad-url'],
    ['postgres://u:p#w@h/d', 'bad-url'],
    ['postgres://u:p%zz@h/d', 'bad-url'],
    ['postgres://u@h/d?nope=x', 'bad-url'],
    ['postgres://u@h/d?schema=x', 'bad-url'],
    ['postgres://u@h/d?sslcrl=x', 'unsupported-parameter'],
    ['postgres://u@h/d?channel_binding=require', 'unsupported-parameter'],
    ['postgres://u@h/d?gssencmode=require', 'unsupported-parameter'],
    ['postgres://u@h/d?sslrootcert=system&sslmode=require', 'bad-sslmode'],
    ['postgres://u@h/d?sslnegotiation=direct', 'bad-sslmode'],
    ['postgres://u@a,b:1,c:2/d?port=1,2', 'bad-hosts'],
    ['host=h nonsense', 'bad-conninfo'],
  ])('%s', (databaseUrl, code) => {
    expect(() => target({ databaseUrl }, {})).toThrow(expect.objectContaining({ code, exitCode: 2 }));
  });

  test.each([
    [{ timeout: Number.NaN }, {}, 'bad-flag'],
    [{ timeout: -1 }, {}, 'bad-flag'],
    [{ schema: '' }, {}, 'bad-flag'],
    [{ mapColumn: ['a'] }, {}, 'bad-flag'],
    [{ mapColumn: ['=b'] }, {}, 'bad-flag'],
    [{ mapColumn: ['a=b=c'] }, {}, 'bad-flag'],
    [{ dropColumn: [''] }, {}, 'bad-flag'],
    [{}, { PGHOST: 'h', PGPORT: 'x' }, 'bad-port'],
    [{}, { PGHOST: 'h', PGSERVICE: 's' }, 'no-such-service'],
    [{}, { PGHOST: 'h', PGSSLCRL: 'f' }, 'unsupported-parameter'],
    [{}, { PGHOST: 'h', PGGSSENCMODE: 'require' }, 'unsupported-parameter'],
    [{}, { PGHOST: 'h', PGSSLMODE: 'sometimes' }, 'bad-sslmode'],
  ])('%j with %j', (flags, environment, code) => {
    expect(() => target(flags, environment)).toThrow(expect.objectContaining({ code, exitCode: 2 }));
  });

  test('the message never repeats a URL: there may be a password in it', () => {
    for (const databaseUrl of ['postgres://u:secret@h:x/d', 'postgres://u:secret@h/d?nope=1', 'secret']) {
      expect(() => target({ databaseUrl }, {})).toThrow(
        expect.objectContaining({ message: expect.not.stringContaining('secret') }),
      );
    }
  });
});

test.each<[Record<string, string>, boolean | undefined, boolean | null]>([
  [{}, undefined, null],
  [{ NO_COLOR: '1' }, undefined, false],
  [{ NO_COLOR: '' }, undefined, null],
  [{ FORCE_COLOR: '1' }, undefined, true],
  [{ FORCE_COLOR: '' }, undefined, true],
  [{ FORCE_COLOR: '0' }, undefined, false],
  [{ FORCE_COLOR: '1', NO_COLOR: '1' }, undefined, false],
  [{}, false, false],
  [{ FORCE_COLOR: '1' }, false, false],
  [{ NO_COLOR: '1' }, true, true],
])('the environment %j and the flag %j make colours %j', (environment, color, expected) => {
  expect(loadConfig({ color }, environment, directory).color).toBe(expected);
});

test('a standby is resolved as a server is, and the demo has none', () => {
  const replica = 'postgres://reader:secret@standby.example:5433/app';
  const config = loadConfig({ databaseUrl: 'postgres://h/app', replica }, {}, '/nowhere');
  expect(config.replica).toMatchObject({
    host: 'standby.example',
    port: 5433,
    user: 'reader',
    source: '--replica',
  });
  expect(loadConfig({ databaseUrl: 'postgres://h/app' }, {}, '/nowhere').replica).toBeNull();
  const refused = (given: Parameters<typeof loadConfig>[0], code: string) =>
    expect(() => loadConfig(given, {}, '/nowhere')).toThrow(expect.objectContaining({ code, exitCode: 2 }));
  refused({ demo: true, replica }, 'replica-of-demo');
  refused({ databaseUrl: 'postgres://h/app', replica: 'jdbc:postgresql://standby/app' }, 'bad-url');
});

test('the configuration cannot be changed afterwards', () => {
  const config = loadConfig({ preset: ['a'] }, {}, directory);
  expect(Object.isFrozen(config) && Object.isFrozen(config.target) && Object.isFrozen(config.presets)).toBe(
    true,
  );
});

test('a column to map and the one it goes into are told apart by the equals sign outside of quotes', () => {
  const { columns } = loadConfig(
    { demo: true, mapColumn: ['a=b', '"c=d"=e', 'f="g=h"', '"i"="j"""'], dropColumn: ['k'] },
    {},
    '/',
  );
  expect(columns).toEqual({
    map: [
      ['a', 'b'],
      ['"c=d"', 'e'],
      ['f', '"g=h"'],
      ['"i"', '"j"""'],
    ],
    drop: ['k'],
  });
});
