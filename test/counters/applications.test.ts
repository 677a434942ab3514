import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import * as z from 'zod';
import type { Database } from '../../source/connection/transactions.ts';
import { auditCounters } from '../../source/counter/audit/audit-counters.ts';
import type { CounterDefinition } from '../../source/counter/definition/definition.ts';
import { readCounterTables } from '../../source/counter/discovery/tables.ts';
import { findCounters } from '../../source/counters/run.ts';
import { connectTo } from '../helpers/connect.ts';
import { createDatabase } from '../helpers/database.ts';
import { scaled } from '../helpers/scale.ts';

/** What is true of a database: its counters, each with a query for the number that each row should have. */
const answers = z.object({
  counters: z.array(
    z.object({
      id: z.string(),
      kept: z.enum(['trigger', 'function', 'application']),
      truth: z.string(),
      mismatched: z.number(),
    }),
  ),
  notCheckable: z.array(z.string()),
  'ids that must not be listed as counters': z.array(z.string()),
  /** What may be in either list, or in none. */
  eitherWay: z.array(z.string()),
});

/**
 * Databases as public applications have them, written by somebody who did not know how counters are found. The sums of their
 * first search are in docs/testing.md.
 */
const directory = fileURLToPath(new URL('./applications/', import.meta.url));
const all = readdirSync(directory)
  .filter(name => name.endsWith('.sql'))
  .map(name => name.slice(0, -'.sql'.length));
const applications = all.filter((_, index) => index % scaled(3, 1) === 0);

const told = { trigger: [0, 0], function: [0, 0], application: [0, 0] };
let [listed, right] = [0, 0];

describe('the counters of applications', () => {
  test.each(applications)('%s', async name => {
    const expected = answers.parse(JSON.parse(readFileSync(`${directory}${name}.json`, 'utf8')));
    const own = await createDatabase('template1');
    const database = connectTo(own.url);
    try {
      await own.sql.unsafe(readFileSync(`${directory}${name}.sql`, 'utf8'));
      const found = await findCounters(database, 'public');
      const ids = found.counters.map(({ id }) => id).filter(id => !expected.eitherWay.includes(id));
      const known = new Map(expected.counters.map(each => [each.id, each]));
      listed += ids.length;
      right += ids.filter(id => known.has(id)).length;
      for (const { id, kept } of expected.counters) {
        told[kept][0]! += ids.includes(id) ? 1 : 0;
        told[kept][1]! += 1;
      }
      expect(ids.toSorted()).toEqual(
        [...known.keys()].filter(id => !expected.eitherWay.includes(id)).toSorted(),
      );
      const notCheckable = found.notCheckable.map(({ id }) => id);
      expect(notCheckable).toEqual(expect.arrayContaining(expected.notCheckable));
      for (const definition of found.counters) {
        const answer = known.get(definition.id);
        if (!answer) continue;
        const { records, mismatched } = await audited(database, definition);
        const truth = await own.sql.unsafe(answer.truth).values();
        expect([definition.id, numbers(records)]).toEqual([
          definition.id,
          numbers(truth.map(([, number]) => number)),
        ]);
        expect([definition.id, mismatched]).toEqual([definition.id, answer.mismatched]);
      }
    } finally {
      await database.close();
      await own.drop();
    }
  });

  afterAll(() => {
    const of = ([found, there]: number[]) => `${found} of ${there}`;
    console.log(
      `${applications.length} applications: recall ${of(told.trigger)} kept by triggers, ${of(told.function)} by functions, ${of(told.application)} by the application; precision ${of([right, listed])}`,
    );
  });
});

async function audited(database: Database, definition: CounterDefinition) {
  const tables = await database.read(reader => readCounterTables(reader, definition));
  const records: (number | null)[] = [];
  const { totals } = await auditCounters(database, tables, {
    scope: 'all',
    onPage: ({ counters }) => records.push(...counters.map(each => each.records)),
  });
  return { records, mismatched: totals.mismatched };
}

/** In order: the rows of both are known by other keys. */
const numbers = (values: readonly unknown[]) => values.map(Number).toSorted((a, b) => a - b);
