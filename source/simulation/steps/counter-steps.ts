import type { Finding } from '../../counter/finding.ts';
import type { UseWarning } from '../simulation.ts';
import type { Verdict } from '../verdict.ts';

/**
 * What is done to a record in a simulation, in order. The last of a record that does not count: adding it and removing it leave the
 * count as it is.
 */
export const stepNames = [
  'add',
  'add-again',
  'remove',
  'change-out',
  'change-in',
  'change-amount',
  'add-out',
  'remove-out',
  'move',
] as const;

export type StepName = (typeof stepNames)[number];

/** A row of the counter. */
export interface CountedRow {
  /** Its key; of several columns as the text of a JSON array. */
  id: string;
  name: string;
}

/** What one step did to the count of one row. The numbers are text, exact; what was NULL is null. */
export interface CountedStep {
  row: CountedRow;
  before: string | null;
  after: string | null;
  change: string;
  /** What it should change by, by the definition. */
  expected: string;
  /** True if it changed by that. */
  right: boolean;
  /** Whether the count is that of the records after it, however much it changed. */
  accurate: boolean;
}

/** `not-possible`: the database rightly refuses it. `not-simulated`: it could not be done, so nothing is known. */
export type StepStatus = 'right' | 'wrong' | 'not-possible' | 'not-simulated';

/** The result of a step. */
export interface StepResult {
  step: StepName;
  status: StepStatus;
  /** Of the row that the record belongs to, and in a move also of the one that it goes to; empty if it was not done. */
  counted: CountedStep[];
  /** Whether the row's time moved; null if it has none. */
  touched: boolean | null;
  /** Why it is not known or not possible; null otherwise. */
  reason: string | null;
  /** How `trigger` rates a wrong step that it does not call an error. The simulation does not fail for such a step. */
  tolerated?: Finding;
}

/** What the server said when a step failed. */
export interface StepFailure {
  step: StepName;
  message: string;
  code: string;
  constraint: string | null;
  where: string | null;
}

/** The steps as one role. */
export interface StepsAs {
  steps: StepResult[];
  failures: StepFailure[];
}

/** The result of a simulation of any counter. Times in milliseconds. */
export interface CounterSimulation extends StepsAs {
  row: CountedRow;
  asUser: string | null;
  subject: string | null;
  subjectFrom: string | null;
  verdict: Verdict;
  confirmed: boolean;
  findings: Finding[];
  warnings: UseWarning[];
  /** The same steps as another role; null if none was tried. */
  asRole: (StepsAs & { role: string; confirmed: boolean }) | null;
  /** How long it waited for the rows, and held them. */
  waitedMs: number;
  heldMs: number;
  takenAt: number;
}

/** True if a step changed the counts as it should. */
export function isRight({ status }: Pick<StepResult, 'status'>): boolean {
  return status === 'right';
}

/** True if a step did not change the counts as it should, and nothing speaks for tolerating that. */
export function isWrong({ status, tolerated }: Pick<StepResult, 'status' | 'tolerated'>): boolean {
  return status === 'wrong' && !tolerated;
}

/** True if every step that is possible was right, or is tolerated. */
export function areRight({ steps }: StepsAs): boolean {
  return steps.some(isRight) && steps.every(each => each.status !== 'not-simulated' && !isWrong(each));
}
