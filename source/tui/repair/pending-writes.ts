import type { RepairPlan } from '../../repair/plan/repair-plan.ts';
import type { UseSimulation } from '../simulation/simulation-state.ts';
import type { State } from '../state/model.ts';

/** What the console itself is writing: the plan that is carried out, or the preset that is really used. */
export type OwnWrite = RepairPlan | UseSimulation['preset'];

/** What is being written now, the same object for as long as it is; null while nothing is. */
export function beingWritten({ repair, simulation: { use } }: State): OwnWrite | null {
  if (repair?.phase === 'running') return repair.plan;
  const phase = use?.real?.phase;
  return use && (phase === 'making' || phase === 'taking-back') ? use.preset : null;
}

/** The presets whose counts or records that changes; where records go or come, that may be any. */
export function presetsWritten(write: OwnWrite): readonly string[] | 'all' {
  if (!('changes' in write)) return [write.id];
  if (write.recordsToDelete > 0 || write.recordsToRestore > 0) return 'all';
  return write.changes.map(({ id }) => id);
}
