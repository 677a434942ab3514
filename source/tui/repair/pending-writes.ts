import type { RepairPlan } from '../../repair/plan/repair-plan.ts';
import type { UseSimulation } from '../simulation/simulation-state.ts';
import type { State } from '../state/model.ts';

/** What the console itself is writing: the running plan, or the preset of a real use. */
export type OwnWrite = RepairPlan | UseSimulation['preset'];

/** What is being written now; the same object until that ends, null if nothing is. */
export function beingWritten({ repair, simulation: { use } }: State): OwnWrite | null {
  if (repair?.phase === 'running') return repair.plan;
  const phase = use?.real?.phase;
  return use && (phase === 'making' || phase === 'taking-back') ? use.preset : null;
}

/** The presets whose counts or records this changes; a plan that moves records may change any. */
export function presetsWritten(write: OwnWrite): readonly string[] | 'all' {
  if (!('changes' in write)) return [write.id];
  if (write.recordsToDelete > 0 || write.recordsToRestore > 0) return 'all';
  return write.changes.map(({ id }) => id);
}
