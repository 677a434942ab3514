import { once } from 'node:events';
import { createConnection } from 'node:net';
import { protocol } from '@electric-sql/pglite';
import type postgres from 'postgres';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Demo } from '../../source/demo/start.ts';
import { connectTo, startTestDemo, until } from './helpers.ts';

const { serialize } = protocol;

let demo: Demo;
let sql: postgres.Sql;

beforeAll(async () => {
  demo = await startTestDemo();
  sql = connectTo(demo);
});
afterAll(async () => {
  await sql?.end({ timeout: 1 });
  await demo?.stop();
});

describe('clients of one embedded database', () => {
  it('get their own answers, without prepared statements too', async () => {
    const questions = [
      (client: postgres.Sql, n: number) => client`SELECT ${n}::int AS n, 'first' AS who`,
      (client: postgres.Sql, n: number) => client`SELECT 'second' AS who, ${n}::int + 0 AS n`,
      (client: postgres.Sql, n: number) => client`SELECT 'third' AS who, 1 AS one, ${n}::int AS n`,
    ];
    const answers = questions.map(async (ask, index) => {
      const client = connectTo(demo, { prepare: false, fetch_types: false });
      const wrong = [];
      for (let n = 0; n < 100; n += 1) {
        const [answer] = await ask(client, n);
        if (answer?.n !== n || answer.who !== ['first', 'second', 'third'][index]) wrong.push(answer);
      }
      await client.end();
      return wrong;
    });
    expect(await Promise.all(answers)).toEqual([[], [], []]);
  });

  it('may read a cursor while others send queries', async () => {
    const reader = connectTo(demo);
    const others = Promise.all(Array.from({ length: 30 }, (_, n) => sql`SELECT ${n}::int AS n`));
    let rows = 0;
    for await (const part of reader`SELECT generate_series(1, 500)`.cursor(10)) rows += part.length;
    expect(rows).toBe(500);
    expect((await others).map(([answer]) => answer?.n)).toEqual([...Array(30).keys()]);
    await reader.end();
  });

  it('may cancel more queries than there are connections', async () => {
    const cancelRequest = Buffer.alloc(16);
    for (const [index, word] of [16, 80_877_102, 1, 1].entries()) cancelRequest.writeInt32BE(word, index * 4);
    for (let n = 0; n < 20; n += 1) {
      const socket = createConnection(demo.socketPath!);
      socket.resume().write(cancelRequest);
      await once(socket, 'end');
    }
    const late = connectTo(demo);
    expect(await late`SELECT 1 AS one`).toEqual([{ one: 1 }]);
    await late.end();
  });

  it('do not inherit the failed transaction of one that died before its Sync', async () => {
    const socket = createConnection(demo.socketPath!);
    socket.write(serialize.startup({ user: demo.user, database: demo.database }));
    socket.write(serialize.query('BEGIN'));
    let answer = '';
    socket.on('data', data => {
      answer += data.toString('latin1');
    });
    socket.write(serialize.parse({ text: 'SELECT no_such_column' }));
    socket.write(serialize.flush());
    await until(() => answer.includes('no_such_column'));
    socket.destroy();
    expect(await sql`SELECT 1 AS one`).toEqual([{ one: 1 }]);
  });
});
