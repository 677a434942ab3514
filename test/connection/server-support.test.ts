import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { readServer } from '../../source/connection/server.ts';
import { unsupportedParameters, unsupportedServer } from '../../source/connection/server-support.ts';
import { connectTo } from '../helpers/connect.ts';
import { createDatabase, type TestDatabase } from '../helpers/database.ts';
import type { RunningProxy } from '../helpers/proxy.ts';
import { startRewritingProxy } from '../helpers/rewriting-proxy.ts';

describe('what servers call themselves', () => {
  test.each([
    ['PostgreSQL 13.23 on x86_64-pc-linux-gnu', '13.23'],
    ['PostgreSQL 15.8 on aarch64-unknown-linux-gnu', '15.8'],
    ['PostgreSQL 17.5 (Ubuntu 17.5-1.pgdg24.04+1) on x86_64', '17.5'],
    ['PostgreSQL 19beta1 on x86_64', '19beta1'],
  ])('%s is supported', (words, version) => {
    expect(unsupportedServer(words, version)).toBeNull();
  });

  test.each([
    ['PostgreSQL 12.22 on x86_64', '12.22', 'PostgreSQL 12.22, but this console needs 13 or later'],
    ['PostgreSQL 9.6.24 on x86_64', '9.6.24', 'PostgreSQL 9.6.24, but'],
    ['CockroachDB CCL v24.1.0 (x86_64-pc-linux-gnu)', '13.0.0', 'CockroachDB, not PostgreSQL'],
    ['PostgreSQL 8.0.2 on i686, Redshift 1.0.73348', '8.0.2', 'Amazon Redshift, not'],
    ['PostgreSQL 15.2-YB-2.25.0.0-b0 on x86_64', '15.2-YB-2.25.0.0-b0', 'YugabyteDB, not'],
    ['PostgreSQL 12.12 (Greenplum Database 7.1.0)', '12.12', 'Greenplum, not'],
  ])('%s is not', (words, version, says) => {
    const error = unsupportedServer(words, version);
    expect(error).toMatchObject({
      code: 'unsupported-server',
      exitCode: 3,
      message: expect.stringContaining(says),
    });
    expect(error?.hint).not.toBe('');
  });

  test('as the connection is made', () => {
    expect(
      unsupportedParameters({ server_version: '13.0.0', crdb_version: 'CockroachDB CCL v24.1.0' })?.message,
    ).toContain('CockroachDB');
    expect(unsupportedParameters({ server_version: '11.2-YB-2.20.1.3-b0' })?.message).toContain('YugabyteDB');
    expect(unsupportedParameters({ server_version: '18.4' })).toBeNull();
    expect(unsupportedParameters({})).toBeNull();
  });
});

describe('a server', () => {
  let own: TestDatabase;
  let proxy: RunningProxy;
  let major: string;
  beforeAll(async () => {
    own = await createDatabase();
    const [row] = await own.sql`SELECT split_part(current_setting('server_version'), '.', 1) AS major`;
    major = row?.major;
  });
  afterEach(() => proxy.close());
  afterAll(() => own.drop());

  const read = async () => {
    const database = connectTo(proxy.url);
    try {
      return await database.read(readServer);
    } finally {
      await database.close();
    }
  };

  test('that is too old is recognized, whatever else it answers', async () => {
    proxy = await startRewritingProxy(own.url, { says: [[`${major}.`, '12.']] });
    await expect(read()).rejects.toMatchObject({ code: 'unsupported-server', exitCode: 3 });
  });

  test('that is of another kind is recognized', async () => {
    const name = `PostgreSQL ${major}.`;
    proxy = await startRewritingProxy(own.url, { says: [[name, 'CockroachDB'.padEnd(name.length)]] });
    await expect(read()).rejects.toMatchObject({ message: 'This server is CockroachDB, not PostgreSQL.' });
  });

  test('that is too old to understand the query is recognized too', async () => {
    proxy = await startRewritingProxy(own.url, {
      says: [[`server_version\0${major}.`, 'server_version\x0009.']],
      hears: [['pg_stat_ssl', 'pg_stat_non']],
    });
    await expect(read()).rejects.toMatchObject({
      code: 'unsupported-server',
      message: expect.stringMatching(/^This server is PostgreSQL 09\./),
    });
  });

  test('that is new enough and fails keeps its own error', async () => {
    proxy = await startRewritingProxy(own.url, { hears: [['pg_stat_ssl', 'pg_stat_non']] });
    await expect(read()).rejects.toMatchObject({ code: 'schema-changed' });
  });
});
