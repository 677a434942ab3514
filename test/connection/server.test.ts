import { execFileSync } from 'node:child_process';
import { chmod, chown, stat } from 'node:fs/promises';
import { join } from 'node:path';
import postgres from 'postgres';
import { afterAll, afterEach, beforeAll, describe, expect, inject, test } from 'vitest';
import { readServer } from '../../source/connection/server.ts';
import type { Database } from '../../source/connection/transactions.ts';
import { connectTo } from '../helpers/connect.ts';
import { createDatabase, type TestDatabase } from '../helpers/database.ts';
import { needsPooler, type Pooler, startPooler } from '../helpers/pooler.ts';
import { startEmbedded } from '../helpers/server.ts';
import { waitFor } from '../helpers/wait.ts';

let own: TestDatabase;
let database: Database | undefined;
beforeAll(async () => {
  own = await createDatabase();
});
afterEach(async () => {
  await database?.close();
  database = undefined;
});
afterAll(() => own.drop());

const read = async (url: string) => {
  database = connectTo(url);
  return (await database.read(readServer)).server;
};

test('a superuser of a primary without TLS is reported as such', async () => {
  expect(await read(own.url)).toMatchObject({
    database: own.name,
    superuser: true,
    standby: false,
    readOnly: false,
    encryption: 'none',
  });
});

test('a role whose transactions are read-only, and one with BYPASSRLS', async () => {
  const role = `asks_${own.name}`;
  await own.sql.unsafe(`CREATE ROLE ${role} LOGIN PASSWORD 'secret'`);
  try {
    expect(await read(own.urlAs(role, 'secret'))).toMatchObject({
      superuser: false,
      bypassesRls: false,
      readOnly: false,
    });
    await own.sql
      .unsafe(`ALTER ROLE ${role} BYPASSRLS; ALTER ROLE ${role} SET default_transaction_read_only = on`)
      .simple();
    await database?.close();
    expect(await read(own.urlAs(role, 'secret'))).toMatchObject({
      superuser: false,
      bypassesRls: true,
      readOnly: true,
    });
  } finally {
    await database?.close();
    await own.sql.unsafe(`DROP ROLE ${role}`);
  }
});

describe('behind a pooler', needsPooler(), () => {
  let pooler: Pooler;
  beforeAll(async () => {
    pooler = await startPooler(inject('serverUrl'));
  });
  afterAll(() => pooler.stop());

  test('nothing is claimed of an encryption that the server cannot see', async () => {
    expect(await read(pooler.through(own.url))).toMatchObject({ superuser: true, encryption: null });
  });
});

test('TLS is reported with its version', async () => {
  const server = await startEmbedded();
  const sql = postgres(server.url, { max: 1, ssl: false });
  try {
    const [row] = await sql`SHOW data_directory`;
    const [key, certificate] = ['server.key', 'server.crt'].map(name => join(row?.data_directory, name)) as [
      string,
      string,
    ];
    execFileSync(
      'openssl',
      [
        ...['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '1', '-subj', '/CN=localhost'],
        ...['-keyout', key, '-out', certificate],
      ],
      { stdio: 'ignore' },
    );
    // The server only accepts a key of its own user.
    const { uid, gid } = await stat(row?.data_directory);
    for (const file of [key, certificate]) {
      await chown(file, uid, gid);
      await chmod(file, 0o600);
    }
    await sql`ALTER SYSTEM SET ssl = on`;
    await sql`SELECT pg_reload_conf()`;
    const encryption = async () => {
      await database?.close();
      return (await read(server.url)).encryption;
    };
    await waitFor(async () => /^TLSv1\.[23]$/.test((await encryption()) ?? ''), 'an encrypted connection');
  } finally {
    await database?.close();
    await sql.end();
    await server.stop();
  }
});
