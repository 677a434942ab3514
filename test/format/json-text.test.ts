import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { jsonText } from '../../source/format/json-text.ts';

describe('a JSON document', () => {
  test.each([
    ['C1 controls', '\u0080\u009b31m\u009d0;title\u009c'],
    ['DEL', 'a\u007fb'],
    ['marks that turn the direction', '\u061c\u200e\u200f\u202a\u202e\u2066\u2069'],
    ['separators of lines and paragraphs', '\u2028\u2029'],
    ['a byte order mark', '\ufeffname'],
    ['what has no width', 'No\u200bi\u200c\u200d\u2060r\u00ad'],
    ['fillers that look like a space', '\u3164\u115f\uffa0'],
    ['tags and variation selectors', 'a\u{e0041}\u{e007f}\ufe0f\u{e0100}'],
    ['annotations', '\ufff9a\ufffab\ufffb'],
    ['noncharacters', '\uffff\ufffe\u{10ffff}'],
    ['lone surrogates', '\ud800 and \udc00'],
  ])('has %s as escapes, and says the same', (_, hostile) => {
    const text = jsonText({ [hostile]: [hostile] });
    expect(text).toMatch(/^[\x20-\x7e]*$/);
    expect(JSON.parse(text)).toEqual({ [hostile]: [hostile] });
  });

  test('leaves what can be seen as it is', () => {
    for (const text of ['Noir é 日本語 ქართული', '😀', 'a\u0301', 'non\u00a0breaking']) {
      expect(jsonText(text)).toBe(JSON.stringify(text));
    }
    expect(jsonText({ a: [1, null] }, 2)).toBe(JSON.stringify({ a: [1, null] }, null, 2));
  });

  test('says the same whatever the characters', () => {
    const every = Array.from({ length: 0x10000 }, (_, code) => String.fromCharCode(code)).join('');
    expect(JSON.parse(jsonText(every))).toBe(every);
  });

  // What is not printed may be made as JSON has it: parameters of statements, keys of maps, fingerprints.
  test('is printed by nothing else', () => {
    const source = fileURLToPath(new URL('../../source', import.meta.url));
    const printing = ['cli', 'repair/receipts'].flatMap(place =>
      readdirSync(join(source, place), { recursive: true, encoding: 'utf8' })
        .filter(name => name.endsWith('.ts'))
        .map(name => join(place, name)),
    );
    const own = printing.filter(name => readFileSync(join(source, name), 'utf8').includes('JSON.stringify'));
    expect(own).toEqual([]);
  });
});
