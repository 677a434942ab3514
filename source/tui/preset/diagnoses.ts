import { type Counter, drift } from '../../counter/counter.ts';
import type { Diagnosis } from '../../diagnosis/diagnosis.ts';
import type { State } from '../state/model.ts';
import { keep } from '../state/selectors.ts';

/** Why a count is wrong; null if it is right, was not diagnosed, or drifts by another amount by now. */
export function diagnosisOf(
  { diagnoses, inspected }: Pick<State, 'diagnoses' | 'inspected'>,
  row: Counter,
): Diagnosis | null {
  const found = diagnoses.get(row.id);
  if (!found || inspected?.tables.hiddenBy.length !== 0) return null;
  return Object.is(found.drift, drift(row)) ? found.diagnosis : null;
}

/** The new diagnoses, but the old object for each one that did not change, so that its row is not redrawn. */
export function keepDiagnoses(before: State['diagnoses'], now: State['diagnoses']): State['diagnoses'] {
  return new Map(Array.from(now, ([id, found]) => [id, keep(before.get(id) ?? found, found)]));
}

/** The number of columns in the plot of a preset's whole history. */
export function plotColumns(columns: number): number {
  return Math.max(20, Math.min(120, columns - 24));
}
