import { describe, expect, test } from 'vitest';
import { lineSchema, lineText } from '../../../source/repair/receipts/receipt-line.ts';
import { sampleChange, sampleEnd, sampleHead } from './samples.ts';

const parse = (line: object) => lineSchema.safeParse(JSON.parse(JSON.stringify(line)));
const head = (more: object = {}) => ({ kind: 'head', ...sampleHead(), ...more });
const batch = (more: object = {}) => ({
  kind: 'batch',
  batch: 1,
  xid: '77',
  changes: [sampleChange('1')],
  records: null,
  ...more,
});
const records = { offset: 0, length: 9, count: 1 };

describe('a line is read as it was written', () => {
  test.each<[string, object]>([
    ['a head', head()],
    ...['sync', 'reset', 'undo', 'migrate'].map((action): [string, object] => [
      `a ${action}`,
      head({ action }),
    ]),
    [
      'a head with all that it may have',
      head({
        undoes: '20261123T041554Z-sync-3f9a1c',
        columns: [
          { quoted: 'id', type: 'bigint' },
          { quoted: '"Note"', type: 'text', declared: 'varchar(3)', number: 7 },
        ],
        reference: 'preset_id',
        mapped: [{ from: 'note', to: 'remark' }],
        dropped: ['old'],
        replaced: ['kind'],
        began: { xid: '7', oldest: '5', timeline: 1 },
      }),
    ],
    ['one that began where no timeline is known', head({ began: { xid: '7', timeline: null } })],
    ['a batch', batch()],
    ['a batch of none', batch({ changes: [] })],
    ['a batch with records', batch({ records })],
    [
      'with their size and sum',
      batch({ records: { ...records, bytes: 20, sha256: '0123456789abcdef'.repeat(4) } }),
    ],
    [
      'a change with all that it may have',
      batch({
        changes: [
          sampleChange('1', {
            before: null,
            lastUsedBefore: null,
            lastUsedAfter: '2026-11-20',
            of: 3,
            places: [
              [0, 4],
              [7, 7],
            ],
          }),
        ],
      }),
    ],
    ...(['records', 'state', 'all'] as const).map((part): [string, object] => [
      `a change of ${part}`,
      batch({ changes: [sampleChange('1', { of: 3, part })] }),
    ]),
    ['a change of no preset', batch({ changes: [{ ...sampleChange('1'), id: null }] })],
    ...['committed', 'aborted', 'unknown'].map((outcome): [string, object] => [
      outcome,
      { kind: 'settled', batch: 1, outcome },
    ]),
    ...['finished', 'interrupted', 'failed'].map((ended): [string, object] => [
      `the end of one that ${ended}`,
      { kind: 'end', ...sampleEnd, ended },
    ]),
    [
      'an end that left records of no preset',
      { kind: 'end', ...sampleEnd, left: [{ id: null, name: 'none', reason: 'locked', message: 'M.' }] },
    ],
  ])('%s', (_, line) => {
    const read = parse(line);
    expect(read.error).toBeUndefined();
    expect(read.data).toEqual(JSON.parse(JSON.stringify(line)));
  });

  test('but without what it does not know, and with no id where an older undo had an empty one', () => {
    const known = head();
    expect(parse({ ...known, password: 'x' }).data).toEqual(known);
    const idOf = (change: object) => {
      const { data } = parse(batch({ changes: [{ ...sampleChange(''), ...change }] }));
      return data?.kind === 'batch' ? data.changes[0]?.id : undefined;
    };
    expect(idOf({ of: 3 })).toBeNull();
    expect(idOf({ of: 3, part: 'records' })).toBe('');
    expect(idOf({})).toBe('');
    expect(idOf({ id: 'a', of: 3 })).toBe('a');
  });
});

describe('a line is refused', () => {
  test.each<[string, object]>([
    ['another version', head({ version: 2 })],
    ['another action', head({ action: 'drop' })],
    ['an empty action', head({ action: '' })],
    ['no user', head({ by: { host: 'h' } })],
    ['no host', head({ database: { name: 'a', user: 'u', serverVersion: '18' } })],
    ['options that are no choice', head({ options: { lastUsed: 'yes' } })],
    ['a column without a name', head({ columns: [{ type: 'text' }] })],
    ['a column of half a number', head({ columns: [{ quoted: 'a', type: 'text', number: 1.5 }] })],
    ['a mapping to nowhere', head({ mapped: [{ from: 'a' }] })],
    ['a beginning without a transaction', head({ began: { timeline: 1 } })],
    ['a beginning at SQL', head({ began: { xid: '7; drop', timeline: 1 } })],
    ['a beginning after SQL', head({ began: { xid: 'drop; 7', timeline: 1 } })],
    ['an oldest transaction that is none', head({ began: { xid: '7', oldest: 'x', timeline: 1 } })],
    ['a transaction that is none', batch({ xid: '' })],
    ['a transaction before SQL', batch({ xid: '7; drop' })],
    ['a transaction after SQL', batch({ xid: 'drop; 7' })],
    ['a batch below zero', batch({ batch: -1 })],
    ['a change of another part', batch({ changes: [{ ...sampleChange('1'), part: '' }] })],
    ['half a range of places', batch({ changes: [{ ...sampleChange('1'), places: [[1]] }] })],
    ['places of half a record', batch({ changes: [{ ...sampleChange('1'), places: [[1, 2.5]] }] })],
    ['records that begin nowhere', batch({ records: { ...records, offset: -1 } })],
    ['a sum that is too short', batch({ records: { ...records, sha256: 'a'.repeat(63) } })],
    ['a sum that is too long', batch({ records: { ...records, sha256: 'a'.repeat(65) } })],
    ['a sum in capitals', batch({ records: { ...records, sha256: 'A'.repeat(64) } })],
    ['another outcome', { kind: 'settled', batch: 1, outcome: '' }],
    ['another end', { kind: 'end', ...sampleEnd, ended: '' }],
    [
      'an end that left something without a reason',
      { kind: 'end', ...sampleEnd, left: [{ id: '1', name: 'a' }] },
    ],
    ['another kind', { kind: 'note' }],
    ['no kind', sampleHead()],
  ])('with %s', (_, line) => {
    expect(parse(line).success).toBe(false);
  });
});

test('a line is one line, whatever the names in it', () => {
  const text = lineText({ kind: 'head', ...sampleHead({ schema: 'a\nb\u2028c' }) });
  expect(text.split(/[\n\u2028]/)).toEqual([expect.any(String), '']);
});
