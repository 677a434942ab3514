/** Why a count is wrong. The codes are stable: scripts match on them (docs/diagnosis.md). */
export type Cause =
  /** More than once per record: a manual increment in addition to the trigger, or two counting triggers. */
  | 'double-counted'
  /** Increments that overwrote each other: read, then written. */
  | 'lost-updates'
  /** Uses while there was no trigger, or it was disabled. */
  | 'trigger-gap'
  /** Counted records were deleted. */
  | 'history-deleted'
  /** Many records were stored at once and never counted. */
  | 'history-imported'
  /** The count was set back and its records were kept. */
  | 'reset-kept-history'
  | 'null-count'
  /** Increments that no record belongs to. */
  | 'counted-without-record'
  /** Records were given to another preset, and their count was not. */
  | 'records-moved'
  /** Records that the counting leaves out: deleted softly, or excluded by a condition. */
  | 'records-excluded'
  /** An upsert that met a record which was already there was counted as a new one. */
  | 'upsert-counted'
  /** A deleted record was taken off the count twice. */
  | 'deleted-twice'
  /** The count of a new row begins with its default, which is not 0. */
  | 'default-not-zero'
  /** The numbers fit no cause well enough. */
  | 'unknown';

/** How sure a diagnosis is: `certain` if nothing else fits, `possible` if it is only the best fit. */
export type Certainty = 'certain' | 'likely' | 'possible';

/** A cause with what led to it. */
export interface Diagnosis extends Judgement {
  /** Sentences: what speaks against it, and for `unknown` what was ruled out. */
  against: string[];
  /** Sentences: what to look at next. */
  next: string[];
}

/** A cause as one of the rules finds it. */
export interface Judgement {
  code: Cause;
  certainty: Certainty;
  /** Sentences, the strongest first, each with its numbers. */
  evidence: string[];
  /**
   * When the records were made that the count lacks or has more than once, in milliseconds since 1970. An open end is null.
   * Null if the cause is not tied to a time.
   */
  stretch: { from: number | null; to: number | null } | null;
  /** See `Diagnosis`. */
  against?: string[];
  next?: string[];
  /** True for records that are counted although they should not be; a count that lacks records leaves it out. */
  isStillCounted?: true;
  /** Other causes that the same count has too: the numbers come apart exactly. */
  also?: Cause[];
}
