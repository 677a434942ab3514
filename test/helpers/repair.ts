import type postgres from 'postgres';
import type { Database } from '../../source/connection/transactions.ts';
import { planRepair } from '../../source/repair/plan/read-plan.ts';
import type { RepairRequest } from '../../source/repair/plan/repair-plan.ts';
import { noOptions, type RepairAction, type RepairOutcome } from '../../source/repair/repair.ts';
import { runRepair } from '../../source/repair/run/run.ts';
import { quickDirectory } from './quick-directory.ts';
import { scaled } from './scale.ts';

/** A state directory for one test. */
export function stateDirectory(): string {
  return quickDirectory('preset-usage-state-');
}

/** A request, with defaults for what a test does not care about. */
export function request(
  action: RepairAction,
  directory: string,
  more: Partial<RepairRequest> = {},
): RepairRequest {
  return {
    action,
    counter: 'public',
    presets: [],
    options: noOptions,
    readOnly: false,
    directory,
    receipt: null,
    ...more,
  };
}

/** Plans a repair and runs it, with nothing in between. */
export async function doRepair(
  database: Database,
  asked: RepairRequest,
  options: { lockTimeout?: number } = {},
): Promise<RepairOutcome> {
  const plan = await planRepair(database, asked);
  const run = runRepair(database, plan, {
    timeout: 30,
    lockTimeout: options.lockTimeout ?? scaled(2, 30),
    directory: asked.directory,
    fresh: true,
  });
  for (;;) {
    const step = await run.next();
    if (step.done) return step.value;
  }
}

/** How many presets have a count that is not their number of records. */
export async function mismatches(sql: postgres.Sql): Promise<number> {
  const [row] = await sql<{ wrong: number }[]>`
    SELECT count(*)::int AS wrong FROM presets p
      LEFT JOIN (SELECT preset_id, count(*) AS records FROM preset_usage GROUP BY 1) r ON r.preset_id = p.id
     WHERE coalesce(p.usage_count, 0) <> coalesce(r.records, 0)`;
  return row?.wrong ?? -1;
}
