import stringWidth from 'string-width';
import { afterEach, describe, expect, test } from 'vitest';
import { glyphs, sparkline } from '../../source/format/badges.ts';
import { ago, count, signed, span } from '../../source/format/numbers.ts';
import { displayText, showInAscii, toWidth } from '../../source/format/text.ts';

describe('text from the database with --ascii', () => {
  afterEach(() => showInAscii(false));

  test.each([
    ['Ünïcödé', 'Unicode'],
    ['Straße, Æsir, Łódź', 'Strasse, AEsir, Lodz'],
    ['“so” – ‘it’ goes…', '"so" - \'it\' goes...'],
    ['日本', '\\u{65e5}\\u{672c}'],
    ['no 👩‍👩‍👧', 'no \\u{1f469}\\u{200d}\\u{1f469}\\u{200d}\\u{1f467}'],
    ['\u001b[31mr\u00e9d\u001b[0m', 'red'],
  ])('%j is %j', (text, shown) => {
    showInAscii(true);
    expect(displayText(text)).toBe(shown);
    // It may pass here twice.
    expect(displayText(displayText(text))).toBe(shown);
    showInAscii(false);
    expect(displayText('日本')).toBe('日本');
  });

  test('what is cut has a mark in ASCII', () => {
    expect(toWidth('a long name', 6)).toBe('a lon…');
    showInAscii(true);
    expect(toWidth('a long name', 6)).toBe('a lon~');
  });
});

describe('text from the database', () => {
  test.each([
    ['plain', 'plain'],
    ['\u001b[31mred\u001b[0m', 'red'],
    ['\u001b]8;;http://evil.example\u0007click\u001b]8;;\u0007', 'click'],
    ['two\nlines\tand\ttabs', 'two lines and tabs'],
    ['bell\u0007 and C1 \u009b31m', 'bell  and C1 '],
    ['\u202egnp.exe', ' gnp.exe'],
    ['family 👩‍👩‍👧‍👦!', 'family 👩!'],
    ['thumb 👍🏽', 'thumb 👍'],
    ['🇩🇪 and 🇯🇵', 'DE and JP'],
    ['heart ❤️', 'heart ❤'],
    ['日本語 café', '日本語 café'],
    ['No\u200bir', 'No ir'],
    ['No\u200dir and No\u200cir', 'No ir and No ir'],
    ['No\u00adir', 'No ir'],
    ['No\u2060\u180e\u034f\u3164ir', 'No ir'],
    ['No\u{e0001}\u{e0100}ir', 'No ir'],
    ['می\u200cخواهم', 'می\u200cخواهم'],
    [`a${'\u0301'.repeat(1000)}b`, `a${'\u0301'.repeat(4)}b`],
    ['Việt Nam', 'Việt Nam'],
  ])('%j is shown as %j', (hostile, shown) => {
    expect(displayText(hostile)).toBe(shown);
  });

  test('nothing that moves a cursor survives, whatever the bytes', () => {
    const every = Array.from({ length: 0x2100 }, (_, code) => String.fromCharCode(code)).join('');
    expect(displayText(every)).not.toMatch(
      /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/,
    );
  });
});

describe('a cell is exactly as wide as its column', () => {
  const names = [
    'short',
    'a name that is far too long for this',
    '日本語の名前はとても長い',
    'é́́́ combining',
    '😀😀😀😀😀😀😀',
    '',
  ];
  test.each(names)('%j', name => {
    for (const width of [1, 2, 5, 12, 13]) expect(stringWidth(toWidth(name, width))).toBe(width);
  });
  test('numbers stand to the right', () => expect(toWidth('42', 5, 'right')).toBe('   42'));
});

describe('numbers', () => {
  test('thousands are separated', () => {
    expect(count(0)).toBe('0');
    expect(count(1234567)).toBe('1,234,567');
    expect(count(-12345)).toBe('-12,345');
    expect(signed(1234)).toBe('+1,234');
    expect(signed(-3)).toBe('-3');
  });
  test('a time span is told in the unit that fits', () => {
    expect([0, 14_000, 100_000, 3 * 3_600_000, 72 * 3_600_000].map(span)).toEqual([
      '0 s',
      '14 s',
      '2 min',
      '3 h',
      '3 d',
    ]);
  });
  test('an age is coarse, and a time to come is a date', () => {
    const now = Date.UTC(2026, 8, 30, 12);
    expect(ago(null, now)).toBe('never');
    expect(ago(now - 30_000, now)).toBe('just now');
    expect(ago(now - 5 * 60_000, now)).toBe('5 min ago');
    expect(ago(now - 400 * 86_400_000, now)).toMatch(/^2025-08-\d\d$/);
  });
});

test('a sparkline never draws a use as nothing', () => {
  expect(sparkline([0, 1, 1000], glyphs(false))).toBe(' ▁█');
  expect(sparkline([], glyphs(true))).toBe('');
});
