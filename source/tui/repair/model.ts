import type { ConsoleError } from '../../errors/errors.ts';
import type { RepairPlan } from '../../repair/plan/repair-plan.ts';
import type { RepairAction, RepairOptions, RepairOutcome, RepairProgress } from '../../repair/repair.ts';
import type { Screen } from '../state/screens.ts';

/** A repair on its screen, from the key to its outcome. Nothing is written before `running`. */
export interface Repair {
  action: RepairAction;
  /** The presets to repair; null for all, and for an undo, where the receipt says which. */
  scope: Scope | null;
  options: RepairOptions;
  /** undo: the id of the receipt that is taken back. */
  receipt: string | null;
  /** The screen that Escape goes back to. */
  from: Screen;
  /** `typing`: a person types the plan's phrase; nothing else leads to `running`. */
  phase: 'planning' | 'reviewing' | 'typing' | 'running' | 'done' | 'failed';
  /** While it is planned again, the previous plan. */
  plan: RepairPlan | null;
  typed: string;
  /** A remark about the last key or the last plan. */
  notice: string | null;
  progress: RepairProgress | null;
  outcome: RepairOutcome | null;
  error: ConsoleError | null;
  /** `asked`: the person is asked whether to stop it. `agreed`: it stops after the running batch. */
  stopping: 'no' | 'asked' | 'agreed';
}

/** Some of the presets, and how the title calls them. */
export interface Scope {
  ids: readonly string[];
  title: string;
}

export type RepairStep =
  | { kind: 'open'; action: 'sync' | 'reset' }
  /** Takes back the operation under the cursor of the history. */
  | { kind: 'take-back' }
  | { kind: 'toggle'; option: keyof RepairOptions }
  | { kind: 'planned'; plan: RepairPlan }
  | { kind: 'ask' }
  | { kind: 'type'; text: string }
  | { kind: 'erase' }
  | { kind: 'pasted' }
  | { kind: 'enter' }
  | { kind: 'leave' }
  | { kind: 'progress'; progress: RepairProgress }
  | { kind: 'stop' }
  | { kind: 'go-on' }
  | { kind: 'done'; outcome: RepairOutcome }
  | { kind: 'failed'; error: ConsoleError };

/** True while counts are being written. */
export function isRepairing({ repair }: { repair: Repair | null }): boolean {
  return repair?.phase === 'running';
}
