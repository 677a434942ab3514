import postgres from 'postgres';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { connectTo } from '../helpers/connect.ts';
import { createDatabase, type TestDatabase } from '../helpers/database.ts';
import { needsPooler, type Pooler, startPooler } from '../helpers/pooler.ts';

describe('a pgbouncer that refuses', needsPooler(), () => {
  let own: TestDatabase;
  let pooler: Pooler;
  beforeAll(async () => {
    own = await createDatabase();
    pooler = await startPooler(own.url, { size: 1, settings: ['query_wait_timeout = 1'] });
  });
  afterAll(async () => {
    await pooler.stop();
    await own.drop();
  });

  const refusal = async (url: string) => {
    const database = connectTo(url);
    try {
      await database.read(reader => reader.rows('SELECT 1'));
      return 'no error';
    } catch (error) {
      return error;
    } finally {
      await database.close();
    }
  };

  test('because all its connections are in use: reports that, not a lost connection', async () => {
    const url = pooler.through(own.url);
    // The first connection, and the transaction that keeps it, are opened before anything waits.
    const busy = postgres(url, { max: 1, prepare: false, fetch_types: false, onnotice: () => {} });
    const done = Promise.withResolvers<void>();
    const taken = Promise.withResolvers<void>();
    const holding = busy.begin(async sql => {
      await sql`SELECT 1`;
      taken.resolve();
      await done.promise;
    });
    await taken.promise;
    expect(await refusal(url)).toMatchObject({
      code: 'too-many-connections',
      exitCode: 3,
      message: expect.stringContaining('query_wait_timeout'),
    });
    done.resolve();
    await holding;
    expect(await refusal(url)).toBe('no error');
    await busy.end();
  });

  test('because there is no such database', async () => {
    const url = new URL(pooler.through(own.url));
    url.pathname = '/nowhere';
    expect(await refusal(url.href)).toMatchObject({ code: 'no-such-database', exitCode: 3 });
  });

  test('because it does not know the user', async () => {
    const url = new URL(pooler.through(own.url));
    url.username = 'nobody_here';
    expect(await refusal(url.href)).toMatchObject({ code: 'authentication-failed', exitCode: 3 });
  });
});
