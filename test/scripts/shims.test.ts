import stringWidth from 'string-width';
import { describe, expect, test } from 'vitest';
import { LazySegmenter } from '../../scripts/lazy-segmenter.ts';
import { narrow } from '../../scripts/quick-string-width.ts';

// The bundle has these in the place of what they stand in for, so they have to say the same of any text.
const everyCharacter = Array.from({ length: 0x10000 }, (_, code) => String.fromCharCode(code));

describe('LazySegmenter', () => {
  const real = new Intl.Segmenter();
  const lazy = new LazySegmenter();
  const segments = (of: { segment(text: string): Iterable<{ segment: string }> }, text: string) =>
    Array.from(of.segment(text), ({ segment }) => segment);

  test.each(['', 'plain', 'Grüße – “ok” ✓ ●', 'e\u0301', '\r\n', '👩‍👩‍👧 x', '✓\ufe0f', '中文', 'กำ'])(
    'cuts %j as Intl.Segmenter does',
    text => expect(segments(lazy, text)).toEqual(segments(real, text)),
  );

  test('joins no character with another that Intl.Segmenter keeps apart, nor the other way', () => {
    const wrong = everyCharacter.filter(
      character => segments(lazy, `a${character}✓`).join('|') !== segments(real, `a${character}✓`).join('|'),
    );
    expect(wrong).toEqual([]);
  });

  test.each([0, 3, 4])('finds the segment that contains place %i', index => {
    for (const text of ['abcd', 'ab👍c']) {
      const { segment, index: start } = real.segment(text).containing(index) ?? {};
      expect(lazy.segment(text).containing(index)?.segment).toBe(segment);
      expect(lazy.segment(text).containing(index)?.index).toBe(start);
    }
  });
});

test('calls narrow only characters that string-width measures as one cell, alone and beside others', () => {
  const wrong = everyCharacter.filter(
    character =>
      narrow.test(character) &&
      (stringWidth(character) !== 1 || stringWidth(`a${character}${character}✓`) !== 4),
  );
  expect(wrong).toEqual([]);
  expect(narrow.test('● Accurate ▲ Grüße … ✓')).toBe(true);
});
