import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createDatabase, insertPresets, type TestDatabase } from '../helpers/database.ts';
import { quickCases } from '../helpers/quick-cases.ts';
import { run } from '../helpers/run.ts';
import { scaled } from '../helpers/scale.ts';

let own: TestDatabase;

beforeAll(async () => {
  own = await createDatabase();
  await insertPresets(own.sql, ['Noir']);
});
afterAll(() => own.drop());

const url = 'postgres://me:s3cret.w0rd@db.invalid:5432/app';
const conninfo = "host=db.invalid sslpassword='s3cret w0rd' dbname=app";

/** Places where somebody may paste a connection URL that are not meant for one. */
const words: string[][] = [
  [url],
  ['check', url],
  ['check', '--schema', url],
  ['check', '--schema', conninfo],
  ['check', '--schema', encodeURIComponent(url)],
  ['check', '--preset', url],
  ['check', '--timeout', url],
  ['check', '--databse-url', url],
  ['check', `--${url}`],
  ['check', `-${url}`],
  ['check', '--database-url', url.replace('postgres', 'mysql')],
  ['check', '--database-url', `${url}?passwort=s3cret.w0rd`],
  ['check', '--database-url', url.replace('5432', 'port')],
  ['simulate', url],
  ['simulate', 'Noir', '--as-user', url],
  ['simulate', 'Noir', '--as-role', url],
  ['simulate', 'Noir', '--take-back', url],
  ['simulate', 'Noir', '--commit', '--confirm', url],
  ['sync', '--confirm', url],
  ['undo', url],
  ['checklist', '--app-log', url],
  ['checklist', '--app-source', url],
  ['checklist', '--report', url],
  ['scan', url],
];

const everyVariable = [
  'PGHOST',
  'PGUSER',
  'PGSERVICE',
  'PGSSLMODE',
  'PGTARGETSESSIONATTRS',
  'PGPORT',
  'PGDATABASE',
  'PGSERVICEFILE',
  'PGPASSFILE',
  'PGSSLROOTCERT',
  'PGOPTIONS',
  'PGAPPNAME',
  'PGCONNECT_TIMEOUT',
];

// What was repeated once comes first.
const variables = everyVariable.slice(0, scaled(5, everyVariable.length));

const told = async (args: string[], env: Record<string, string>) => {
  const { code, out, err } = await run(args, { PRESET_USAGE_DEBUG: '1', ...env });
  expect(`${out}${err}`).not.toMatch(/s3cret|w0rd/);
  return code;
};

describe('the password of a connection URL is never repeated', () => {
  quickCases(`check --preset ${url}`, `sync --confirm ${url}`, `scan ${url}`).each(
    words.map((args): [string, string[]] => [args.join(' '), args]),
  )('%s', async (_, args) => {
    const env = { DATABASE_URL: own.url };
    expect([1, 2, 3, 4]).toContain(await told([...args, '--json'], env));
  });

  test.each(variables)('in %s', async name => {
    const server = new URL(own.url);
    const env = { PGHOST: server.hostname, PGPORT: server.port, PGUSER: 'nobody', PGSSLMODE: 'disable' };
    await told(['check', '--json'], { ...env, [name]: url });
  });
});
