import { rmSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { check } from '../../source/cli/commands/check.ts';
import { migrate } from '../../source/cli/commands/migrate.ts';
import { repair } from '../../source/cli/commands/repair.ts';
import { simulate } from '../../source/cli/commands/simulate.ts';
import { trigger } from '../../source/cli/commands/trigger.ts';
import type { Outcome } from '../../source/cli/output/outcome.ts';
import { type Flags, loadConfig } from '../../source/config/config.ts';
import type { Database } from '../../source/connection/transactions.ts';
import { inspectDatabase } from '../../source/counter/inspect-database.ts';
import { readCounters, readMostUsed } from '../../source/counter/reading/counters.ts';
import { readNewestRecord } from '../../source/counter/reading/newest-record.ts';
import { readPresetDetail } from '../../source/counter/reading/preset-detail.ts';
import type { RepairAction } from '../../source/repair/repair.ts';
import { planSimulation } from '../../source/simulation/read-plan.ts';
import { realUseFingerprint } from '../../source/simulation/run-real-use.ts';
import { connectTo } from '../helpers/connect.ts';
import { createDatabase, type TestDatabase } from '../helpers/database.ts';
import { needsFullScale } from '../helpers/needs.ts';
import { quickDirectory } from '../helpers/quick-directory.ts';
import { readSchemas, type SchemaFile } from './schema-file.ts';

/** Where `npm test` repairs in every way. */
const repairedInFull = ['keys-of-a-domain', 'records-partitioned-by-time', 'two-schemas'];

interface Counted {
  id: string;
  count: string | null;
  records: number;
  /** As the server compares the two: a number here may not tell them apart. */
  wrong: boolean;
}

/**
 * Walks through check, trigger, simulate, sync, reset and undo on every schema, on the server that `url` names; where there
 * are `quick` ones, `npm test` leaves it at those.
 */
export function everySchema(url: () => string, quick?: readonly string[]): void {
  const schemas = readSchemas();
  const names = schemas.map(({ name }) => name);
  for (const name of quick ?? []) if (!names.includes(name)) throw new Error(`There is no schema "${name}".`);
  for (const file of schemas) {
    const left = quick && !quick.includes(file.name);
    describe(file.name, left ? needsFullScale() : {}, () => walk(file, url));
  }
}

/**
 * The same on one schema. `prepare` gets its database before the console is let at it, and returns the URL that the console
 * is given.
 */
export function walk(
  file: SchemaFile,
  url: () => string,
  prepare: (own: TestDatabase) => Promise<string> = async ({ url }) => url,
): void {
  let own: TestDatabase;
  let consoleUrl: string;
  let database: Database;
  let directory: string;

  beforeAll(async () => {
    own = await createDatabase('template1', url());
    await own.sql.unsafe(file.sql).simple();
    consoleUrl = await prepare(own);
    database = connectTo(consoleUrl);
    directory = quickDirectory('schemas-');
  });
  afterAll(async () => {
    await database.close();
    await own.drop();
    rmSync(directory, { recursive: true, force: true });
  });

  const config = (flags: Flags = {}) =>
    loadConfig(
      { databaseUrl: consoleUrl, schema: file.schema, ...flags },
      { XDG_STATE_HOME: directory, HOME: directory },
      directory,
    );
  const signal = new AbortController().signal;
  // biome-ignore lint/suspicious/noExplicitAny: the documents are what is looked at here.
  const json = (outcome: Outcome) => outcome.json as any;
  const codes = (list: { code: string }[]) => list.map(({ code }) => code);

  /** What plain SQL says of every counter. */
  const counted = async (): Promise<Counted[]> =>
    await own.sql.unsafe(
      `SELECT c.id, c.count::text, c.records::int, coalesce(c.count, 0) <> c.records AS wrong
         FROM (SELECT p.${file.key}::text AS id, p.${file.count} AS count,
                      (SELECT count(*) FROM ${file.records} r WHERE r.${file.preset} = p.${file.key}) AS records
                 FROM ${file.presets} p) c ORDER BY 1`,
    );
  const orphans = async (): Promise<number> => {
    const [row] = await own.sql.unsafe(
      `SELECT count(*)::int AS orphans FROM ${file.records} r
        WHERE NOT EXISTS (SELECT FROM ${file.presets} p WHERE p.${file.key} = r.${file.preset})`,
    );
    return row?.orphans;
  };
  const isWrong = ({ wrong }: Counted) => wrong;
  /** Every row of both tables, but for the columns that move by themselves. */
  const rows = async (): Promise<string[]> => {
    const all: string[] = [];
    for (const table of [file.presets, file.records]) {
      const lines = await own.sql.unsafe(
        `SELECT (to_jsonb(t) - $1::text[])::text AS line FROM ${table} t ORDER BY 1`,
        [file.moves],
      );
      all.push(...lines.map(({ line }) => line as string));
    }
    return all;
  };
  /** Looks at the plan, agrees to it, and has it done. */
  const act = async (action: RepairAction, flags: Flags = {}): Promise<Outcome> => {
    const talk = { say: () => {}, progress: () => {} };
    const plan = json(await repair(action, database, config({ ...flags, dryRun: true }), signal, talk)).plan;
    return repair(action, database, config({ ...flags, confirm: plan.fingerprint }), signal, talk);
  };

  test('check says what plain SQL says', async () => {
    const before = await counted();
    const found = await check(database, config(), signal, () => {});
    expect(json(found)).toMatchObject({
      complete: true,
      rows: before.length,
      mismatched: before.filter(isWrong).length,
      records: before.reduce((sum, { records }) => sum + records, 0),
      orphans: await orphans(),
    });
    const mismatches = json(found).mismatches as { id: string; records: number }[];
    expect(mismatches.map(({ id, records }) => ({ id, records })).sort(byId)).toEqual(
      before.filter(isWrong).map(({ id, records }) => ({ id, records })),
    );
    expect(found.exitCode).toBe(1);
    // Why is asked of every schema; where records have no time there is little to go by.
    const timed = !codes(json(found).schema.remarks).includes('no-time-column');
    for (const { diagnosis } of json(found).mismatches)
      expect(typeof diagnosis === 'string').toBe(timed || diagnosis !== null);
    expect(codes(json(found).schema.remarks)).toEqual(expect.arrayContaining(file.remarks));
    // What it prints has a sentence for each of them.
    expect(json(found).schema.remarks.every(({ message }: { message: string }) => /\.$/.test(message))).toBe(
      true,
    );
  });

  test('the list and the screen of a preset show the same', async () => {
    const before = await counted();
    const seen = await database.read(async reader => {
      const { tables } = await inspectDatabase(reader, database, file.schema);
      const most = await readMostUsed(reader, tables, 50);
      const ids = most.map(({ id }) => id);
      const details = [];
      for (const id of ids) details.push(await readPresetDetail(reader, tables, id, 14));
      await readNewestRecord(reader, tables);
      return { counters: await readCounters(reader, tables, ids, 'counted'), details, ids };
    });
    const records = (list: { id: string; records: number | null }[]) =>
      list.map(({ id, records }) => [id, records]).sort();
    expect(records(seen.counters)).toEqual(records(before));
    for (const [index, id] of seen.ids.entries()) {
      const mine = before.find(counter => counter.id === id)?.records ?? 0;
      expect(seen.details[index]?.latest).toHaveLength(Math.min(10, mine));
    }
  });

  test('trigger says what is the matter', async () => {
    const { findings, healthy } = json(await trigger(database, config(), signal));
    expect(codes(findings)).toEqual(expect.arrayContaining(file.findings));
    const errors = findings.filter(({ severity }: { severity: string }) => severity === 'error');
    // Nothing else is called wrong.
    expect(file.findings).toEqual(expect.arrayContaining(codes(errors)));
    expect(healthy).toBe(errors.length === 0);
  });

  test('simulate shows what a use does, and leaves nothing', async () => {
    const before = await rows();
    const outcome = await simulate(database, config({ preset: [file.simulated] }), signal);
    const { confirmed, uses, failures, findings } = json(outcome);
    if (file.simulation === 'confirmed') {
      expect({ confirmed, failures, findings }).toMatchObject({ confirmed: true, failures: [] });
      expect(uses).toMatchObject([
        { increment: 1, recordsAdded: 1 },
        { increment: 1, recordsAdded: 1 },
      ]);
    } else if (file.simulation.startsWith('+')) {
      const added = uses.map(({ increment }: { increment: number }) => `+${increment}`).join(' ');
      expect(added).toBe(file.simulation);
    } else {
      expect(codes(failures)).toContain(file.simulation);
      expect(outcome.exitCode).toBe(1);
    }
    expect(codes(findings)).toEqual(expect.arrayContaining(file.explains));
    expect(await rows()).toEqual(before);
  });

  test('a real use is made and taken back, or refused in a sentence', async () => {
    const before = await rows();
    const preset = [file.simulated];
    const plan = await planSimulation(
      database,
      { counter: file.schema, preset: file.simulated, asUser: null, asRole: null, readOnly: false },
      signal,
    );
    const confirm = realUseFingerprint(plan);
    const making = simulate(database, config({ preset, commit: true, confirm }), signal);
    if (file.real === 'made') {
      const made = json(await making);
      expect(made.uses[0].recordsAdded).toBe(1);
      if (file.simulation === 'confirmed') expect(made.confirmed).toBe(true);
      await simulate(database, config({ preset, takeBack: made.takeBack }), signal);
    } else {
      await expect(making).rejects.toMatchObject({ code: file.real });
    }
    expect(await rows()).toEqual(before);
  });

  test('migrate says that it does not fit, or what it plays', async () => {
    const open = async () => {
      throw new Error('A dry run needs no receipt.');
    };
    const before = await rows();
    const planned = migrate(database, config({ dryRun: true }), signal, open, () => {}).then(
      ({ json }) => ((json as { proof: { proved: boolean } }).proof.proved ? 'proved' : 'unproved'),
      (error: { code: string }) => error.code,
    );
    expect(await planned).toBe(file.migrate);
    expect(await rows()).toEqual(before);
  });

  test('sync puts every count right, and undo takes that back', async () => {
    const before = await rows();
    const records = (await counted()).map(({ id, records }) => ({ id, records }));
    const { plan, outcome: done } = json(await act('sync', {}));
    expect(plan.left.map(({ id }: { id: string }) => id).sort()).toEqual(file.stays);
    expect(
      plan.changes.map(({ id }: { id: string }) => id).filter((id: string) => file.stays.includes(id)),
    ).toEqual([]);
    const after = await counted();
    expect(after.map(({ id, records }) => ({ id, records }))).toEqual(records);
    expect(after.filter(isWrong).map(({ id }) => id)).toEqual(file.stays);
    await act('undo', { receipt: done.receipt });
    expect(await rows()).toEqual(before);
  });

  // What these two do is part of the others, but for what they leave out.
  const left = repairedInFull.includes(file.name) ? {} : needsFullScale();

  test('a sync of the last uses too leaves nothing to do, and undo takes that back', left, async () => {
    const before = await rows();
    const done = json(await act('sync', { lastUsed: true })).outcome;
    const talk = { say: () => {}, progress: () => {} };
    const again = await repair('sync', database, config({ lastUsed: true, dryRun: true }), signal, talk);
    expect(json(again).plan.changes).toEqual([]);
    await act('undo', { receipt: done.receipt });
    expect(await rows()).toEqual(before);
  });

  test('reset empties every count, and undo takes that back', left, async () => {
    const before = await rows();
    const done = json(await act('reset', {})).outcome;
    const after = await counted();
    expect(after.filter(({ count }) => Number(count) !== 0).map(({ id }) => id)).toEqual(file.stays);
    await act('undo', { receipt: done.receipt });
    expect(await rows()).toEqual(before);
  });

  test('reset with the history deletes the records, and undo brings all of them back', async () => {
    const before = await rows();
    if (file.refused !== '') {
      await expect(act('reset', { deleteHistory: true })).rejects.toMatchObject({ code: file.refused });
      expect(await rows()).toEqual(before);
      return;
    }
    const done = json(await act('reset', { deleteHistory: true })).outcome;
    const after = await counted();
    expect(after.filter(({ count }) => Number(count) !== 0).map(({ id }) => id)).toEqual(file.stays);
    expect(after.filter(({ records }) => records > 0).map(({ id }) => id)).toEqual(
      file.stays.filter(id => after.some(counter => counter.id === id && counter.records > 0)),
    );
    expect(await orphans()).toBe(0);
    const undone = json(
      await act('undo', { receipt: done.receipt, suppressTriggers: file.undo === 'quiet' }),
    ).outcome;
    expect(undone.restored).toBe(done.deleted);
    expect(await rows()).toEqual(before);
  });
}

function byId(a: { id: string }, b: { id: string }): number {
  return a.id < b.id ? -1 : 1;
}
