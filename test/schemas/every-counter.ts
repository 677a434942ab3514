import { rmSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { checkCounters } from '../../source/cli/commands/check-counters.ts';
import type { Outcome } from '../../source/cli/output/outcome.ts';
import { type Flags, loadConfig } from '../../source/config/config.ts';
import type { Database } from '../../source/connection/transactions.ts';
import { connectTo } from '../helpers/connect.ts';
import { createDatabase, type TestDatabase } from '../helpers/database.ts';
import { quickDirectory } from '../helpers/quick-directory.ts';
import { type CounterFile, readCounterFiles } from './counter-file.ts';

/** Walks through every command on every counter of `counters`, on the server that `url` names. */
export function everyCounter(url: () => string): void {
  for (const file of readCounterFiles()) describe(file.name, () => walk(file, url));
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
}

/** As texts, because no JavaScript number tells them all apart. */
function sameNumber(a: string, b: string): boolean {
  const plain = (text: string) => (text.includes('.') ? text.replace(/\.?0+$/, '') : text);
  return plain(a) === plain(b);
}
