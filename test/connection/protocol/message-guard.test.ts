import { describe, expect, test } from 'vitest';
import { guardMessages } from '../../../source/connection/protocol/message-guard.ts';
import { authentication, messageHead, serverMessage, welcome } from '../../helpers/fake-server.ts';

const column = Buffer.concat([Buffer.from('\0\x01name\0'), Buffer.alloc(18)]);
const row = serverMessage('D', '\0\x01\0\0\0\x05hello');
const answer = Buffer.concat([
  serverMessage('1'),
  serverMessage('2'),
  serverMessage('T', column),
  row,
  row,
  serverMessage('C', 'SELECT 2\0'),
  serverMessage('Z', 'T'),
]);
const session = Buffer.concat([
  authentication(10, 'SCRAM-SHA-256\0\0'),
  authentication(11, 'r=abc,s=QUJDRA==,i=4096'),
  authentication(12, 'v=abc'),
  authentication(0),
  serverMessage('S', 'TimeZone\0UTC\0'),
  serverMessage('K', Buffer.alloc(8)),
  serverMessage('Z', 'I'),
  answer,
  serverMessage('E', 'SERROR\0VERROR\0C42P01\0Mno table\0\0'),
  serverMessage('Z', 'E'),
]);

describe('what a server sends', () => {
  test('is let through, wherever it is split', () => {
    expect(guardMessages()(session)).toBeNull();
    for (let cut = 1; cut < session.length; cut += 1) {
      const guard = guardMessages();
      expect(guard(session.subarray(0, cut)), `${cut}`).toBeNull();
      expect(guard(session.subarray(cut)), `${cut}`).toBeNull();
    }
    const guard = guardMessages();
    for (const byte of session) expect(guard(Buffer.of(byte))).toBeNull();
  });

  test('is refused once a length is too large, wherever it is split', () => {
    const bad = Buffer.concat([session, serverMessage('T', column), messageHead('D', 2 ** 31 - 1)]);
    for (let cut = 1; cut < bad.length; cut += 1) {
      const guard = guardMessages();
      expect(guard(bad.subarray(0, cut)), `${cut}`).toBeNull();
      expect(guard(bad.subarray(cut)), `${cut}`).toMatchObject({ code: 'ANSWER_TOO_LARGE' });
    }
  });

  const within = { row: 1_000, answer: 10_000 };
  const told = (...pieces: Buffer[]) => {
    const guard = guardMessages(within);
    expect(guard(welcome)).toBeNull();
    return pieces.map(guard).find(problem => problem !== null) ?? null;
  };
  const described = serverMessage('T', column);

  test('may take as much as its limit, and no more, in one row', () => {
    expect(told(described, serverMessage('D', Buffer.alloc(996)))).toBeNull();
    expect(told(described, serverMessage('D', Buffer.alloc(997)))).toMatchObject({
      code: 'ANSWER_TOO_LARGE',
    });
  });

  test('may take as much as its limit, and no more, in one answer', () => {
    const large = serverMessage('D', Buffer.alloc(900));
    expect(told(described, ...Array<Buffer>(10).fill(large))).toBeNull();
    expect(told(described, ...Array<Buffer>(11).fill(large))).toMatchObject({ code: 'ANSWER_TOO_LARGE' });
    const ended = Buffer.concat([described, large, serverMessage('Z', 'I')]);
    expect(told(...Array<Buffer>(50).fill(ended))).toBeNull();
  });

  test('counts against the limit even if it is empty', () => {
    const empty = serverMessage('D', '\0\0');
    expect(told(described, ...Array<Buffer>(100).fill(empty))).toMatchObject({ code: 'ANSWER_TOO_LARGE' });
  });

  test('may report a few parameters again and again, and not ever new ones', () => {
    const report = (name: string) => serverMessage('S', `${name}\0x\0`);
    const ended = serverMessage('Z', 'I');
    const known = Array.from({ length: 3_000 }, (_, n) => Buffer.concat([report(`p${n % 20}`), ended]));
    expect(told(...known)).toBeNull();
    const others = Array.from({ length: 3_000 }, (_, n) => Buffer.concat([report(`p${n}`), ended]));
    expect(told(...others)).toMatchObject({ code: 'PROTOCOL_PROBLEM' });
  });

  test('may be an error with a long text', () => {
    const guard = guardMessages();
    guard(welcome);
    expect(guard(serverMessage('E', `SERROR\0VERROR\0CP0001\0M${'x'.repeat(20_000_000)}\0\0`))).toBeNull();
  });
});
