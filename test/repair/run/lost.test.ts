import { type AddressInfo, createServer, connect as dial, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Database } from '../../../source/connection/transactions.ts';
import { ConsoleError } from '../../../source/errors/errors.ts';
import { exitCodeOf } from '../../../source/repair/run/run.ts';
import { insertPresets, insertRecords } from '../../helpers/database.ts';
import { changesOf, RepairBench } from '../../helpers/repair-bench.ts';

let bench: RepairBench;
let noir: string;
const closing: (() => Promise<void>)[] = [];

beforeEach(async () => {
  bench = await RepairBench.open();
  [noir] = (await insertPresets(bench.own.sql, ['Noir', 'Pastel', 'Warm'])) as [string];
  await insertRecords(bench.own.sql, noir, 3);
  await bench.setCounts({ Noir: 9, Pastel: 5, Warm: 1 });
  // Every write of a count leaves a line, also what was applied twice.
  await bench.arrange(`
    CREATE TABLE writes (name text, before int, after int);
    CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
      INSERT INTO writes VALUES (NEW.name, OLD.usage_count, NEW.usage_count); RETURN NEW; END $$;
    CREATE TRIGGER note AFTER UPDATE ON presets FOR EACH ROW EXECUTE FUNCTION note()`);
});
afterEach(async () => {
  await bench.close();
  await Promise.all(closing.splice(0).map(close => close()));
});

const writes = async () =>
  (await bench.own.sql`SELECT name, before, after FROM writes ORDER BY name`).map(
    ({ name, before, after }) => [name, before, after],
  );
const once = [
  ['Noir', 9, 3],
  ['Pastel', 5, 0],
  ['Warm', 1, 0],
];

/**
 * A proxy to the server that breaks: the connection whose client says COMMIT the first `times` times. `before` it is passed on,
 * or after the server has answered and before the client hears of it.
 */
async function breakAtCommit(
  when: 'before' | 'after',
  times: number,
): Promise<{ url: string; broken(): number }> {
  const target = new URL(bench.own.url);
  let broken = 0;
  const sockets = new Set<Socket>();
  const server: Server = createServer(client => {
    const upstream = dial(Number(target.port), target.hostname);
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => sockets.delete(socket));
    }
    let armed = false;
    const cut = () => {
      broken += 1;
      client.destroy();
      upstream.destroy();
    };
    client.on('data', data => {
      if (broken < times && data.includes('COMMIT')) {
        if (when === 'before') return cut();
        armed = true;
      }
      upstream.write(data);
    });
    upstream.on('data', data => (armed ? cut() : client.write(data)));
    client.on('close', () => upstream.destroy());
    upstream.on('close', () => client.destroy());
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  closing.push(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise(resolve => server.close(resolve));
  });
  const url = new URL(bench.own.url);
  url.hostname = '127.0.0.1';
  url.port = String((server.address() as AddressInfo).port);
  return { url: url.href, broken: () => broken };
}

describe('a connection that breaks', () => {
  test.each([
    ['before', 1],
    ['after', 1],
    ['before', 3],
  ] as const)('%s the commit, %s times: each preset is written exactly once', async (when, times) => {
    const proxy = await breakAtCommit(when, times);
    const database = bench.connect(proxy.url);
    const plan = await bench.plan('sync', {}, database);
    const outcome = await bench.run(plan, {}, undefined, database);
    expect(proxy.broken()).toBe(times);
    expect(outcome).toMatchObject({ changed: 3, left: [], ended: 'finished', error: null });
    expect(exitCodeOf(outcome)).toBe(0);
    expect(await bench.counts()).toEqual({ Noir: [3, 3], Pastel: [0, 0], Warm: [0, 0] });
    expect(await writes()).toEqual(once);
    const receipt = await bench.receipt(outcome);
    expect(receipt.batches.map(({ outcome: end }) => end)).toEqual([
      ...Array(when === 'before' ? times : 0).fill('aborted'),
      'committed',
    ]);
    expect(changesOf(receipt)).toHaveLength(3);
  });

  test.each([['before'], ['after']] as const)(
    '%s the commit of deleted records: they go once, and come back once',
    async when => {
      const before = await bench.tables();
      const proxy = await breakAtCommit(when, 1);
      const database = bench.connect(proxy.url);
      const plan = await bench.plan('reset', { options: { deleteHistory: true } }, database);
      const outcome = await bench.run(plan, {}, undefined, database);
      expect(outcome).toMatchObject({ changed: 3, deleted: 3, left: [], ended: 'finished' });
      expect(await bench.counts()).toEqual({ Noir: [0, 0], Pastel: [0, 0], Warm: [0, 0] });
      const again = await breakAtCommit(when, 1);
      const other = bench.connect(again.url);
      const back = await bench.plan('undo', { receipt: outcome.receiptId }, other);
      expect(await bench.run(back, {}, undefined, other)).toMatchObject({
        changed: 3,
        restored: 3,
        left: [],
      });
      expect(again.broken()).toBe(1);
      expect(await bench.tables()).toEqual(before);
    },
  );

  test('always: it gives up, with what broke it, and nothing is changed', async () => {
    const proxy = await breakAtCommit('before', Number.POSITIVE_INFINITY);
    const database = bench.connect(proxy.url);
    const plan = await bench.plan('sync', {}, database);
    await expect(bench.run(plan, {}, undefined, database)).rejects.toMatchObject({
      code: 'connection-lost',
      exitCode: 3,
    });
    expect(await bench.counts()).toEqual({ Noir: [9, 3], Pastel: [5, 0], Warm: [1, 0] });
    expect(await writes()).toEqual([]);
  });
});

/** The console's database, on which every read after the first commit waits for `before` first. */
const beforeReads = (before: () => Promise<unknown>): Database => {
  const { database } = bench;
  let committed = false;
  return {
    ...database,
    openWriting: () => {
      const writing = database.openWriting();
      return {
        close: () => writing.close(),
        write: async (work, options) => {
          const value = await writing.write(work, options);
          committed = true;
          return value;
        },
      };
    },
    read: async (work, options) => {
      if (committed) await before();
      return database.read(work, options);
    },
  };
};
const lose = async () => {
  throw new ConsoleError({ code: 'connection-lost', message: 'Lost.', hint: 'Again.', exitCode: 3 });
};

describe('the audit of what was written', () => {
  test('that fails is repeated', async () => {
    let failed = 0;
    const loseTwice = async () => {
      if (failed === 2) return;
      failed += 1;
      await lose();
    };
    const database = beforeReads(loseTwice);
    const outcome = await bench.run(await bench.plan('sync'), { fresh: true }, undefined, database);
    expect(failed).toBe(2);
    expect(outcome).toMatchObject({ changed: 3, left: [], ended: 'finished', error: null });
    expect(await writes()).toEqual(once);
  });

  test('that never succeeds ends it, and no written preset is reported as not reached', async () => {
    const options = { fresh: true, lockTimeout: 0.05 };
    const outcome = await bench.run(await bench.plan('sync'), options, undefined, beforeReads(lose));
    expect(outcome).toMatchObject({
      changed: 0,
      ended: 'failed',
      error: { code: 'connection-lost', exitCode: 3 },
    });
    expect(outcome.left.map(({ name, reason }) => [name, reason]).sort()).toEqual([
      ['Noir', 'wrong'],
      ['Pastel', 'wrong'],
      ['Warm', 'wrong'],
    ]);
    expect(outcome.left[0]?.message).toContain('could not be read');
    expect(await writes()).toEqual(once);
    expect(changesOf(await bench.receipt(outcome))).toHaveLength(3);
  });
});

describe('an audit beside the next batch', () => {
  const alone = { fresh: true, quietAfter: 0, most: { presets: 1 } };

  test('still finds a row that somebody has changed', async () => {
    let changed: Promise<void> | null = null;
    const changeOnce = () => {
      changed ??= bench.arrange('UPDATE presets SET usage_count = 8 WHERE usage_count IN (0, 3)');
      return changed;
    };
    const outcome = await bench.run(await bench.plan('sync'), alone, undefined, beforeReads(changeOnce));
    expect(outcome).toMatchObject({ changed: 2, ended: 'finished', left: [{ reason: 'wrong' }] });
    expect(await writes()).toHaveLength(4);
  });

  test('that cannot be done ends it, and no written preset is reported as not reached', async () => {
    const options = { ...alone, lockTimeout: 0.05 };
    const outcome = await bench.run(await bench.plan('sync'), options, undefined, beforeReads(lose));
    expect(outcome).toMatchObject({ changed: 0, ended: 'failed', error: { code: 'connection-lost' } });
    const written = new Set((await writes()).map(([name]) => name));
    expect(written.size).toBeGreaterThan(0);
    expect(new Set(outcome.left.filter(({ reason }) => reason === 'wrong').map(({ name }) => name))).toEqual(
      written,
    );
  });
});

describe('a session that is ended by the server', () => {
  test('in the middle of a write, once: it is done again', async () => {
    // What the killed transaction writes is rolled back with it, so what remembers it is a sequence.
    await bench.arrange(`
      CREATE SEQUENCE kills;
      CREATE FUNCTION fall() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        IF NEW.name = 'Warm' AND nextval('kills') = 1 THEN PERFORM pg_terminate_backend(pg_backend_pid()); END IF; RETURN NEW; END $$;
      CREATE TRIGGER fall AFTER UPDATE ON presets FOR EACH ROW EXECUTE FUNCTION fall()`);
    const outcome = await bench.repair('sync');
    expect(outcome).toMatchObject({ changed: 3, left: [], ended: 'finished', error: null });
    expect(await bench.counts()).toEqual({ Noir: [3, 3], Pastel: [0, 0], Warm: [0, 0] });
    expect(await writes()).toEqual(once);
    expect((await bench.receipt(outcome)).batches.map(({ outcome: end }) => end)).toEqual([
      'aborted',
      'committed',
    ]);
    const [row] = await bench.own.sql`SELECT last_value::int AS kills FROM kills`;
    expect(row?.kills).toBeGreaterThan(1);
  });

  test('all of its sessions between two batches, the claim too: it finishes, and lets the next one in', async () => {
    await bench.own
      .sql`INSERT INTO presets (name, usage_count) SELECT 'p' || n, 1 FROM generate_series(1, 100) n`;
    let ended = 0;
    const outcome = await bench.run(await bench.plan('sync'), {}, async () => {
      if (ended > 0) return;
      ended = (
        await bench.own.sql`SELECT pg_terminate_backend(pid) FROM pg_stat_activity
          WHERE datname = current_database() AND application_name = 'preset-usage-console'`
      ).length;
    });
    expect(ended).toBeGreaterThan(1);
    expect(outcome).toMatchObject({ changed: 103, left: [], ended: 'finished', error: null });
    const rows = await bench.own.sql`SELECT name FROM writes GROUP BY name HAVING count(*) > 1`;
    expect(rows).toHaveLength(0);
    await bench.setCounts({ Warm: 5 });
    expect(await bench.repair('sync')).toMatchObject({ changed: 1 });
    expect(await bench.counts()).toMatchObject({ Noir: [3, 3], Warm: [0, 0] });
  });
});
