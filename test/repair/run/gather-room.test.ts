import { expect, test } from 'vitest';
import type { FullPlan } from '../../../source/repair/plan/draft.ts';
import type { RepairTask } from '../../../source/repair/plan/task.ts';
import { recordsFile } from '../../../source/repair/receipts/places.ts';
import { gatherRecords } from '../../../source/repair/run/gather-records.ts';
import type { BatchRequest } from '../../../source/repair/run/prepared.ts';
import { newOwners, type RecordOwners } from '../../../source/repair/run/prepared.ts';
import { FakeDatabase, fakeTables } from '../../helpers/fake-database.ts';
import { batch, receipt } from '../plan/undo/receipts.ts';
import { sampleChange } from '../receipts/samples.ts';

const deleted = batch(1, [sampleChange('a', { deletes: 2 }), sampleChange('b', { deletes: 2 })]);
const own = receipt({ action: 'reset' }, [deleted]);

/** What was read from the file, and what the server was asked. */
interface Work {
  lines: number;
  asked: string[][];
  owners: RecordOwners;
}
const newWork = (): Work => ({ lines: 0, asked: [], owners: newOwners() });

/** Gathers the records of tasks when the file holds one line for each of these presets. */
async function gather(
  presets: (string | null)[],
  tasks: RepairTask[],
  { most = 100, bytes = 10_000, size = 0 } = {},
  work = newWork(),
) {
  const fake = new FakeDatabase((_, values) => {
    const [, asked] = values.map(value => JSON.parse(String(value)) as string[]);
    work.asked.push(asked ?? []);
    return (asked ?? []).filter(value => value !== 'nobody').map(value => ({ value, id: value }));
  });
  const asked = {
    plan: {
      receipt: own,
      into: ['preset_id', 'n'],
      inspected: { tables: fakeTables },
    } as unknown as FullPlan,
    most,
    limits: { bytes },
    source: {
      get owners() {
        return work.owners;
      },
      set owners(owners) {
        work.owners = owners;
      },
      reader: {
        async *from(_: unknown, start: number) {
          for (const [place, preset] of presets.entries()) {
            if (place < start) continue;
            work.lines += 1;
            yield { place, line: JSON.stringify([preset, String(place).padEnd(size)]) };
          }
        },
      },
    },
  } as unknown as BatchRequest;
  const parts = await fake.database.read(reader => gatherRecords({ ...asked, reader }, tasks));
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

const from = (other: RepairTask, place: number): RepairTask => ({
  ...other,
  undo: { state: null, lastUsed: null, records: { ...other.undo!.records!, from: place } },
});

test('a part of a task begins where the one before it ended', async () => {
  expect(await gather(['a', 'b', 'a', 'b', 'a'], [from(task('a', 1), 3), from(task('b', 2), 1)])).toEqual([
    [[4], null],
    [[1, 3], null],
  ]);
  const work = newWork();
  await gather(['a', 'a', 'a'], [from(task('a', 1), 2)], {}, work);
  expect(work.lines).toBe(1);
});

test('no more of the file is read than is needed, up to 500 records or a megabyte beyond it', async () => {
  const many = Array.from({ length: 1_200 }, () => 'a');
  const enough = newWork();
  await gather(many, [task('a', 10)], { most: 5_000 }, enough);
  expect(enough.lines).toBe(500);
  const full = newWork();
  expect(await gather(many, [task('a', 1_200)], { most: 500 }, full)).toEqual([
    [Array.from({ length: 500 }, (_, place) => place), 500],
  ]);
  expect(full.lines).toBe(500);
  const large = newWork();
  await gather(many, [task('a', 2)], { bytes: 1e9, size: 300_000 }, large);
  expect(large.lines).toBe(4);
});

test('all records of a large task are found, over several reads of the file', async () => {
  const many = Array.from({ length: 1_200 }, (_, place) => (place % 2 === 0 ? 'a' : 'b'));
  const [[a] = [], [b] = []] = await gather(many, [task('a', 600), task('b', 600)], {
    most: 5_000,
    bytes: 1e9,
  });
  expect(a).toEqual(Array.from({ length: 600 }, (_, each) => 2 * each));
  expect(b).toEqual(Array.from({ length: 600 }, (_, each) => 2 * each + 1));
});

test('if the last read of the file finds too few, that is reported as well', async () => {
  const many = Array.from({ length: 501 }, () => 'a');
  await expect(gather(many, [task('a', 502)], { most: 5_000, bytes: 1e9 })).rejects.toMatchObject({
    message: expect.stringContaining('502 records of "Preset a" that are not back yet, and 501 are there'),
  });
});

test('the server is asked once for each value that is spelled like no preset', async () => {
  const work = newWork();
  const values = ['a', 'nobody', 'a', 'b'];
  await gather(values, [task('a', 2)], {}, work);
  expect(work.asked).toEqual([['nobody']]);
  await gather(values, [task('b', 1)], {}, work);
  expect(work.asked).toHaveLength(1);
  // Of another batch ids are not the same presets.
  work.owners.batch = 7;
  await gather(values, [task('b', 1)], {}, work);
  expect(work.asked).toHaveLength(2);
});

test('a preset that has all of its records gets none of another’s', async () => {
  // More of it may be there than the task still wants.
  expect(await gather(['a', 'a', 'a'], [task('a', 1)])).toEqual([[[0], null]]);
});

test('what has no more room is left as it is, and the first one goes though it is too large', async () => {
  const [own, other] = [task('a', 1), task('b', 1)];
  expect(await gather(['a', 'b'], [own, other], { bytes: 20, size: 30 })).toEqual([
    [[0], null],
    [[], 1],
  ]);
  expect(await gather(['a', 'b'], [own, other], { bytes: 81, size: 30 })).toEqual([
    [[0], null],
    [[1], null],
  ]);
  // Exactly as many bytes as there is room for.
  const line = JSON.stringify(['a', '0'.padEnd(30)]).length;
  expect(await gather(['a', 'b'], [own, other], { bytes: 2 * line, size: 30 })).toEqual([
    [[0], null],
    [[1], null],
  ]);
  expect(await gather(['a', 'b'], [own, other], { bytes: 2 * line - 1, size: 30 })).toEqual([
    [[0], null],
    [[], 1],
  ]);
});

test('the records of a second batch wait where the first has taken the room', async () => {
  const second = { ...task('a', 1) };
  second.undo = {
    state: null,
    lastUsed: null,
    records: { ...second.undo!.records!, batch: batch(2, deleted.changes) },
  };
  const fake = new FakeDatabase((_, [, values]) =>
    (JSON.parse(String(values)) as string[]).map(value => ({ value, id: value })),
  );
  const first = task('a', 1);
  const asked = {
    plan: { receipt: own, into: ['preset_id'], inspected: { tables: fakeTables } } as unknown as FullPlan,
    most: 1,
    limits: { bytes: 1_000 },
    source: {
      owners: newOwners(),
      reader: {
        async *from() {
          yield { place: 0, line: '["a"]' };
        },
      },
    },
  } as unknown as BatchRequest;
  const parts = await fake.database.read(reader => gatherRecords({ ...asked, reader }, [first, second]));
  expect(parts.get(first)).toEqual({ records: [{ place: 0, values: ['a'] }], rest: null });
  // The task itself, so that it is known again.
  expect(parts.get(second)?.records).toEqual([]);
  expect(parts.get(second)?.rest).toBe(second);
});

test('what is left keeps what is to be done with the count, and weighs what it still has', async () => {
  const state = { before: 1 } as unknown as NonNullable<RepairTask['undo']>['state'];
  const half: RepairTask = { ...task('a', 2), drift: 5 };
  half.undo = { records: half.undo!.records, state, lastUsed: null };
  const fake = new FakeDatabase(() => [{ value: 'a', id: 'a' }]);
  const asked = {
    plan: { receipt: own, into: ['preset_id'], inspected: { tables: fakeTables } } as unknown as FullPlan,
    most: 1,
    limits: { bytes: 1_000 },
    source: {
      owners: newOwners(),
      reader: {
        async *from() {
          yield { place: 0, line: '["a"]' };
          yield { place: 1, line: '["a"]' };
        },
      },
    },
  } as unknown as BatchRequest;
  const parts = await fake.database.read(reader => gatherRecords({ ...asked, reader }, [half]));
  expect(parts.get(half)?.rest).toEqual({
    ...half,
    weight: 1,
    undo: { records: { ...half.undo.records, count: 1, from: 1 }, state, lastUsed: null },
  });
});

test('a task without records has no part', async () => {
  const counts: RepairTask = { ...task('a', 0), undo: { records: null, state: null, lastUsed: null } };
  expect(await gather(['a'], [counts])).toEqual([[undefined, null]]);
  await expect(
    new FakeDatabase().database.read(reader => gatherRecords({ reader } as unknown as BatchRequest, [])),
  ).rejects.toThrow('without a receipt');
});

test('reading continues while one of several tasks lacks records', async () => {
  const many = Array.from({ length: 600 }, (_, place) => (place === 0 ? 'a' : place === 550 ? 'b' : 'x'));
  expect(await gather(many, [task('a', 1), task('b', 1)])).toEqual([
    [[0], null],
    [[550], null],
  ]);
});

test('records of no preset take none of the others, whichever is looked for first', async () => {
  const values = ['a', 'b', null, 'x', 'b', 'a'];
  expect(await gather(values, [task(null, 2), task('b', 2), task('a', 2)])).toEqual([
    [[2, 3], null],
    [[1, 4], null],
    [[0, 5], null],
  ]);
});

test('damage is reported with the name of the file', async () => {
  const message = expect.stringContaining(recordsFile(own.file));
  await expect(gather(['b'], [task('a', 1)])).rejects.toMatchObject({ message });
  await expect(gather([7 as unknown as string], [task('a', 1)])).rejects.toMatchObject({ message });
});
