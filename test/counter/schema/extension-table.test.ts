import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Database } from '../../../source/connection/transactions.ts';
import { readExtensionTables } from '../../../source/counter/schema/extension-table.ts';
import { connectTo } from '../../helpers/connect.ts';
import { createDatabase, type TestDatabase } from '../../helpers/database.ts';

let own: TestDatabase;
let database: Database;
const stranger = `stranger_${process.pid}`;

beforeAll(async () => {
  own = await createDatabase('template1');
  database = connectTo(own.url);
  await own.sql
    .unsafe(
      `CREATE ROLE ${stranger}; GRANT CREATE ON DATABASE ${own.name} TO ${stranger}; CREATE SCHEMA cron AUTHORIZATION ${stranger}`,
    )
    .simple();
});
afterAll(async () => {
  await database.close();
  await own.sql.unsafe(`DROP OWNED BY ${stranger}; DROP ROLE ${stranger}`).simple();
  await own.drop();
});

const read = async (made: string) => {
  await own.sql
    .unsafe(
      `DROP SCHEMA cron CASCADE; CREATE SCHEMA cron AUTHORIZATION ${stranger}; SET ROLE ${stranger}; ${made}; RESET ROLE`,
    )
    .simple();
  const [found] = await database.read(reader =>
    readExtensionTables(reader, [
      {
        schema: 'cron',
        table: 'job',
        columns: { jobid: ['bigint'], jobname: ['text', 'name'] },
        optional: ['jobname'],
      },
    ]),
  );
  return found && found !== 'hidden'
    ? [found.name, found.column('j', 'jobid'), found.column('j', 'jobname')]
    : found;
};

test.each([
  ['nothing', 'SELECT', null],
  [
    'a table as it is known',
    'CREATE TABLE cron.job (jobid bigint, jobname name)',
    ['cron.job', 'j.jobid', 'j.jobname'],
  ],
  ['an older one', 'CREATE TABLE cron.job (jobid bigint, more text)', ['cron.job', 'j.jobid', 'NULL']],
  ["a type of one's own", 'CREATE TYPE cron.mine AS ENUM (); CREATE TABLE cron.job (jobid cron.mine)', null],
  ['a domain', 'CREATE DOMAIN cron.mine AS bigint; CREATE TABLE cron.job (jobid cron.mine)', null],
  [
    'an optional column of another type',
    'CREATE TYPE cron.mine AS ENUM (); CREATE TABLE cron.job (jobid bigint, jobname cron.mine)',
    ['cron.job', 'j.jobid', 'NULL'],
  ],
  ['another type', 'CREATE TABLE cron.job (jobid text)', null],
  ['a view', 'CREATE VIEW cron.job AS SELECT 1::bigint AS jobid', null],
  [
    'policies of somebody who may not do everything',
    'CREATE TABLE cron.job (jobid bigint); ALTER TABLE cron.job ENABLE ROW LEVEL SECURITY',
    'hidden',
  ],
])('a table that looks like one of an extension: %s', async (_, made, expected) => {
  expect(await read(made)).toEqual(expected);
});
