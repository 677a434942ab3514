import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { RepairTask } from '../../../source/repair/plan/task.ts';
import type { Batch, BatchResult } from '../../../source/repair/run/batch.ts';
import { Queue } from '../../../source/repair/run/queue.ts';

beforeEach(() => {
  vi.useFakeTimers();
  vi.spyOn(Math, 'random').mockReturnValue(1);
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

const task = (id: string | null, weight = 0): RepairTask => ({ id, name: `Preset ${id}`, drift: 1, weight });
const tasks = (number: number, weight = 0) =>
  Array.from({ length: number }, (_, index) => task(`p${index}`, weight));
const result = (outcome: BatchResult['outcome'], more: Partial<BatchResult> = {}): BatchResult => ({
  outcome,
  changes: [],
  left: [],
  rest: [],
  deleted: 0,
  held: 20,
  waiting: 0,
  ...more,
});
const queue = (of: RepairTask[], limits: Partial<ConstructorParameters<typeof Queue>[1]> = {}) =>
  new Queue(of, { truncate: false, patience: 1_000, ...limits });
const ids = (batch: Batch | null) => batch?.tasks.map(({ id }) => id);

/** The next batch, once it is due. */
async function next(from: Queue): Promise<Batch | null> {
  const batch = from.next();
  await vi.advanceTimersByTimeAsync(2_000);
  return batch;
}

/** Takes `number` batches of which each one is committed with its rows held for `held` milliseconds; their sizes. */
async function sizes(from: Queue, number: number, held: number, isQuiet = false): Promise<number[]> {
  const seen: number[] = [];
  for (let each = 0; each < number; each += 1) {
    const batch = (await from.next())!;
    seen.push(batch.tasks.length);
    from.settle(batch, result('committed', { held }), isQuiet);
  }
  return seen;
}

test('a batch that is due has no row of one under way, and there is none if all are', async () => {
  const own = queue(tasks(3), { most: { presets: 2 } });
  const first = (await own.next())!;
  expect(ids(first)).toEqual(['p0', 'p1']);
  const second = own.due()!;
  expect(ids(second)).toEqual(['p2']);
  expect(own.due()).toBeNull();
  own.settle(first, result('committed', { rest: [task('p1')] }));
  expect(ids(own.due())).toEqual(['p1']);
});

test('two batches at a time are together as large as one alone', () => {
  const own = () => queue(tasks(3, 1_000), { most: { records: 100, bytes: 6_000 } });
  expect(own().due()).toMatchObject({ mostRecords: 100, limits: { bytes: 6_000 } });
  expect(own().due(2)).toMatchObject({ mostRecords: 50, limits: { bytes: 3_000 } });
});

describe('a batch that deletes all records of its rows', () => {
  const whole = async (own: Queue) => (await own.next())?.whole === true;
  /** A queue beside which nobody writes. */
  const quiet = async (of: RepairTask[], limits = {}) => {
    const own = queue([task('first'), ...of], { whole: true, most: { presets: 1 }, ...limits });
    own.settle((await own.next())!, result('committed', { deleted: 1 }), true);
    return own;
  };

  test('comes once nobody else writes, and only where that may be', async () => {
    expect(await whole(queue(tasks(3), { whole: true }))).toBe(false);
    expect(await whole(await quiet(tasks(3)))).toBe(true);
    expect(await whole(await quiet(tasks(3), { whole: false }))).toBe(false);
  });

  test('has rows whose records all fit, and none without a row', async () => {
    expect(await whole(await quiet([task('large', 100_000)]))).toBe(false);
    expect(await whole(await quiet([task(null)]))).toBe(false);
  });

  test('is as large beside another as alone', async () => {
    const own = await quiet(tasks(10, 30), { most: { presets: 5, records: 100, bytes: 6_000 } });
    expect(own.due(2, { whole: true })).toMatchObject({ mostRecords: 100, limits: { bytes: 6_000 } });
  });

  test('is the only one that is due where no other is wanted', async () => {
    const own = await quiet([task(null), task('p1')]);
    const first = (await own.next())!;
    expect(ids(first)).toEqual([null]);
    expect(own.due(2, { whole: true })).toMatchObject({ whole: true, tasks: [{ id: 'p1' }] });
    const other = await quiet([task('large', 100_000)]);
    expect(other.due(2, { whole: true })).toBeNull();
    expect(ids(other.due(2))).toEqual(['large']);
  });

  test('takes somewhat less than fitted the last time', async () => {
    const own = await quiet(tasks(100, 100), { most: { presets: 100 } });
    const batch = (await own.next())!;
    own.settle(batch, result('committed', { deleted: 400, rest: [task('p9', 100)] }), true);
    expect((await own.next())?.tasks).toHaveLength(3);
  });

  test.each(['busy', 'refused', 'large'] as const)(
    'comes no more after one was %s, and that one is tried again',
    async outcome => {
      const own = await quiet(tasks(3));
      const batch = (await own.next())!;
      own.settle(batch, result(outcome), true);
      expect(await own.next()).toMatchObject({ tasks: batch.tasks });
      expect(await whole(own)).toBe(false);
    },
  );
});

describe('the size of a batch', () => {
  test('doubles while rows are held for less than 12 ms, up to a hundred presets', async () => {
    expect(await sizes(queue(tasks(500)), 5, 11)).toEqual([20, 40, 80, 100, 100]);
  });

  test('grows to two thousand presets while nobody else writes, and is a hundred as soon as anybody does', async () => {
    const own = queue(tasks(10_000));
    expect(await sizes(own, 9, 79, true)).toEqual([20, 40, 80, 160, 320, 640, 1_280, 2_000, 2_000]);
    expect(await sizes(own, 3, 20)).toEqual([2_000, 100, 100]);
  });

  test('is halved then where rows are held for more than 200 ms', async () => {
    expect(await sizes(queue(tasks(500)), 3, 200, true)).toEqual([20, 20, 20]);
    expect(await sizes(queue(tasks(500)), 3, 201, true)).toEqual([20, 10, 5]);
  });

  test('is as small as was wanted then too', async () => {
    expect(await sizes(queue(tasks(500), { most: { presets: 3 } }), 2, 1, true)).toEqual([3, 3]);
  });

  test('stays between 12 and 30 ms', async () => {
    expect(await sizes(queue(tasks(500)), 2, 12)).toEqual([20, 20]);
    expect(await sizes(queue(tasks(500)), 2, 30)).toEqual([20, 20]);
  });

  test('is halved where they are held for longer, down to one', async () => {
    expect(await sizes(queue(tasks(500)), 7, 31)).toEqual([20, 10, 5, 3, 2, 1, 1]);
  });

  test('is less from the beginning where less is wanted', async () => {
    expect(await sizes(queue(tasks(500), { most: { presets: 3, records: 10 } }), 2, 1)).toEqual([3, 3]);
  });

  test('is bounded by the records of its presets', async () => {
    const own = queue(tasks(500, 100));
    expect(await sizes(own, 2, 1)).toEqual([5, 10]);
    expect((await own.next())?.mostRecords).toBe(2_000);
    expect(await sizes(own, 2, 1)).toEqual([20, 40]);
    expect((await own.next())?.mostRecords).toBe(4_000);
  });

  test('is 50 records at the least, unless fewer are wanted', async () => {
    const own = queue(tasks(500));
    await sizes(own, 12, 31);
    expect((await own.next())?.mostRecords).toBe(50);
    const few = queue(tasks(500), { most: { presets: 3, records: 10 } });
    await sizes(few, 5, 31);
    expect((await few.next())?.mostRecords).toBe(10);
  });

  test('asks for twice as many records as fit into its bytes, and for more again where all of them fit', async () => {
    const own = queue([task('large', 4_000), ...tasks(100, 40)]);
    const step = async (deleted: number, isDone = false) => {
      const batch = (await own.next())!;
      const rest = isDone ? [] : batch.tasks.map(each => ({ ...each, weight: each.weight - deleted }));
      own.settle(batch, result('committed', { deleted, rest, held: 1 }));
      return [batch.mostRecords, batch.tasks.length];
    };
    expect(await step(52)).toEqual([500, 1]);
    expect(await step(52)).toEqual([104, 1]);
    expect(await step(1)).toEqual([104, 1]);
    expect(await step(2)).toEqual([2, 1]);
    expect(await step(4)).toEqual([4, 1]);
    expect(await step(8)).toEqual([8, 1]);
    expect(await step(16, true)).toEqual([16, 1]);
    expect(await step(40, true)).toEqual([32, 1]);
    expect(await step(40, true)).toEqual([80, 2]);
  });

  test('says nothing of what fits where all that was asked for was deleted', async () => {
    const many = queue(tasks(40, 10));
    many.settle((await many.next())!, result('committed', { deleted: 1 }));
    expect((await many.next())?.mostRecords).toBe(500);
    const own = queue([task('a', 100), task('b', 100)]);
    own.settle((await own.next())!, result('large', { tried: 200 }));
    own.settle((await own.next())!, result('large', { tried: 100 }));
    const half = (await own.next())!;
    expect([ids(half), half.mostRecords]).toEqual([['a'], 50]);
    own.settle(half, result('committed', { deleted: 50, rest: [task('a', 50)] }));
    own.settle((await own.next())!, result('committed', { deleted: 50 }));
    const other = (await own.next())!;
    expect([ids(other), other.mostRecords]).toEqual([['b'], 500]);
  });

  test('is one task where that alone has more records than go at once', async () => {
    expect(ids(await queue([task('big', 10_000), task('small')]).next())).toEqual(['big']);
  });
});

describe('a batch', () => {
  test('has one task of each preset, in order', async () => {
    const [first, second] = [task('a'), { ...task('a'), drift: 2 }];
    const own = queue([first, second, task('b')]);
    const batch = (await own.next())!;
    expect(ids(batch)).toEqual(['a', 'b']);
    expect(batch).toMatchObject({ wait: false, truncate: false });
    own.settle(batch, result('committed'));
    const after = (await own.next())!;
    expect(after.tasks).toEqual([second]);
    own.settle(after, result('committed'));
    expect(own.isEmpty()).toBe(true);
    expect(await own.next()).toBeNull();
  });

  test('waits for rows only where it is one preset alone', async () => {
    expect((await queue(tasks(1)).next())?.wait).toBe(true);
    expect((await queue(tasks(2)).next())?.wait).toBe(false);
  });

  test('of records of no preset is alone', async () => {
    const own = queue([task('a'), task(null), task('b')]);
    const batch = (await own.next())!;
    expect(ids(batch)).toEqual(['a', 'b']);
    own.settle(batch, result('committed'));
    expect(ids(await own.next())).toEqual([null]);
    expect(ids(await queue([task(null), task('a')]).next())).toEqual([null]);
  });

  test('says what is left: presets, and whether there is anything at all', async () => {
    const own = queue([task('a'), task(null), task('b')]);
    expect([own.isEmpty(), own.presetsLeft]).toEqual([false, 2]);
    own.settle((await own.next())!, result('committed'));
    expect([own.isEmpty(), own.presetsLeft]).toEqual([false, 0]);
    own.settle((await own.next())!, result('committed'));
    expect([own.isEmpty(), own.presetsLeft]).toEqual([true, 0]);
  });

  test('that deleted nothing says nothing about how many records fit', async () => {
    const own = queue([task('a', 4_000)]);
    own.settle((await own.next())!, result('committed', { deleted: 0, rest: [task('a', 4_000)] }));
    expect((await own.next())?.mostRecords).toBe(500);
  });

  test('that comes to nothing is done as well, and says nothing of the size', async () => {
    const own = queue(tasks(50));
    own.settle((await own.next())!, result('nothing', { held: 0 }));
    expect(ids(await own.next())).toEqual(
      tasks(40)
        .slice(20)
        .map(({ id }) => id),
    );
  });

  test('leaves what is still to do of a preset, before what else there is of it', async () => {
    const rest = { ...task('a'), drift: 7 };
    const own = queue([task('a'), { ...task('a'), drift: 9 }]);
    own.settle((await own.next())!, result('committed', { rest: [rest] }));
    expect((await own.next())?.tasks).toEqual([rest]);
  });

  test('that was lost comes again as it was', async () => {
    const own = queue(tasks(30));
    const batch = (await own.next())!;
    own.settle(batch, result('lost'));
    expect(await own.next()).toEqual(batch);
  });

  test('does not come after an abort, even while one waits for its turn', async () => {
    const stop = new AbortController();
    const own = queue(tasks(1));
    own.settle((await own.next())!, result('busy'));
    const waiting = own.next(stop.signal);
    stop.abort();
    expect(await waiting).toBeNull();
    expect(own.remaining()).toEqual([{ id: 'p0', name: 'Preset p0' }]);
  });
});

describe('what is busy', () => {
  test('comes after a while, which doubles up to a second, and behind the others', async () => {
    const own = queue([task('a'), task('b')], { patience: 60_000, most: { presets: 1, records: 10 } });
    own.settle((await own.next())!, result('busy'));
    expect(ids(await own.next())).toEqual(['b']);
    own.settle((await own.next())!, result('committed'));
    for (const wait of [40, 80, 160, 320, 640, 1_000, 1_000]) {
      const waiting = own.next();
      const due = vi.fn();
      void waiting.then(due);
      await vi.advanceTimersByTimeAsync(wait - 1);
      expect([wait, due.mock.calls.length]).toEqual([wait, 0]);
      await vi.advanceTimersByTimeAsync(1);
      expect([wait, due.mock.calls.length]).toEqual([wait, 1]);
      own.settle((await waiting)!, result('busy'));
    }
  });

  test('waits between half of that and all of it, so that two repairs do not go in step', async () => {
    vi.mocked(Math.random).mockReturnValue(0);
    const own = queue([task('a')], { patience: 60_000 });
    own.settle((await own.next())!, result('busy'));
    const waiting = own.next();
    await vi.advanceTimersByTimeAsync(20);
    expect(ids(await waiting)).toEqual(['a']);
  });

  test('halves the batch, and is alone after the second time', async () => {
    const many = queue(tasks(30), { patience: 60_000 });
    many.settle((await many.next())!, result('busy'));
    expect((await many.next())?.tasks).toHaveLength(10);
    const more = queue(tasks(80), { patience: 60_000 });
    more.settle((await more.next())!, result('busy'));
    expect((await more.next())?.tasks).toHaveLength(10);
    const own = queue([task('a'), task('b')], { patience: 60_000 });
    own.settle((await next(own))!, result('busy'));
    const again = (await next(own))!;
    expect(ids(again)).toEqual(['a', 'b']);
    own.settle(again, result('busy'));
    for (const id of ['a', 'b']) {
      const alone = (await next(own))!;
      expect([ids(alone), alone.wait]).toEqual([[id], true]);
      own.settle(alone, result('committed'));
    }
  });

  test('goes behind the others, also once it is due', async () => {
    const own = queue([task('a'), task('b')], { patience: 60_000, most: { presets: 1, records: 10 } });
    own.settle((await own.next())!, result('busy'));
    expect(ids(await next(own))).toEqual(['b']);
  });

  test('goes behind those that are due with it', async () => {
    vi.mocked(Math.random).mockReturnValue(0);
    const own = queue([task('a'), task('b'), task('c')], {
      patience: 60_000,
      most: { presets: 1, records: 10 },
    });
    own.settle((await own.next())!, result('busy'));
    own.settle((await own.next())!, result('committed'));
    await vi.advanceTimersByTimeAsync(1_000);
    expect(ids(await own.next())).toEqual(['c']);
  });

  test('is not given up in a larger batch, where it may have been any other row', async () => {
    const own = queue([task('a'), task('b')], { patience: 0 });
    own.settle((await own.next())!, result('busy'));
    expect(own.givenUp()).toEqual([]);
    expect(own.presetsLeft).toBe(2);
  });

  test('is not given up for a time in which nothing was tried', async () => {
    for (const more of [{}, { table: true } as const]) {
      const own = queue([task('a')], { patience: 5_000 });
      own.settle((await own.next())!, result('busy', more));
      await vi.advanceTimersByTimeAsync(300_000);
      own.leaveOut(300_000);
      own.settle((await own.next())!, result('busy', more));
      expect([own.presetsLeft, own.givenUp()]).toEqual([1, []]);
    }
  });

  test('is given up when its patience is at its end, and not before', async () => {
    const own = queue([task('a')], { patience: 5_000 });
    await vi.advanceTimersByTimeAsync(7_000);
    own.settle((await own.next())!, result('busy'));
    expect(own.givenUp()).toEqual([]);
    await vi.advanceTimersByTimeAsync(4_999);
    own.settle((await own.next())!, result('busy'));
    expect(own.givenUp()).toEqual([]);
    await vi.advanceTimersByTimeAsync(1_000);
    own.settle((await own.next())!, result('busy'));
    expect(own.givenUp()).toEqual([
      {
        id: 'a',
        name: 'Preset a',
        reason: 'locked',
        message: 'Another session has held its row, or one of its records, for 6 s.',
      },
    ]);
    expect(own.isEmpty()).toBe(true);
  });

  test('is the table: all wait for it, go on together, and are given up together', async () => {
    const own = queue(tasks(40), { patience: 5_000 });
    for (let n = 0; n < 3; n += 1) {
      const batch = (await next(own))!;
      expect(batch.tasks).toHaveLength(20);
      own.settle(batch, result('busy', { table: true }));
      expect(own.givenUp()).toEqual([]);
    }
    own.settle((await next(own))!, result('committed'));
    own.settle((await next(own))!, result('busy', { table: true }));
    await vi.advanceTimersByTimeAsync(5_000);
    own.settle((await next(own))!, result('busy', { table: true }));
    expect(own.isEmpty()).toBe(true);
    expect(own.givenUp()).toHaveLength(20);
    expect(own.givenUp()[0]).toEqual({
      id: 'p20',
      name: 'Preset p20',
      reason: 'locked',
      message:
        'Another session has held a lock on one of the two tables for 7 s, as a migration does. Run this again when it is done.',
    });
  });

  test('is the table: each time it waits twice as long, until its patience is at its end', async () => {
    const own = queue([task(null)], { patience: 280 });
    own.settle((await own.next())!, result('busy', { table: true }));
    for (const wait of [40, 80, 160]) {
      const waiting = own.next();
      const due = vi.fn();
      void waiting.then(due);
      await vi.advanceTimersByTimeAsync(wait - 1);
      expect([wait, due.mock.calls.length]).toEqual([wait, 0]);
      await vi.advanceTimersByTimeAsync(1);
      expect([wait, due.mock.calls.length]).toEqual([wait, 1]);
      expect(own.givenUp()).toEqual([]);
      own.settle((await waiting)!, result('busy', { table: true }));
    }
    expect(own.givenUp()).toMatchObject([{ id: null, name: 'Records of no preset', reason: 'locked' }]);
  });

  test('has all of its patience again once it was written', async () => {
    const own = queue([task('a'), task('a')], { patience: 5_000 });
    own.settle((await own.next())!, result('busy'));
    await vi.advanceTimersByTimeAsync(4_000);
    own.settle((await own.next())!, result('committed'));
    await vi.advanceTimersByTimeAsync(4_000);
    own.settle((await own.next())!, result('busy'));
    expect(own.givenUp()).toEqual([]);
  });
});

describe('what is refused', () => {
  test('in a larger batch is tried one by one, and then left with the server’s message', async () => {
    const own = queue([task('a'), task('b')]);
    own.settle((await own.next())!, result('refused', { message: 'sacred' }));
    expect(own.givenUp()).toEqual([]);
    const first = (await own.next())!;
    expect(ids(first)).toEqual(['a']);
    own.settle(first, result('refused', { message: 'sacred' }));
    const second = (await own.next())!;
    expect(ids(second)).toEqual(['b']);
    own.settle(second, result('refused'));
    expect(own.givenUp()).toEqual([
      { id: 'a', name: 'Preset a', reason: 'refused', message: 'The server refused it: sacred.' },
      { id: 'b', name: 'Preset b', reason: 'refused', message: 'The server refused it: no reason given.' },
    ]);
    expect(own.isEmpty()).toBe(true);
  });
});

describe('what is too much at once', () => {
  const deletes = [task('a', 100), task('b', 100)];

  test('of several presets: they are tried one by one', async () => {
    const own = queue(deletes);
    own.settle((await own.next())!, result('large', { message: 'too big', tried: 200 }));
    expect(ids(await own.next())).toEqual(['a']);
    expect(own.givenUp()).toEqual([]);
  });

  test('of one: half of its records, down to one, and then it is given up', async () => {
    const own = queue([task('a', 100)]);
    const seen: number[] = [];
    for (let tried = 100; ; tried = Math.floor(tried / 2)) {
      const batch = await own.next();
      if (!batch) break;
      seen.push(batch.mostRecords);
      own.settle(batch, result('large', { message: 'too big', tried }));
    }
    expect(seen).toEqual([500, 50, 25, 12, 6, 3, 1]);
    expect(own.givenUp()).toEqual([
      {
        id: 'a',
        name: 'Preset a',
        // Not refused: no trigger is why.
        reason: 'too-large',
        message: 'The server cannot take it, even alone: too big.',
      },
    ]);
  });

  test('by TRUNCATE: it goes on in batches, as large as ever', async () => {
    const own = queue(deletes, { truncate: true });
    own.settle((await own.next())!, result('large'));
    const batch = await own.next();
    expect(batch).toMatchObject({ truncate: false });
    expect(ids(batch)).toEqual(['a', 'b']);
    expect(own.givenUp()).toEqual([]);
  });

  test('a part that is given up leaves the rest of its preset to be done', async () => {
    const records = {
      batch: { batch: 1, xid: '1', changes: [], records: null },
      id: 'a',
      count: 9,
      back: [],
    };
    const undo = { records, state: null, lastUsed: null };
    const [first, second, rest] = [1, 2, 3].map(weight => ({ ...task('a', weight), undo }));
    const own = queue([first!, second!]);
    own.settle((await own.next())!, result('refused', { message: 'no', tried: 7, rest: [rest!] }));
    expect((await own.next())?.tasks).toEqual([rest]);
    own.settle((await own.next())!, result('committed'));
    expect((await own.next())?.tasks).toEqual([second]);
    expect(own.givenUp()).toMatchObject([{ message: 'The server refused 7 of its records: no.' }]);
    const count = queue([first!]);
    count.settle((await count.next())!, result('refused', { message: 'no', tried: 0 }));
    expect(count.givenUp()).toMatchObject([{ message: 'The server refused it: no.' }]);
  });

  test('that is a deletion is refused as a whole, and records of none are named as such', async () => {
    const own = queue([task('a', 9)]);
    own.settle((await own.next())!, result('refused', { message: 'no', tried: 7 }));
    expect(own.givenUp()).toMatchObject([{ message: 'The server refused it: no.' }]);
    const none = queue([task(null, 9)]);
    none.settle((await none.next())!, result('refused', { message: 'no' }));
    expect(none.givenUp()).toMatchObject([{ id: null, name: 'Records of no preset' }]);
  });
});

describe('TRUNCATE', () => {
  test('takes everything at once and waits', async () => {
    expect(await queue(tasks(30), { truncate: true }).next()).toMatchObject({
      tasks: tasks(30),
      mostRecords: 1_000_000,
      wait: true,
      truncate: true,
    });
  });

  test('is tried four times, whatever the patience, and then it goes on in batches', async () => {
    const own = queue(tasks(3), { truncate: true, patience: 0 });
    for (let tries = 0; tries < 4; tries += 1) {
      const batch = (await next(own))!;
      expect(batch.truncate).toBe(true);
      own.settle(batch, result('busy'));
    }
    expect(own.givenUp()).toEqual([]);
    expect(await next(own)).toMatchObject({ truncate: false });
  });

  test('takes all of them whenever it is retried, and leaves none for a batch of its own', async () => {
    let chance = 0;
    vi.spyOn(Math, 'random').mockImplementation(() => {
      chance = (chance + 0.37) % 1;
      return chance;
    });
    const own = queue(tasks(30), { truncate: true });
    for (let tries = 0; tries < 4; tries += 1) {
      const batch = (await next(own))!;
      expect(batch).toMatchObject({ truncate: true });
      expect(batch.tasks).toHaveLength(30);
      own.settle(batch, result('busy'));
    }
    const batch = (await next(own))!;
    expect(batch).toMatchObject({ truncate: false, wait: false });
    expect(batch.tasks).toHaveLength(20);
  });

  test('that is done is done for every task of a preset', async () => {
    const [one, two] = [task('a'), { ...task('a'), drift: 2 }];
    const own = queue([one, two, task('b')], { truncate: true });
    own.settle((await own.next())!, result('committed'));
    expect(own.isEmpty()).toBe(true);
  });

  test('that was busy is not tried again at once', async () => {
    const own = queue(tasks(3), { truncate: true });
    own.settle((await own.next())!, result('busy'));
    const due = vi.fn();
    void own.next().then(due);
    await vi.advanceTimersByTimeAsync(39);
    expect(due).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(1);
    expect(due).toHaveBeenCalled();
  });

  test('that is refused goes on in batches, and one by one only where such a batch is refused too', async () => {
    const own = queue(tasks(3), { truncate: true });
    own.settle((await own.next())!, result('refused'));
    const batch = (await own.next())!;
    expect(batch).toMatchObject({ truncate: false });
    expect(ids(batch)).toEqual(['p0', 'p1', 'p2']);
    own.settle(batch, result('refused'));
    expect(ids(await own.next())).toEqual(['p0']);
    expect(own.givenUp()).toEqual([]);
  });
});
