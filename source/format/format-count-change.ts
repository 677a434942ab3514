import type { CountedFigures, ObservedChange, ObservedKind } from '../counter/count-change.ts';
import { count, countOf } from './numbers.ts';
import { amount } from './plurals.ts';

/** The word of a change, at most twelve columns; it stands beside a glyph and the time. */
export const observedWords: Record<ObservedKind, string> = {
  counted: 'Counted once',
  'count-without-record': 'No record',
  'counted-too-often': 'Too often',
  'not-counted': 'Not counted',
  'went-down': 'Went down',
  'became-null': 'Became NULL',
  'no-number': 'No number',
  'count-moved': 'Count moved',
};

/** A change in one sentence: the numbers before and after first, so that a narrow terminal cuts the explanation. */
export function observedSentence(change: ObservedChange): string {
  const { before, after } = change;
  const moves = move('count', countOf(before), countOf(after));
  if (change.recordsBy === null) return `${moves}; records not looked at`;
  const meaning = meaningOf(change, change.recordsBy);
  return `${moves}, ${move('records', recordsIn(before), recordsIn(after))}${meaning && `: ${meaning}`}`;
}

function move(name: string, before: string, after: string): string {
  return before === after ? `${name} still ${after}` : `${name} ${before} -> ${after}`;
}

function recordsIn({ records }: CountedFigures): string {
  return count(records ?? 0);
}

function meaningOf(change: ObservedChange, recordsBy: number): string {
  const { kind, countBy, lastUsedMoved } = change;
  // Read together: "3 uses" of which each may have been counted, or one twice and one not at all.
  const uses = amount(recordsBy, 'use');
  switch (kind) {
    case 'counted':
      if (lastUsedMoved !== false) return recordsBy === 1 ? '' : uses;
      return 'last_used_at did not move, which is right only for a record older than it';
    case 'count-without-record':
      return agrees(change)
        ? 'raised to its records without a use; a repair does that'
        : 'a manual increment, not a use';
    case 'counted-too-often':
      return `${uses} raised it by ${count(countBy)}; counted twice, or also incremented by hand`;
    case 'not-counted':
      if (countBy > 0) return `${count(recordsBy - countBy)} of ${uses} not counted`;
      return recordsBy === 1 ? 'the use was not counted' : `${uses} not counted`;
    case 'went-down':
      return downWords(change, recordsBy);
    case 'became-null':
      return 'an increment leaves it NULL';
    case 'no-number':
      return 'an increment does not change it';
    case 'count-moved':
      return '';
  }
}

function downWords(change: ObservedChange, recordsBy: number): string {
  if (change.countBy >= 0) {
    return change.countBy === 0
      ? 'records were deleted and the count stayed'
      : 'records were deleted and the count rose';
  }
  if (recordsBy < 0) return 'both went down; records were deleted and the count was set';
  if (agrees(change)) return 'set down to its records; a repair does that';
  return 'the count was reset, or set by hand';
}

function agrees({ after }: ObservedChange): boolean {
  return (after.usageCount ?? 0) === after.records;
}
