import { expect } from 'vitest';
import type { Database } from '../../../source/connection/transactions.ts';
import type { CounterDefinition } from '../../../source/counter/definition/definition.ts';
import type { CounterSimulation } from '../../../source/simulation/steps/counter-steps.ts';
import {
  planSteps,
  type StepsPlan,
  type StepsRequest,
} from '../../../source/simulation/steps/read-steps-plan.ts';
import { runSteps } from '../../../source/simulation/steps/run-steps.ts';
import { connectTo } from '../../helpers/connect.ts';
import { createDatabase, type TestDatabase } from '../../helpers/database.ts';
import { setTraps } from '../../helpers/traps.ts';

/** A database in which one schema after another is made and simulated on. */
export interface Stage {
  own: TestDatabase;
  /** Starts anew with these tables. */
  make(sql: string): Promise<void>;
  /** Simulates, and holds all tables against what they were. */
  simulate(counter: CounterDefinition, over?: Partial<StepsRequest>): Promise<CounterSimulation>;
  plan(counter: CounterDefinition, over?: Partial<StepsRequest>): Promise<StepsPlan>;
  close(): Promise<void>;
}

/** `trapped` simulates by a search_path that leads to traps. */
export async function openStage({ trapped = false } = {}): Promise<Stage> {
  const own = await createDatabase('template1');
  const database: Database = connectTo(trapped ? (await setTraps(own)).url : own.url);
  const plan = (counter: CounterDefinition, over: Partial<StepsRequest> = {}) =>
    planSteps(database, { counter, row: null, asUser: null, asRole: null, readOnly: false, ...over });
  return {
    own,
    plan,
    async make(sql) {
      await own.sql
        .unsafe(`DROP SCHEMA IF EXISTS ext CASCADE; DROP SCHEMA public CASCADE; CREATE SCHEMA public; ${sql}`)
        .simple();
    },
    async simulate(counter, over) {
      const before = await contents(own);
      const simulation = await runSteps(database, await plan(counter, over), { timeout: 30, lockTimeout: 2 });
      expect(await contents(own)).toBe(before);
      return simulation;
    },
    async close() {
      await database.close();
      await own.drop();
    },
  };
}

/** Every row of every table, as one text. */
async function contents({ sql }: TestDatabase): Promise<string> {
  const tables = await sql<{ name: string }[]>`
    SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables WHERE schemaname = 'public' ORDER BY 1`;
  const held = tables.map(
    ({ name }) => `SELECT coalesce(string_agg(t::text, ' ' ORDER BY t::text), '') AS rows FROM ${name} t`,
  );
  return JSON.stringify(await sql.unsafe(held.join(' UNION ALL ')));
}

/** Each step with its status, or what it changed the count by where that was wrong. */
export function told({ steps }: Pick<CounterSimulation, 'steps'>): Record<string, string> {
  return Object.fromEntries(
    steps.map(({ step, status, counted }) => [
      step,
      status === 'wrong'
        ? counted.map(({ change, expected }) => `${change} for ${expected}`).join(', ')
        : status,
    ]),
  );
}
