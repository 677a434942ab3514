import { displayText } from '../format/text.ts';
import { wrap } from '../format/wrap.ts';
import type { Cause, Certainty, Diagnosis } from './diagnosis.ts';

/** A cause in at most 21 columns. */
export const causeWords: Record<Cause, string> = {
  'double-counted': 'counted twice',
  'lost-updates': 'increments lost',
  'trigger-gap': 'trigger was off',
  'history-deleted': 'records deleted',
  'history-imported': 'records imported',
  'reset-kept-history': 'reset, records kept',
  'null-count': 'count is NULL',
  unknown: 'unknown',
};

/** How sure a diagnosis is, in words that stand behind the cause. */
export const certaintyWords: Record<Certainty, string> = {
  certain: 'certain',
  likely: 'likely',
  possible: 'possible, no more',
};

/** A diagnosis in at most 22 columns; a question mark where it is only possible, a dash where none was looked for. */
export function shortDiagnosis(diagnosis: Pick<Diagnosis, 'code' | 'certainty'> | undefined): string {
  if (!diagnosis) return '-';
  const { code, certainty } = diagnosis;
  return `${causeWords[code]}${certainty === 'possible' && code !== 'unknown' ? '?' : ''}`;
}

/** A diagnosis in full: the cause and how sure it is, then what led to it, in rows of at most `width` columns. */
export function diagnosisLines({ code, certainty, evidence }: Diagnosis, width: number): string[] {
  const sure = code === 'unknown' ? '' : ` (${certaintyWords[certainty]})`;
  return [`${causeWords[code]}${sure}`, ...evidence.flatMap(sentence => wrap(displayText(sentence), width))];
}

/** The cause that most of these have, and how many do; null where that is none or not known. */
export function mostFrequent(diagnoses: Iterable<Diagnosis>): { words: string; presets: number } | null {
  const found = new Map<Cause, number>();
  for (const { code } of diagnoses) found.set(code, (found.get(code) ?? 0) + 1);
  const [most] = [...found].sort(([, a], [, b]) => b - a);
  return !most || most[0] === 'unknown' ? null : { words: causeWords[most[0]], presets: most[1] };
}
