import { rmSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { checkCounters } from '../../source/cli/commands/check-counters.ts';
import { migrate } from '../../source/cli/commands/migrate.ts';
import { repair } from '../../source/cli/commands/repair.ts';
import { simulate } from '../../source/cli/commands/simulate.ts';
import { trigger } from '../../source/cli/commands/trigger.ts';
import type { Outcome } from '../../source/cli/output/outcome.ts';
import { type Config, type Flags, loadConfig } from '../../source/config/config.ts';
import type { Database } from '../../source/connection/transactions.ts';
import { namedCounter } from '../../source/counters/run-choose.ts';
import type { RepairAction } from '../../source/repair/repair.ts';
import { connectTo } from '../helpers/connect.ts';
import { createDatabase, type TestDatabase } from '../helpers/database.ts';
import { needsFullScale } from '../helpers/needs.ts';
import { quickDirectory } from '../helpers/quick-directory.ts';
import { type CounterFile, readCounterFiles } from './counter-file.ts';

/** Walks through every command on each counter of `counters`, on the server that `url` names; `npm test` leaves it at the `quick` ones. */
export function everyCounter(url: () => string, quick: readonly string[]): void {
  const files = readCounterFiles();
  for (const name of quick)
    if (!files.some(file => file.name === name)) throw new Error(`There is no counter "${name}".`);
  for (const file of files) {
    describe(file.name, quick.includes(file.name) ? {} : needsFullScale(), () => walk(file, url));
  }
}

interface Told {
  id: string;
  count: string;
  truth: string;
}

function walk(file: CounterFile, url: () => string): void {
  let own: TestDatabase;
  let database: Database;
  let directory: string;
  const signal = new AbortController().signal;

  beforeAll(async () => {
    own = await createDatabase('template1', url());
    await own.sql.unsafe(file.sql).simple();
    database = connectTo(own.url);
    directory = quickDirectory('counters-');
  });
  afterAll(async () => {
    await database.close();
    await own.drop();
    rmSync(directory, { recursive: true, force: true });
  });

  const config = (flags: Flags = {}) =>
    loadConfig(
      { databaseUrl: own.url, counter: [file.counter], ...flags },
      { XDG_STATE_HOME: directory, HOME: directory },
      directory,
    );
  // biome-ignore lint/suspicious/noExplicitAny: the documents are what is looked at here.
  const json = (outcome: Outcome) => outcome.json as any;
  /** The configuration of a command, once --counter is looked up. */
  const chosen = async (flags: Flags = {}): Promise<Config> => {
    const asked = config(flags);
    if (asked.counter.length === 0) return asked;
    return { ...asked, choice: await namedCounter(database, asked, signal) };
  };
  /** Looks at the plan, agrees to it, and has it done. */
  const act = async (action: RepairAction, flags: Flags = {}): Promise<Outcome> => {
    const talk = { say: () => {}, progress: () => {} };
    const { plan } = json(
      await repair(action, database, await chosen({ ...flags, dryRun: true }), signal, talk),
    );
    return repair(action, database, await chosen({ ...flags, confirm: plan.fingerprint }), signal, talk);
  };
  /** Every row of every table. */
  const rows = async (): Promise<string[]> => {
    const tables = await own.sql<{ name: string }[]>`
      SELECT format('%I', tablename) AS name FROM pg_tables WHERE schemaname = 'public' ORDER BY 1`;
    const all: string[] = [];
    for (const { name } of tables) {
      const lines = await own.sql.unsafe<{ line: string }[]>(
        `SELECT to_jsonb(t)::text AS line FROM ${name} t ORDER BY 1`,
      );
      all.push(...lines.map(({ line }) => `${name} ${line}`));
    }
    return all;
  };
  /** What plain SQL says of every row. */
  const told = async (): Promise<Told[]> => Array.from(await own.sql.unsafe<Told[]>(file.truth));
  const isWrong = ({ count, truth }: Told) => Number(count) !== Number(truth) || !sameNumber(count, truth);

  test('check says what plain SQL says', async () => {
    const before = await told();
    const wrong = before.filter(isWrong);
    expect(wrong.length).toBeGreaterThan(0);
    const found = await checkCounters(database, config(), signal, () => {});
    expect(json(found)).toMatchObject({
      version: 2,
      counter: { id: file.counter, source: { kind: 'trigger' }, confidence: 'certain' },
      complete: true,
      rows: before.length,
      mismatched: wrong.length,
    });
    const mismatches = json(found).mismatches as { id: string | string[]; drift: number }[];
    expect(mismatches.map(({ id }) => [id].flat().join(' ')).sort()).toEqual(
      wrong.map(({ id }) => id).sort(),
    );
    expect(found.exitCode).toBe(1);
  });

  test('trigger says which events are not counted', async () => {
    const { events } = json(await trigger(database, await chosen(), signal));
    const missed = events.filter(({ handled, event }: Event) => !handled && event !== 'truncate');
    expect(missed.map(({ event }: Event) => event)).toEqual(file.missed);
  });

  test('a simulation shows the same, and leaves nothing behind', async () => {
    const before = await rows();
    const outcome = await simulate(database, await chosen(), signal);
    const { steps, counter } = json(outcome) as { steps: Step[]; counter: { onDelete: string } };
    // What is not meant to lower the count is not tried.
    const meant = file.missed.filter(event => event !== 'delete' || counter.onDelete === 'subtracts');
    const wrong = steps.filter(({ status }) => status === 'wrong').map(({ step }) => step);
    expect(new Set(wrong.map(step => eventOf[step]))).toEqual(new Set(meant));
    expect(await rows()).toEqual(before);
  });

  test('a sync puts every count right, and its undo puts every one back', async () => {
    const before = await told();
    const { outcome } = json(await act('sync'));
    expect(outcome).toMatchObject({ changed: before.filter(isWrong).length, left: [], error: null });
    expect((await told()).filter(isWrong)).toEqual([]);
    const undone = json(await act('undo', { counter: [], receipt: outcome.receiptId }));
    expect(undone.outcome).toMatchObject({ left: [], error: null });
    expect(await told()).toEqual(before);
  });

  test('a reset makes every count 0, and its undo puts every one back', async () => {
    const before = await told();
    const { outcome } = json(await act('reset'));
    expect((await told()).every(({ count }) => Number(count) === 0)).toBe(true);
    await act('undo', { counter: [], receipt: outcome.receiptId });
    expect(await told()).toEqual(before);
  });

  test('a reset with history deletes what counts and puts it back, or is refused', async () => {
    const [before, all] = [await told(), await rows()];
    const resetting = act('reset', { deleteHistory: true });
    if (file.history === 'refused') {
      await expect(resetting).rejects.toMatchObject({ exitCode: 4 });
      expect(await rows()).toEqual(all);
      return;
    }
    const { outcome } = json(await resetting);
    expect(outcome).toMatchObject({ left: [], error: null });
    expect((await told()).every(({ count, truth }) => Number(count) === 0 && Number(truth) === 0)).toBe(true);
    await act('undo', { counter: [], receipt: outcome.receiptId });
    expect(await told()).toEqual(before);
    expect(await rows()).toEqual(all);
  });

  test('migrate installs what counts right from then on, and leaves what does', async () => {
    await act('sync');
    const open = async () => null;
    const planned = json(await migrate(database, await chosen({ dryRun: true }), signal, open, () => {}));
    expect(planned.statements.length > 0).toBe(file.migrate === 'installs');
    if (file.migrate === 'installs') {
      const confirm = planned.fingerprint;
      const done = json(await migrate(database, await chosen({ confirm }), signal, open, () => {}));
      expect(done).toMatchObject({ applied: true });
    }
    expect((await told()).filter(isWrong)).toEqual([]);
    const before = await told();
    for (const use of file.uses.split('; ')) {
      await own.sql.unsafe(use);
      expect((await told()).filter(isWrong), use).toEqual([]);
    }
    expect(await told()).not.toEqual(before);
  });
}

interface Event {
  event: string;
  handled: boolean;
}

interface Step {
  step: string;
  status: string;
}

/** The event that a step of a simulation is. */
const eventOf: Record<string, string> = {
  add: 'insert',
  'add-again': 'insert',
  'add-out': 'insert',
  remove: 'delete',
  'remove-out': 'delete',
  'change-out': 'condition',
  'change-in': 'condition',
  'change-amount': 'amount',
  move: 'move',
};

/** As texts, because no JavaScript number tells them all apart. */
function sameNumber(a: string, b: string): boolean {
  const plain = (text: string) => (text.includes('.') ? text.replace(/\.?0+$/, '') : text);
  return plain(a) === plain(b);
}
