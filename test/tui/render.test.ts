import { Writable } from 'node:stream';
import { expect, test } from 'vitest';
import { inOnePiece } from '../../source/tui/render.tsx';

test('a frame is written in one piece, and no later than this turn where it has no end', async () => {
  const pieces: string[] = [];
  const terminal = inOnePiece(
    new Writable({
      decodeStrings: false,
      writev(chunks, done) {
        pieces.push(chunks.map(({ chunk }) => chunk).join(''));
        done();
      },
    }) as unknown as NodeJS.WriteStream,
  );
  for (const part of ['before ', '\u001b[?2026h', 'a', 'b', '\u001b[?2026l', 'after']) terminal.write(part);
  expect(pieces).toEqual(['before ', '\u001b[?2026hab\u001b[?2026l', 'after']);
  for (const part of ['\u001b[?2026h', 'lost']) terminal.write(part);
  expect(pieces).toHaveLength(3);
  await new Promise(process.nextTick);
  expect(pieces.at(-1)).toBe('\u001b[?2026hlost');
});
