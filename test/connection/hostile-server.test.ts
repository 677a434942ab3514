import { describe, expect, test } from 'vitest';
import { connectTo } from '../helpers/connect.ts';
import {
  authentication,
  fakeServer,
  messageHead,
  serverMessage,
  welcome,
  withoutEnd,
} from '../helpers/fake-server.ts';

/** The outcome of a read, which may take so many seconds, from a server that sends this, and how much memory it took. */
async function readFrom(says: Parameters<typeof fakeServer>, timeout = 20) {
  const server = await fakeServer(...says);
  const database = connectTo(`${server.url}&connect_timeout=20`, { timeout });
  const before = process.memoryUsage();
  try {
    const error = await database
      .read(({ rows }) => rows('SELECT 1'))
      .then(
        () => null,
        reason => reason,
      );
    return { error, taken: process.memoryUsage().rss - before.rss };
  } finally {
    await server.close();
    await database.close();
  }
}

const twoGigabytes = 2 ** 31 - 1;
const zeros = Buffer.alloc(1024 * 1024);
const http = Buffer.from('HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n');
const scram = authentication(10, 'SCRAM-SHA-256\0\0');
const notice = serverMessage('N', 'SNOTICE\0VNOTICE\0C00000\0Mhello\0\0');

describe('a server that is not PostgreSQL, or hostile, before login', () => {
  test.each<[string, ...Parameters<typeof fakeServer>]>([
    ['announces 2 GB', withoutEnd(zeros, messageHead('R', twoGigabytes))],
    ['announces an error of 2 GB', withoutEnd(zeros, messageHead('E', twoGigabytes))],
    ['announces a negative length', messageHead('R', 2 ** 32 - 5)],
    ['announces less than the length itself', messageHead('R', 3)],
    ['speaks HTTP', http],
    ['sends notices without end', withoutEnd(Buffer.concat(Array(100).fill(notice)))],
    [
      'asks for SCRAM with two thousand million rounds',
      scram,
      authentication(11, 'r=abc,s=QUJD,i=2000000000'),
    ],
    ['asks for SCRAM without rounds', scram, authentication(11, 'r=abc')],
    ['asks for MD5 without salt', authentication(5)],
    ['asks for nothing', serverMessage('R')],
    [
      'reports parameters without end',
      withoutEnd(serverMessage('S', `a\0${'b'.repeat(20_000)}\0`), authentication(0)),
    ],
  ])('%s', async (_, ...says) => {
    const { error, taken } = await readFrom(says);
    expect(error).toMatchObject({ code: 'protocol-violation', exitCode: 3 });
    expect(taken).toBeLessThan(200 * 1024 * 1024);
  });
});

describe('a server that means harm to who was let in', () => {
  const column = Buffer.concat([Buffer.from('\0\x01a\0'), Buffer.alloc(18)]);
  const described = serverMessage('T', column);
  test.concurrent.each<[string, string, Parameters<typeof fakeServer>[1]]>([
    [
      'announces a row of 2 GB',
      'answer-too-large',
      withoutEnd(zeros, Buffer.concat([described, messageHead('D', twoGigabytes)])),
    ],
    [
      'announces a parameter of 2 GB',
      'protocol-violation',
      withoutEnd(zeros, messageHead('S', twoGigabytes)),
    ],
    ['announces no length', 'protocol-violation', messageHead('C', 0)],
    ['sends rows that nobody described', 'protocol-violation', serverMessage('D', '\0\x01\0\0\0\x01a')],
    ['sends a name without an end', 'protocol-violation', serverMessage('T', '\0\x01abc')],
    ['sends fewer columns than it says', 'protocol-violation', serverMessage('T', `\xff\xff${column}`)],
    ['begins a COPY', 'protocol-violation', serverMessage('H', '\0\0\0')],
    ['sends what no protocol has', 'protocol-violation', serverMessage('!', 'x')],
    ['cuts a value short', 'protocol-violation', Buffer.concat([described, serverMessage('D', '\0\x01')])],
  ])('%s', async (_, code, answer) => {
    const { error } = await readFrom([welcome, answer]);
    expect(error).toMatchObject({ code, exitCode: 3 });
  });

  test.concurrent('sends notices without end: it is given up like one that does not answer', async () => {
    const { error } = await readFrom([welcome, withoutEnd(Buffer.concat(Array(100).fill(notice)))], 1);
    expect(error).toMatchObject({ exitCode: 3 });
  });
});
