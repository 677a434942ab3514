import { displayText } from '../format/text.ts';
import { wrap } from '../format/wrap.ts';
import type { Cause, Certainty, Diagnosis } from './diagnosis.ts';

/** A cause in at most 21 columns. */
const causeWords: Record<Cause, string> = {
  'double-counted': 'counted twice',
  'lost-updates': 'increments lost',
  'trigger-gap': 'trigger was off',
  'history-deleted': 'records deleted',
  'history-imported': 'records imported',
  'reset-kept-history': 'reset, records kept',
  'null-count': 'count is NULL',
  'counted-without-record': 'counted, no record',
  'records-moved': 'records moved',
  'records-excluded': 'records left out',
  'upsert-counted': 'upsert counted',
  'deleted-twice': 'deletion taken twice',
  'default-not-zero': 'default is not 0',
  unknown: 'unknown',
};

// Of the same records: the count has them, where it should not.
const stillCounted = 'records still counted';

function wordsOf({ code, isStillCounted }: Named): string {
  return isStillCounted ? stillCounted : causeWords[code];
}

type Named = Pick<Diagnosis, 'code' | 'isStillCounted'>;

/** Every code of a diagnosis. */
export const causes = Object.keys(causeWords);

/** How sure a diagnosis is, shown after the cause. */
const certaintyWords: Record<Certainty, string> = {
  certain: 'certain',
  likely: 'likely',
  possible: 'only possible',
};

/** A diagnosis in at most 22 columns: a question mark if it is only possible, a dash if there is none. */
export function shortDiagnosis(diagnosis: (Named & Pick<Diagnosis, 'certainty'>) | undefined): string {
  if (!diagnosis) return '-';
  const { code, certainty } = diagnosis;
  return `${wordsOf(diagnosis)}${certainty === 'possible' && code !== 'unknown' ? '?' : ''}`;
}

/** The cause and how sure it is, and the evidence for and against it, in lines of at most `width` columns. */
export function causeLines(diagnosis: Diagnosis, width: number): string[] {
  const { code, certainty, evidence, against, also = [] } = diagnosis;
  const sure = code === 'unknown' ? '' : ` (${certaintyWords[certainty]})`;
  const words = [wordsOf(diagnosis), ...also.map(each => causeWords[each])].join(', and ');
  const sentences = [
    ...evidence,
    ...against.map(sentence => (code === 'unknown' ? sentence : `But: ${sentence}`)),
  ];
  return [`${words}${sure}`, ...sentences.flatMap(sentence => wrap(displayText(sentence), width))];
}

/** What to look at next, in lines of at most `width` columns. */
export function nextLines({ next }: Diagnosis, width: number): string[] {
  return next.flatMap(sentence => wrap(displayText(`Next: ${sentence}`), width));
}

/** The most frequent cause and how many presets have it; null if there are no diagnoses or most are unknown. */
export function mostFrequent(diagnoses: Iterable<Diagnosis>): { words: string; presets: number } | null {
  const found = new Map<string, number>();
  for (const each of diagnoses) found.set(wordsOf(each), (found.get(wordsOf(each)) ?? 0) + 1);
  const [most] = [...found].sort(([, a], [, b]) => b - a);
  return !most || most[0] === causeWords.unknown ? null : { words: most[0], presets: most[1] };
}
