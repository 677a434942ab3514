import { expect, test } from 'vitest';
import type { FullPlan } from '../../../source/repair/plan/draft.ts';
import type { Task } from '../../../source/repair/plan/task.ts';
import { gatherRecords } from '../../../source/repair/run/gather-records.ts';
import type { Asked } from '../../../source/repair/run/prepared.ts';
import { FakeDatabase, fakeTables } from '../../helpers/fake-database.ts';
import { batch, receipt } from '../plan/undo/receipts.ts';
import { sampleChange } from '../receipts/samples.ts';

const deleted = batch(1, [sampleChange('a', { deletes: 2 }), sampleChange('b', { deletes: 2 })]);
const own = receipt({ action: 'reset' }, [deleted]);

/** Gathers the records of tasks where the file holds one line for each of these presets. */
async function gather(presets: (string | null)[], tasks: Task[], { most = 100, bytes = 10_000 } = {}) {
  const fake = new FakeDatabase((_, values) => {
    const [, asked] = values.map(value => JSON.parse(String(value)) as string[]);
    return (asked ?? []).map(value => ({ value, id: value }));
  });
  const asked = {
    plan: { receipt: own, into: ['preset_id', 'n'], look: { tables: fakeTables } } as unknown as FullPlan,
    most,
    limits: { bytes },
    source: {
      owners: { batch: 0, of: new Map() },
      reader: {
        async *from(_: unknown, start: number) {
          for (const [place, preset] of presets.entries()) {
            if (place >= start) yield { place, line: JSON.stringify([preset, String(place)]) };
          }
        },
      },
    },
  } as unknown as Asked;
  const parts = await fake.database.read(reader => gatherRecords({ ...asked, reader }, tasks));
  return tasks.map(task => {
    const part = parts.get(task);
    return [part?.records.map(({ place }) => place), part?.rest?.undo?.records?.from ?? null];
  });
}

const task = (id: string | null, count: number, back: [number, number][] = []): Task => ({
  id,
  name: `Preset ${id}`,
  drift: 0,
  weight: count,
  undo: { records: { batch: deleted, id, count, back }, state: null, lastUsed: null },
});

test('each preset gets its own records, and those of none are nobody’s of the batch', async () => {
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
