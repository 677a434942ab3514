/** Why a count is wrong. The codes are stable: scripts match on them (CONTRACT.md, `check`). */
export type Cause =
  /** More than once per record: a manual increment beside the trigger, or two counting triggers. */
  | 'double-counted'
  /** Increments that overwrote each other: read, then written. */
  | 'lost-updates'
  /** Uses while there was no trigger, or it was disabled. */
  | 'trigger-gap'
  /** Records that were counted are gone. */
  | 'history-deleted'
  /** Records came in that were never counted, many at once. */
  | 'history-imported'
  /** The count was set back and its records were kept. */
  | 'reset-kept-history'
  | 'null-count'
  /** The numbers fit no cause well enough. */
  | 'unknown';

/** How sure a diagnosis is: `certain` where nothing else fits, `possible` where it is only the best that does. */
export type Certainty = 'certain' | 'likely' | 'possible';

/** A cause with what led to it. */
export interface Diagnosis {
  code: Cause;
  certainty: Certainty;
  /** Sentences, the strongest first, each with its numbers. */
  evidence: string[];
  /**
   * When the records were made that the count lacks, or has more than once; milliseconds since 1970, null at an end that is
   * open. Null where the cause is of no time.
   */
  stretch: { from: number | null; to: number | null } | null;
}
