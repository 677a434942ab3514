import { drift } from '../../counter/counter.ts';
import type { Diagnosis } from '../../diagnosis/diagnosis.ts';
import type { Row, State } from '../state/model.ts';
import { keep } from '../state/selectors.ts';

/** Why a count is wrong; null where it is right, was not looked into, or has come to drift by another amount since. */
export function diagnosisOf(
  { diagnoses, look }: Pick<State, 'diagnoses' | 'look'>,
  row: Row,
): Diagnosis | null {
  const found = diagnoses.get(row.id);
  if (!found || look?.tables.hiddenBy.length !== 0) return null;
  return Object.is(found.drift, drift(row)) ? found.diagnosis : null;
}

/** What was found out now, where it is the same as before the very same: only a row whose own has changed is drawn anew. */
export function keepDiagnoses(before: State['diagnoses'], now: State['diagnoses']): State['diagnoses'] {
  return new Map(Array.from(now, ([id, found]) => [id, keep(before.get(id) ?? found, found)]));
}

/** In how many columns the records of a preset are plotted over its whole history. */
export function plotColumns(columns: number): number {
  return Math.max(20, Math.min(120, columns - 24));
}
