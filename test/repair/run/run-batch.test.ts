import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Reader } from '../../../source/connection/transactions.ts';
import { ConsoleError, databaseError } from '../../../source/errors/errors.ts';
import { usualLimits } from '../../../source/repair/batch-limits.ts';
import type { FullPlan } from '../../../source/repair/plan/draft.ts';
import { unwritable } from '../../../source/repair/receipts/unwritable.ts';
import type { ReceiptWriter } from '../../../source/repair/receipts/write-receipt.ts';
import { noOptions } from '../../../source/repair/repair.ts';
import type { Batch } from '../../../source/repair/run/batch.ts';
import { Traffic } from '../../../source/repair/run/pace/traffic.ts';
import { Pair } from '../../../source/repair/run/pair.ts';
import { type BatchWork, runOneBatch } from '../../../source/repair/run/run-batch.ts';
import { type Answer, FakeDatabase, fakeTables } from '../../helpers/fake-database.ts';

afterEach(() => {
  vi.useRealTimers();
});

const place = new FakeDatabase().database.place;
/** An error of the server, as the driver gives it and as the connection puts it into words. */
const serverError = (code: string, more: Record<string, string> = {}) =>
  databaseError(Object.assign(new Error(`words of ${code}`), { code, ...more }), place);
const lost = () =>
  new ConsoleError({ code: 'connection-lost', message: 'It broke.', hint: 'Again.', exitCode: 3 });

const plan = {
  action: 'sync',
  options: noOptions,
  inspected: { tables: fakeTables, server: { user: 'console' } },
  facts: {
    besides: [],
    countType: 'integer',
    lastUsedType: null,
    recordColumns: [],
    references: [],
    limits: { type: 'integer', range: ['-2147483648', '2147483647'], tried: false, checks: [] },
    print: {},
  },
  playsUndo: 0,
  receipt: null,
} as unknown as FullPlan;

const deleting: Partial<FullPlan> = { action: 'reset', options: { ...noOptions, deleteHistory: true } };

/** The calls to the receipt, in order with those to the server. */
class FakeReceipt {
  readonly told: string[] = [];
  readonly #fake: FakeDatabase;
  readonly #settles: boolean;

  constructor(fake: FakeDatabase, settles: boolean) {
    this.#fake = fake;
    this.#settles = settles;
  }

  get writer(): ReceiptWriter {
    return {
      intend: async ({ xid }: { xid: string }) => {
        await new Promise(resolve => setImmediate(resolve));
        this.told.push(`intend ${xid}`);
        this.#fake.statements.push('receipt: on disk');
        return 1;
      },
      settle: async (batch: number, outcome: string) => {
        this.told.push(`settle ${batch} ${outcome}`);
        if (!this.#settles) throw new Error('the disk is full');
      },
    } as unknown as ReceiptWriter;
  }
}

const state = { id: 'a', name: 'Noir', usageCount: 5, records: 3, lastUsed: null, newest: null };
const done = [{ answer: JSON.stringify({ held: 4, waiting: 2, beside: false, counts: { a: 3 } }) }];
/** A server on which one preset is 2 too high; `over` answers first. */
const server =
  (over: Answer = () => []): Answer =>
  async (text, values) => {
    const own = await over(text, values);
    if (own.length > 0) return own;
    if (text.includes('pg_try_advisory_xact_lock')) return [{ xid: '77' }];
    if (text.includes('WITH wanted')) return [state];
    if (text.startsWith('DO ')) return done;
    if (text.includes('AS hidden')) return [{ hidden: false }];
    return [];
  };

async function run(
  over?: Answer,
  {
    tasks = 1,
    drift = 2,
    wait = true,
    truncate = false,
    of = {},
    more = {},
    settles = false,
  }: {
    tasks?: number;
    drift?: number;
    wait?: boolean;
    truncate?: boolean;
    of?: Partial<FullPlan>;
    more?: Partial<BatchWork>;
    settles?: boolean;
  } = {},
) {
  const fake = new FakeDatabase(server(over));
  const receipt = new FakeReceipt(fake, settles);
  const written: string[] = [];
  const work: BatchWork = {
    database: fake.database,
    writing: fake.database,
    plan: { ...plan, ...of },
    receipt: receipt.writer,
    batch: {
      tasks: Array.from({ length: tasks }, () => ({ id: 'a', name: 'Noir', drift, weight: 0 })),
      mostRecords: 100,
      limits: usualLimits,
      wait,
      truncate,
    },
    timeouts: { timeout: 30, lockTimeout: 0.02 },
    written,
    traffic: new Traffic({ xid: '77', at: performance.now() }),
    ...more,
  };
  const result = await runOneBatch(work).then(
    value => ({ value, error: undefined }),
    (error: unknown) => ({ value: undefined, error }),
  );
  return { ...result, fake, written, told: receipt.told };
}

/** Answers the block, and only that, with an error. */
const blockFails = (error: unknown, times = 1): Answer => {
  let left = times;
  return text => {
    if (!text.startsWith('DO ') || left === 0) return [];
    left -= 1;
    throw error;
  };
};

describe('a batch', () => {
  test('is in the receipt before the server is told to write it', async () => {
    const { value, told, fake } = await run();
    expect(value).toMatchObject({
      outcome: 'committed',
      held: 4,
      waiting: 2,
      changes: [{ id: 'a', delta: -2 }],
    });
    const order = fake.statements.filter(text => text.startsWith('DO ') || text === 'receipt: on disk');
    expect(order.map(text => text.slice(0, 3))).toEqual(['rec', 'DO ']);
    expect(told).toEqual(['intend 77', 'settle 1 committed']);
  });

  test('lets the next one of a pair begin while it goes into the receipt, and is written after that alone', async () => {
    const noted = Promise.withResolvers<number>();
    const noting = Promise.withResolvers<void>();
    const pair = new Pair({ ...plan, ...deleting } as FullPlan);
    const intend = () => {
      noting.resolve();
      return noted.promise;
    };
    const statements: string[] = [];
    const running = run(
      text => {
        statements.push(text.slice(0, 3));
        return text.includes('pg_backend_pid') ? [{ pid: 1 }] : [];
      },
      { more: { pair, receipt: { intend, settle: async () => {} } as unknown as ReceiptWriter } },
    );
    await noting.promise;
    const other = { tasks: [] } as unknown as Batch;
    const reader = { rows: async () => [{ pid: 2 }] } as unknown as Reader;
    expect(await pair.begin(other, reader, async () => 'begun')).toBe('begun');
    expect(statements).not.toContain('DO ');
    noted.resolve(1);
    expect((await running).value).toMatchObject({ outcome: 'committed' });
    expect(statements).toContain('DO ');
  });

  test('holds rows for five seconds at the most', async () => {
    let timeout: unknown;
    await run((text, values) => {
      if (text.startsWith('DO ')) timeout = values[0];
      return [];
    });
    expect(timeout).toBe(5);
  });

  test('with nothing to write leaves no line in the receipt', async () => {
    const { value, told, fake } = await run(undefined, { drift: 7 });
    expect(value).toMatchObject({ outcome: 'nothing', left: [{ id: 'a', reason: 'moved' }] });
    expect(told).toEqual([]);
    expect(fake.statements.at(-1)).toBe('ROLLBACK');
  });

  test('is refused while another repair runs', async () => {
    const { error } = await run(text => (text.includes('pg_try_advisory_xact_lock') ? [{ xid: null }] : []));
    expect(error).toMatchObject({ code: 'another-write', exitCode: 4 });
  });

  test('for tables that have changed since the plan is not written: exit code 4', async () => {
    const other = [{ print: JSON.stringify({ columns: 'others' }) }];
    const { error, told, fake } = await run(text => (text.includes('AS print') ? other : []));
    expect(error).toMatchObject({
      code: 'tables-changed',
      exitCode: 4,
      message: 'The tables were changed during this sync (columns).',
    });
    expect(told).toEqual([]);
    expect(fake.statements.some(text => text.startsWith('DO '))).toBe(false);
  });

  test('whose drift differs because rows are hidden is not reported as moved', async () => {
    const { error } = await run(text => (text.includes('AS hidden') ? [{ hidden: true }] : []), { drift: 7 });
    expect(error).toMatchObject({ code: 'incomplete-view', exitCode: 4 });
  });
});

/** A reset of one preset with two records, which the server shows in this way. */
const reset: Partial<FullPlan> = {
  action: 'reset',
  options: { ...noOptions, deleteHistory: true },
  recordsToRestore: 0,
};
const gathered = (number: number) => {
  const each = (of: (place: number) => string | number) =>
    Array.from({ length: number }, (_, place) => of(place));
  return {
    number,
    lines: number === 0 ? null : each(place => `["a","${place}"]`).join('\n'),
    relations: `{${each(() => 1)}}`,
    places: `{${each(place => `"(0,${place})"`)}}`,
    versions: `{${each(() => 7)}}`,
    tooLarge: null,
  };
};
const withRecords =
  (records: number, shown = records, over: Answer = () => []): Answer =>
  async (text, values) => {
    const own = await over(text, values);
    if (own.length > 0 || !text.includes('WITH p AS')) return own;
    return [{ ...state, records, ...gathered(shown) }];
  };

describe('a batch that deletes records', () => {
  test('keeps them in the receipt, and counts those that went', async () => {
    let intended: unknown;
    const { value, written } = await run(withRecords(2), {
      of: reset,
      drift: 3,
      more: {
        receipt: {
          intend: async (intent: unknown) => {
            intended = intent;
            return 1;
          },
          settle: async () => {},
        } as unknown as ReceiptWriter,
      },
    });
    expect(value).toMatchObject({ outcome: 'committed', deleted: 2, rest: [], changes: [{ deletes: 2 }] });
    expect(intended).toMatchObject({ xid: '77', records: { number: 2, texts: ['["a","0"]\n["a","1"]'] } });
    expect(written).toEqual(['77']);
  });

  test('deletes nothing if it has not as many records as the server read', async () => {
    const short = { ...state, records: 3, ...gathered(2), number: 3 };
    const { error, told, fake } = await run(text => (text.includes('WITH p AS') ? [short] : []), {
      of: reset,
    });
    expect(error).toMatchObject({ message: '2 records where the server read 3' });
    expect(told).toEqual([]);
    expect(fake.statements.some(text => text.startsWith('DO '))).toBe(false);
  });

  test('leaves what does not fit to the next one', async () => {
    const { value } = await run(withRecords(5, 2), { of: reset, drift: 0 });
    expect(value).toMatchObject({ outcome: 'committed', deleted: 2, rest: [{ id: 'a' }] });
  });

  test('by TRUNCATE is not run if not all could be read: it is too much at once', async () => {
    const { value, told, fake } = await run(withRecords(5, 2), { of: reset, drift: 0, truncate: true });
    expect(value?.outcome).toBe('large');
    expect(told).toEqual([]);
    expect(fake.statements.some(text => text.startsWith('DO '))).toBe(false);
    expect((await run(withRecords(2), { of: reset, drift: 3, truncate: true })).value?.outcome).toBe(
      'committed',
    );
  });

  test.each<[string, number, string]>([
    ['54000', 2, 'large'],
    ['53200', 2, 'large'],
    ['XX000', 2, 'large'],
    ['57014', 2, 'large'],
    // A single record may still be too much, but not take too long.
    ['54000', 1, 'large'],
    ['57014', 1, 'refused'],
    ['53100', 2, 'refused'],
    ['22003', 2, 'refused'],
  ])('and is refused with %s for %i of them is %s', async (code, records, outcome) => {
    const { value } = await run(withRecords(records, records, blockFails(serverError(code))), {
      of: reset,
      drift: 5 - records,
    });
    expect(value).toMatchObject({
      outcome,
      tried: records,
      message: `words of ${code}`,
      changes: [],
      deleted: 0,
    });
  });

  test('that is too large to be read is too much, of an unknown number', async () => {
    const { value, told } = await run(
      text => {
        if (text.includes('WITH p AS')) throw serverError('54000');
        return [];
      },
      { of: reset },
    );
    expect(value).toMatchObject({ outcome: 'large', rest: [] });
    expect(value).not.toHaveProperty('tried');
    expect(told).toEqual([]);
  });

  test.each(['54000', '53200', 'XX000'])('%s where no record is written is a refusal', async code => {
    expect((await run(blockFails(serverError(code)))).value).toMatchObject({ outcome: 'refused', tried: 0 });
  });
});

test('the tables are locked for what a batch writes in the records, and for nothing more', async () => {
  const locked = async (of: Partial<FullPlan>, answer?: Answer) => {
    const { fake } = await run(answer, { of, drift: 3 });
    const locks = fake.statements.find(text => text.includes('EXPLAIN UPDATE')) ?? '';
    return ['UPDATE', 'DELETE', 'INSERT'].filter(write => locks.includes(`EXPLAIN ${write}`));
  };
  expect(await locked({ recordsToRestore: 0 })).toEqual(['UPDATE']);
  expect(await locked({ ...reset, options: noOptions })).toEqual(['UPDATE']);
  expect(await locked({ action: 'sync', options: { ...noOptions, deleteHistory: true } })).toEqual([
    'UPDATE',
  ]);
  expect(await locked(reset, withRecords(2))).toEqual(['UPDATE', 'DELETE']);
  expect(await locked({ action: 'undo', recordsToRestore: 4 })).toEqual(['UPDATE', 'INSERT']);
});

test('records of no preset alone are written too, without the row of any', async () => {
  const { value, told } = await run(text => (text.includes('NOT EXISTS') ? [gathered(2)] : []), {
    of: reset,
    more: {
      batch: {
        tasks: [{ id: null, name: '', drift: 0, weight: 2 }],
        mostRecords: 100,
        limits: usualLimits,
        wait: true,
        truncate: false,
      },
    },
  });
  expect(value).toMatchObject({ outcome: 'committed', deleted: 2 });
  expect(told).toEqual(['intend 77', 'settle 1 committed']);
});

test('whether rows are hidden is asked only where a drift is not the planned one', async () => {
  const asked = async (drift: number) =>
    (await run(undefined, { drift })).fake.statements.some(text => text.includes('AS hidden'));
  expect([await asked(2), await asked(7)]).toEqual([false, true]);
});

test('a refusal of several presets is not retried as busy', async () => {
  expect((await run(blockFails(serverError('P0001')), { tasks: 2 })).value?.outcome).toBe('refused');
});

test('the block takes no longer than any statement may', async () => {
  let timeout: unknown;
  await run(
    (text, values) => {
      if (text.startsWith('DO ')) timeout = values[0];
      return [];
    },
    { more: { timeouts: { timeout: 2, lockTimeout: 0.02 } } },
  );
  expect(timeout).toBe(2);
});

test('a batch that is stopped before it has the lock is not run', async () => {
  const { value, told } = await run(
    text => (text.includes('pg_try_advisory_xact_lock') ? [{ xid: null }] : []),
    { more: { signal: AbortSignal.abort() } },
  );
  expect(value).toMatchObject({ outcome: 'busy', changes: [] });
  expect(told).toEqual([]);
});

test('what an error prevented is not among what was written', async () => {
  const { written, value } = await run(blockFails(serverError('P0001')), { settles: true });
  expect(written).toEqual([]);
  expect(value).toMatchObject({ outcome: 'refused', left: [], rest: [], held: 0, waiting: 0 });
  expect((await run()).written).toEqual(['77']);
});

test('a refusal in tables that have changed says nothing about the preset: exit code 4', async () => {
  let failed = false;
  const { error } = await run(text => {
    if (text.startsWith('DO ')) {
      failed = true;
      throw serverError('42703');
    }
    return failed && text.includes('AS print') ? [{ print: JSON.stringify({ columns: 'others' }) }] : [];
  });
  expect(error).toMatchObject({ code: 'tables-changed', exitCode: 4 });
});

describe('an error of the server', () => {
  test.each([
    ['55P03', 'somebody holds a row'],
    ['40001', 'a record was changed meanwhile'],
    ['40P01', 'a deadlock'],
  ])('%s, %s: it is tried again', async code => {
    const { value, told } = await run(blockFails(serverError(code)));
    expect([value?.outcome, value?.message]).toEqual(['busy', expect.any(String)]);
    expect(told).toEqual(['intend 77', 'settle 1 aborted']);
  });

  test('57014, it takes too long: tried again in smaller parts', async () => {
    const { value } = await run(blockFails(serverError('57014')), { tasks: 2 });
    expect(value?.outcome).toBe('busy');
  });

  test('57014 of a single preset: left with the server’s message', async () => {
    const { value } = await run(blockFails(serverError('57014')));
    expect([value?.outcome, value?.message]).toEqual(['refused', 'words of 57014']);
  });

  test('57014 while the records of one preset are read: too much at once, unless there are none to read', async () => {
    const slow: Answer = text => {
      if (!text.startsWith('WITH p AS') && !text.startsWith('WITH wanted')) return [];
      throw serverError('57014');
    };
    expect((await run(slow, { of: deleting })).value).toMatchObject({
      outcome: 'large',
      message: 'words of 57014',
    });
    expect((await run(slow)).value?.outcome).toBe('refused');
  });

  test('55P03 before anything was read: the table is held, and no row', async () => {
    const held: Answer = text => {
      if (!text.includes('EXPLAIN UPDATE')) return [];
      throw serverError('55P03');
    };
    expect((await run(held)).value).toMatchObject({ outcome: 'busy', table: true });
    expect((await run(blockFails(serverError('55P03')))).value).not.toHaveProperty('table');
    const clash: Answer = text => {
      if (!text.includes('EXPLAIN UPDATE')) return [];
      throw serverError('40P01');
    };
    expect((await run(clash)).value).toMatchObject({ outcome: 'busy' });
    expect((await run(clash)).value).not.toHaveProperty('table');
  });

  test('any other: left with its message, the constraint, and the function that raised it', async () => {
    const where =
      'PL/pgSQL function public.refuse() line 2 at RAISE\nSQL statement "UPDATE"\nPL/pgSQL function inline_code_block line 9 at SQL statement';
    const { value, told } = await run(blockFails(serverError('P0001', { constraint_name: 'grown', where })));
    expect(value).toMatchObject({
      outcome: 'refused',
      message: 'words of P0001 (grown), in public.refuse()',
    });
    expect(told).toEqual(['intend 77', 'settle 1 aborted']);
    const own = 'PL/pgSQL function inline_code_block line 9 at RAISE';
    expect((await run(blockFails(serverError('P0001', { where: own })))).value).toMatchObject({
      message: 'words of P0001',
    });
  });

  test('23505 of an undo: the records may be back already', async () => {
    const refused = async (action: 'undo' | 'sync', code: string) => {
      const answer: Answer = text => {
        if (text.includes('pg_try_advisory_xact_lock')) return [{ xid: '77' }];
        throw serverError(code);
      };
      return (await run(answer, { of: { action } })).value;
    };
    expect(await refused('undo', '23505')).toMatchObject({
      outcome: 'refused',
      message: 'words of 23505. Records with the same key are in the table, so these may be back already',
    });
    expect((await refused('sync', '23505'))?.message).toBe('words of 23505');
    expect((await refused('undo', '23514'))?.message).toBe('words of 23514');
  });

  test('42501, a right is missing: it ends there, exit code 3', async () => {
    const { error } = await run(blockFails(serverError('42501')));
    expect(error).toMatchObject({
      code: 'permission-denied',
      exitCode: 3,
      message: 'console may not do this: words of 42501.',
      hint: expect.stringContaining('This batch was not applied'),
    });
  });

  test('PU002, rows are hidden now: it ends there, exit code 4', async () => {
    const hidden = databaseError(
      Object.assign(new Error('row-level security hides rows from this role now'), { code: 'PU002' }),
      place,
    );
    const { error } = await run(blockFails(hidden));
    expect(error).toMatchObject({ code: 'incomplete-view', exitCode: 4 });
  });

  test('25006, the server takes no writes any more: it ends there, exit code 3', async () => {
    const { error } = await run(blockFails(serverError('25006')));
    expect(error).toMatchObject({ exitCode: 3, hint: expect.stringContaining('Connect to the primary') });
  });

  // Codes of the system are letters as well, and some of them as long as the server's.
  test.each(['ENOSPC', 'EROFS', 'EFBIG', 'EPERM', 'EIO'])(
    'none of the server’s, but %s of the receipt: it ends there as it is, and the server is not blamed',
    async code => {
      const cause = Object.assign(new Error(`words of ${code}`), { code, errno: -1, syscall: 'write' });
      const unwritten = unwritable(cause, '/receipt', 'intend') as ConsoleError;
      const { error, value } = await run(blockFails(unwritten));
      expect(value).toBeUndefined();
      expect(error).toBe(unwritten);
    },
  );

  test('one that is not the server’s, such as a full disk: it ends there, unchanged', async () => {
    const full = new ConsoleError({
      code: 'receipt-unwritable',
      message: 'Full.',
      hint: 'Free it.',
      exitCode: 4,
    });
    expect((await run(blockFails(full))).error).toBe(full);
    const fault = new TypeError('no');
    expect((await run(blockFails(fault))).error).toBe(fault);
  });
});

describe('a connection that is lost', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance', 'setImmediate'] });
  });

  const fate = (...statuses: (string | null | Error)[]): Answer => {
    const fails = blockFails(lost());
    return async (text, values) => {
      if (text.includes('pg_xact_status')) {
        const status = statuses.length > 1 ? statuses.shift() : statuses[0];
        if (status instanceof Error) throw status;
        return [{ status }];
      }
      // As if the batch had been committed.
      if (text.includes('WITH wanted') && statuses[0] === 'committed' && statuses.length === 1 && asked)
        return [{ ...state, usageCount: 3 }];
      return fails(text, values);
    };
  };
  let asked = false;
  const runWithTime = async (answer: Answer, how: Parameters<typeof run>[1] = {}) => {
    asked = false;
    let ended = false;
    const running = run(async (text, values) => {
      if (text.includes('pg_xact_status')) asked = true;
      return answer(text, values);
    }, how).finally(() => {
      ended = true;
    });
    while (!ended) await vi.advanceTimersByTimeAsync(1_000);
    return running;
  };

  test('and whose transaction was committed: done, and not repeated', async () => {
    const { value, told } = await runWithTime(fate('committed'));
    expect(value).toMatchObject({ outcome: 'committed', changes: [{ id: 'a' }], held: 0 });
    expect(told).toEqual(['intend 77', 'settle 1 committed']);
  });

  test('and whose transaction was aborted: nothing happened', async () => {
    const { value, told } = await runWithTime(fate('aborted'));
    expect(value).toMatchObject({ outcome: 'lost', changes: [], error: { code: 'connection-lost' } });
    expect(told).toEqual(['intend 77', 'settle 1 aborted']);
  });

  test('and whose transaction is under way: asked until it is not', async () => {
    const { value, told } = await runWithTime(fate('in progress', 'in progress', 'committed'));
    expect(value).toMatchObject({ outcome: 'committed' });
    expect(told).toEqual(['intend 77', 'settle 1 committed']);
  });

  test('and of whose transaction the server knows nothing: not called aborted, exit code 3', async () => {
    const { error, told } = await runWithTime(fate(null));
    expect(error).toMatchObject({
      code: 'outcome-unknown',
      exitCode: 3,
      message: expect.stringContaining('transaction 77'),
    });
    expect(told).toEqual(['intend 77']);
  });

  test('and comes back after a while: asked again', async () => {
    const { value } = await runWithTime(fate(lost(), lost(), 'committed'));
    expect(value).toMatchObject({ outcome: 'committed' });
  });

  test('and does not come back within half a minute: the first error is reported', async () => {
    const { error, told } = await runWithTime(fate(lost()));
    expect(error).toMatchObject({ code: 'connection-lost' });
    expect(told).toEqual(['intend 77']);
  });

  test.each(['connection-refused', 'connection-timeout', 'server-starting'])(
    'is lost as well with %s',
    async code => {
      const error = new ConsoleError({ code, message: 'It broke.', hint: 'Again.', exitCode: 3 });
      const { value } = await runWithTime(text => {
        if (text.includes('pg_try_advisory_xact_lock')) throw error;
        return [];
      });
      expect(value).toMatchObject({ outcome: 'lost', error, changes: [], left: [], rest: [] });
    },
  );

  test('and whose server no longer lets this role ask: that is reported', async () => {
    const refused = serverError('42501') as ConsoleError;
    const { error, told } = await runWithTime(fate(refused));
    expect(error).toBe(refused);
    expect(told).toEqual(['intend 77']);
  });

  test('and that has no answer yet, before anything was noted: it is asked again', async () => {
    let broken = 3;
    const { value, fake } = await runWithTime(text => {
      if (text.includes('pg_try_advisory_xact_lock') || (text === 'SELECT 1' && broken-- > 0)) throw lost();
      return [];
    });
    expect(value).toMatchObject({ outcome: 'lost' });
    expect(fake.statements.filter(text => text === 'SELECT 1')).toHaveLength(4);
  });

  test('and whose record is still there although it is said to be committed: nothing happened', async () => {
    const answer = (there: boolean) => {
      const records = withRecords(2, 2, fate('committed'));
      return (async (text, values) =>
        text.includes('AS there') ? [{ there }] : records(text, values)) satisfies Answer;
    };
    expect((await runWithTime(answer(true), { of: reset, drift: 3 })).value?.outcome).toBe('lost');
    expect((await runWithTime(answer(false), { of: reset, drift: 3 })).value?.outcome).toBe('committed');
  });

  test('before the receipt has the batch: the same again, once the server answers', async () => {
    const receipt = {
      intend: async () => {
        throw lost();
      },
    } as unknown as ReceiptWriter;
    const { value, fake } = await runWithTime(() => [], { more: { receipt } });
    expect(value).toMatchObject({ outcome: 'lost', error: { code: 'connection-lost' } });
    expect(fake.statements.filter(text => text === 'SELECT 1')).toHaveLength(1);
  });

  test('before anything was noted: the same again, once the server answers', async () => {
    const { value, told } = await runWithTime(text => {
      if (text.includes('pg_try_advisory_xact_lock')) throw lost();
      return [];
    });
    expect(value).toMatchObject({ outcome: 'lost', error: { code: 'connection-lost' } });
    expect(told).toEqual([]);
  });
});
