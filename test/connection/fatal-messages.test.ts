import { expect, test } from 'vitest';
import { listenForFatalMessages } from '../../source/connection/protocol/fatal-messages.ts';

const message = (letter: string, body: string) => {
  const head = Buffer.alloc(5, letter);
  head.writeUInt32BE(4 + Buffer.byteLength(body), 1);
  return Buffer.concat([head, Buffer.from(body)]);
};
const fatal = message('E', 'SFATAL\0VFATAL\0C57P01\0Mgoing, für immer\0\0');
const row = message('D', '\0\x01\0\0\0\x05hello');
const error = message('E', 'SERROR\0VERROR\0C42P01\0Mno table\0\0');
// A value that looks like such a message.
const impostor = message('D', `\0\x01\0\0\0\x05${fatal.toString()}`);
const all = Buffer.concat([row, error, impostor, row, fatal]);

test.each<[string, Buffer[], boolean]>([
  ['by itself', [fatal], true],
  ['behind others', [all], true],
  [
    'after a row that came in two pieces',
    [row.subarray(0, 9), Buffer.concat([row.subarray(9), fatal])],
    true,
  ],
  [
    'after a head that came in two pieces',
    [row.subarray(0, 3), Buffer.concat([row.subarray(3), fatal])],
    true,
  ],
  ['after its own head', [fatal.subarray(0, 2), fatal.subarray(2)], true],
  ['an error of a statement', [error, row], false],
  ['a value that reads like it', [impostor, row], false],
  ['with a severity in another language', [message('E', 'SFATALE\0VFATAL\0C57P01\0Mx\0\0')], true],
  ['of a pooler', [message('E', 'SFATAL\0C08P01\0Mquery_wait_timeout\0\0')], true],
])('%s', (_what, pieces, heard) => {
  const listen = listenForFatalMessages();
  const copies = pieces.map(piece => Buffer.from(piece));
  const words = copies.map(listen).find(found => found !== null);
  expect(words !== undefined).toBe(heard);
  // Other messages are unchanged.
  if (!heard) expect(copies).toEqual(pieces);
});

test('keeps the routine that ended the session: its words may be in any language', () => {
  const piece = message('E', 'SFATAL\0VFATAL\0C40001\0MKonflikt\0RProcessInterrupts\0\0');
  expect(listenForFatalMessages()(piece)).toMatchObject({ code: '40001', routine: 'ProcessInterrupts' });
});

test('after other messages it becomes a notice, and they stay unchanged', () => {
  const piece = Buffer.from(all);
  expect(listenForFatalMessages()(piece)).toMatchObject({ severity: 'FATAL' });
  const others = all.length - fatal.length;
  expect(piece.subarray(0, others)).toEqual(all.subarray(0, others));
  expect(piece.subarray(others).toString()).toBe(`N${fatal.toString().slice(1)}`);
});

test('wherever a stream is split, only the end is recognized as the end', () => {
  const others = Buffer.concat([row, error, impostor, row]);
  for (let cut = 1; cut < others.length; cut += 1) {
    const listen = listenForFatalMessages();
    expect(listen(others.subarray(0, cut)), `${cut}`).toBeNull();
    expect(listen(others.subarray(cut)), `${cut}`).toBeNull();
    expect(listen(Buffer.from(fatal)), `${cut}`).toMatchObject({
      code: '57P01',
      message: 'going, für immer',
    });
  }
});
