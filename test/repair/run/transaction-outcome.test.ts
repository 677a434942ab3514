import { describe, expect, test } from 'vitest';
import { databaseError } from '../../../source/errors/errors.ts';
import {
  type OutcomeTraces,
  readTransactionOutcome,
} from '../../../source/repair/run/transaction-outcome.ts';
import type { RepairFacts } from '../../../source/repair/sql/facts.ts';
import { FakeDatabase, fakeTables } from '../../helpers/fake-database.ts';
import { sampleChange } from '../receipts/samples.ts';

const facts = { recordColumns: [{ quoted: 'preset_id', type: 'text' }] } as unknown as RepairFacts;

/** The outcome of a transaction, by the server's status and the current drift of each preset. */
function fate(
  status: string | null | Error,
  traces: Partial<OutcomeTraces> = {},
  { drifts = {}, there = false }: { drifts?: Record<string, number>; there?: boolean } = {},
) {
  const fake = new FakeDatabase((text, values) => {
    if (text.includes('pg_xact_status')) {
      if (status instanceof Error) throw status;
      return [{ status }];
    }
    if (text.includes('AS there')) return [{ there }];
    if (!text.includes('WITH wanted')) return [];
    const asked = Object.entries(drifts).filter(([id]) => JSON.stringify(values).includes(id));
    return asked.map(([id, drift]) => ({
      id,
      name: id,
      usageCount: 10 + drift,
      records: 10,
      lastUsed: null,
      newest: null,
    }));
  });
  return readTransactionOutcome(fake.database, fakeTables, facts, '77', {
    changes: [],
    deleted: null,
    inserted: null,
    ...traces,
  });
}

// Each is 5 too high and becomes right.
const changes = ['a', 'b'].map(id => sampleChange(id, { drift: 5, delta: -5, deletes: 0 }));
const record = { values: ['a'] }.values;

describe('the status from the server is trusted', () => {
  test.each(['aborted', 'in progress', null])('%s', async status => {
    expect(await fate(status, { changes }, { drifts: { a: 0, b: 0 } })).toBe(status);
  });

  test('committed, if the tables do not contradict it', async () => {
    expect(await fate('committed')).toBe('committed');
    expect(await fate('committed', { changes }, { drifts: { a: 0, b: 0 } })).toBe('committed');
  });

  test('a number that is still to come was never committed', async () => {
    const place = new FakeDatabase().database.place;
    const future = databaseError(Object.assign(new Error('in the future'), { code: '22023' }), place);
    expect(await fate(future as Error)).toBe('aborted');
    const other = databaseError(Object.assign(new Error('no'), { code: '42501' }), place);
    await expect(fate(other as Error)).rejects.toBe(other);
  });
});

describe('committed is not trusted', () => {
  test('where every count is as it was before', async () => {
    expect(await fate('committed', { changes }, { drifts: { a: 5, b: 5 } })).toBe('aborted');
  });

  test('but it is if one of them has changed: the other may have been changed back since', async () => {
    expect(await fate('committed', { changes }, { drifts: { a: 5, b: 0 } })).toBe('committed');
    expect(await fate('committed', { changes }, { drifts: { a: 0, b: 5 } })).toBe('committed');
  });

  test('and a preset that is gone is no sign of either', async () => {
    expect(await fate('committed', { changes }, { drifts: { a: 5 } })).toBe('committed');
  });

  test('by a change that moves no drift, as a count and its records that go together', async () => {
    const still = [sampleChange('a', { drift: 5, delta: -2, deletes: 2 })];
    expect(await fate('committed', { changes: still }, { drifts: { a: 5 } })).toBe('committed');
  });

  test('where the only count that would tell is as before, whatever else the batch changed', async () => {
    const [one] = changes;
    const none = sampleChange('x', { id: null, drift: 5, delta: -5, deletes: 0 });
    const still = sampleChange('y', { drift: 5, delta: -2, deletes: 2 });
    for (const other of [none, still])
      expect(await fate('committed', { changes: [other, one!] }, { drifts: { a: 5 } })).toBe('aborted');
  });

  test('where a record that it deletes is still there', async () => {
    expect(await fate('committed', { deleted: record }, { there: true })).toBe('aborted');
    expect(await fate('committed', { deleted: record }, { there: false })).toBe('committed');
  });

  test('where a record that it puts back is not there', async () => {
    expect(await fate('committed', { inserted: record }, { there: false })).toBe('aborted');
    expect(await fate('committed', { inserted: record }, { there: true })).toBe('committed');
  });
});
