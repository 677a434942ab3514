import { describe, expect, test } from 'vitest';
import type { FullPlan } from '../../../source/repair/plan/draft.ts';
import type { RepairTask } from '../../../source/repair/plan/task.ts';
import { readReceipt } from '../../../source/repair/receipts/read-receipt.ts';
import type { Receipt } from '../../../source/repair/receipts/receipt.ts';
import { RecordsReader } from '../../../source/repair/receipts/records/records-reader.ts';
import { readStoredRecords } from '../../../source/repair/receipts/records/stored-records.ts';
import { openReceipt } from '../../../source/repair/receipts/write-receipt.ts';
import { gatherRecords } from '../../../source/repair/run/gather-records.ts';
import type { BatchRequest } from '../../../source/repair/run/prepared.ts';
import { newOwners } from '../../../source/repair/run/prepared.ts';
import { FakeDatabase, fakeTables } from '../../helpers/fake-database.ts';
import { linesOf } from '../../helpers/record-lines.ts';
import { batch, receipt } from '../plan/undo/receipts.ts';
import { newStateDirectory, sampleChange, sampleHead } from '../receipts/samples.ts';

const deleted = batch(1, [sampleChange('a', { deletes: 2 }), sampleChange('b', { deletes: 2 })]);
const own = receipt({ action: 'reset' }, [deleted]);

// Each value of a record is the preset's id itself.
const server = () =>
  new FakeDatabase((_, values) => {
    const [, asked] = values.map(value => JSON.parse(String(value)) as string[]);
    return (asked ?? []).map(value => ({ value, id: value }));
  });

const planOf = (of: Receipt) =>
  ({ receipt: of, into: ['preset_id', 'n'], inspected: { tables: fakeTables } }) as unknown as FullPlan;

/** Gathers the records of tasks when the file holds one line for each of these presets. */
async function gather(
  presets: (string | null)[],
  tasks: RepairTask[],
  { most = 100, bytes = 10_000, owners = newOwners(), starts = [] as number[] } = {},
) {
  const asked = {
    plan: planOf(own),
    most,
    limits: { bytes },
    source: {
      owners,
      reader: {
        async *from(_: unknown, start: number) {
          starts.push(start);
          for (const [place, preset] of presets.entries()) {
            if (place >= start) yield { place, line: JSON.stringify([preset, String(place)]) };
          }
        },
      },
    },
  } as unknown as BatchRequest;
  const parts = await server().database.read(reader => gatherRecords({ ...asked, reader }, tasks));
  return tasks.map(task => {
    const part = parts.get(task);
    return [part?.records.map(({ place }) => place), part?.rest?.undo?.records?.from ?? null];
  });
}

const task = (id: string | null, count: number, back: [number, number][] = []): RepairTask => ({
  id,
  name: `Preset ${id}`,
  drift: 0,
  weight: count,
  undo: { records: { batch: deleted, id, count, back }, state: null, lastUsed: null },
});

test('each preset gets its own records, and those of none belong to no preset of the batch', async () => {
  expect(await gather(['a', 'b', null, 'b', 'x', 'a'], [task('a', 2), task('b', 2), task(null, 2)])).toEqual([
    [[0, 5], null],
    [[1, 3], null],
    [[2, 4], null],
  ]);
});

test('where some of a preset are not there, none goes back', async () => {
  await expect(gather(['a', 'b', 'b'], [task('a', 2), task('b', 2)])).rejects.toMatchObject({
    code: 'damaged-receipt',
    message: expect.stringContaining(
      'batch 1 deleted 2 records of "Preset a" that are not back yet, and 1 are there',
    ),
  });
});

test('those that are back already are left out', async () => {
  expect(await gather(['a', 'a', 'a', 'a'], [task('a', 2, [[1, 2]])])).toEqual([[[0, 3], null]]);
});

test('as many go as there is room for, and the others begin where these ended', async () => {
  expect(await gather(['a', 'a', 'b', 'b'], [task('a', 2), task('b', 2)], { most: 3 })).toEqual([
    [[0, 1], null],
    [[2], 3],
  ]);
  // One goes whatever its size.
  expect(await gather(['a', 'a'], [task('a', 2)], { bytes: 1 })).toEqual([[[0], 1]]);
});

test('what is known of the records says where those of a preset begin', async () => {
  const owners = { ...newOwners(), batch: deleted.batch };
  const starts: number[] = [];
  const presets = ['a', 'x', null, 'b'];
  for (const one of [task('a', 1), task(null, 2), task('b', 1)])
    await gather(presets, [one], { owners, starts });
  expect(starts).toEqual([0, 1, 3]);
});

test('records that are read again say nothing new', async () => {
  const owners = { ...newOwners(), batch: deleted.batch };
  const presets = ['a', 'a', 'b', 'b', 'c', 'c'];
  for (let time = 0; time < 2; time += 1)
    expect(await gather(presets, [task('a', 2)], { owners, most: 1 })).toEqual([[[0], 1]]);
  expect(await gather(presets, [task('b', 2)], { owners })).toEqual([[[2, 3], null]]);
});

describe('one part of the file that holds the records of many presets', () => {
  const presets = Array.from({ length: 60 }, (_, n) => `preset ${n}`);
  const each = 30;

  /** Takes all of them back, some presets at a time and in this order: how often the part was read from its beginning. */
  async function opened(order: string[], at: { presets: number; most: number }): Promise<number> {
    const writer = await openReceipt(newStateDirectory(), sampleHead());
    const changes = presets.map(id => sampleChange(id, { deletes: each }));
    const line = (id: string | null, n: number) => JSON.stringify([id, `${n}`.padEnd(400)]);
    const records = [null, ...presets].flatMap(id => Array.from({ length: each }, (_, n) => line(id, n)));
    await writer.intend({ xid: '1', changes, records: linesOf(records) });
    await writer.close();
    const kept = await readReceipt('', writer.file);
    const [deleted] = kept.batches;
    let opened = 0;
    const reader = new RecordsReader(kept, 1_000_000, (...given) => {
      opened += 1;
      return readStoredRecords(...given);
    });
    const away = (id: string | null) => ({ batch: deleted!, id, count: each, back: [] });
    let todo = [...order, null].map(
      (id): RepairTask => ({ ...task(id, each), undo: { records: away(id), state: null, lastUsed: null } }),
    );
    const source = { reader, owners: newOwners() };
    let back = 0;
    while (todo.length > 0) {
      const tasks = todo.slice(0, at.presets);
      const parts = await server().database.read(reading =>
        gatherRecords(
          {
            reader: reading,
            plan: planOf(kept),
            tasks,
            source,
            most: at.most,
            limits: { bytes: 50_000, recordBytes: 50_000 },
            truncate: false,
          },
          tasks,
        ),
      );
      for (const { records } of parts.values()) back += records.length;
      todo = [...tasks.flatMap(one => parts.get(one)?.rest ?? []), ...todo.slice(at.presets)];
    }
    await reader.close();
    expect(back).toBe((presets.length + 1) * each);
    return opened;
  }

  test.each([
    ['one by one', { presets: 1, most: 500 }],
    ['one by one, and each in several transactions', { presets: 1, most: 7 }],
    ['several at a time, of which not all have room', { presets: 7, most: 100 }],
  ])('%s: it is read once, and once more for the records of none, which come first', async (_, at) => {
    expect(await opened(presets, at)).toBe(2);
  });

  test('if one had to wait, it is read again for that one only', async () => {
    const [first, ...others] = presets as [string, ...string[]];
    expect(await opened([...others, first], { presets: 1, most: 500 })).toBe(3);
  });
});
