import { collectOften, optimizeHotCode } from '../../source/config/optimizer.ts';
import { planRepair } from '../../source/repair/plan/read-plan.ts';
import { noOptions, type RepairAction } from '../../source/repair/repair.ts';
import { runRepair } from '../../source/repair/run/run.ts';
import { connectTo } from './connect.ts';

/** What a repair in a separate process reports at its end; memory in bytes, above what the process had before. */
export interface ChildOutcome {
  receiptId: string;
  deleted: number;
  restored: number;
  left: { name: string; reason: string; message: string }[];
  grown: number;
}

// As the program does.
optimizeHotCode();
collectOften();
const [url = '', directory = '', action = 'reset', receipt = ''] = process.argv.slice(2);
const before = process.resourceUsage().maxRSS;
const database = connectTo(url);
const plan = await planRepair(database, {
  action: action as RepairAction,
  counter: 'public',
  presets: [],
  readOnly: false,
  directory,
  receipt: receipt === '' ? null : receipt,
  options: { ...noOptions, deleteHistory: action === 'reset' },
});
const run = runRepair(database, plan, { timeout: 120, lockTimeout: 2, directory, fresh: true });
for (;;) {
  const step = await run.next();
  if (!step.done) continue;
  const { receiptId, deleted, restored, left } = step.value;
  const grown = (process.resourceUsage().maxRSS - before) * 1024;
  console.log(JSON.stringify({ receiptId, deleted, restored, left, grown } satisfies ChildOutcome));
  break;
}
await database.close();
