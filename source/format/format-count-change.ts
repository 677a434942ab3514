import type { ObservedChange, ObservedKind } from '../counter/count-change.ts';
import { type CounterNouns, nounsOfPresets } from '../counter/definition/counter-nouns.ts';
import { recordsText } from './format-figures.ts';
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
export function observedSentence(change: ObservedChange, nouns: CounterNouns = nounsOfPresets): string {
  const { before, after } = change;
  const records = nouns.sums ? 'sum' : nouns.record[1];
  const moves = move('count', countOf(before), countOf(after));
  if (change.recordsBy === null) return `${moves}; ${records} not looked at`;
  const meaning = meaningOf(change, change.recordsBy, nouns);
  return `${moves}, ${move(records, recordsText(before), recordsText(after))}${meaning && `: ${meaning}`}`;
}

function move(name: string, before: string, after: string): string {
  return before === after ? `${name} still ${after}` : `${name} ${before} -> ${after}`;
}

function meaningOf(change: ObservedChange, recordsBy: number, nouns: CounterNouns): string {
  const { kind, countBy, lastUsedMoved } = change;
  const [one, many] = nouns.event;
  if (nouns.sums && amounts.has(kind)) return sumWords(countBy, recordsBy);
  if (recordsBy < 0 && (kind === 'counted' || amounts.has(kind)))
    return removedWords(change, recordsBy, nouns);
  // Read together: "3 uses" of which each may have been counted, or one twice and one not at all.
  const uses = nouns.sums ? `new ${many}` : amount(recordsBy, one, many);
  switch (kind) {
    case 'counted':
      if (lastUsedMoved !== false) return recordsBy === 1 || nouns.sums ? '' : uses;
      return `${nouns.touched} did not move, which is right only for a ${nouns.record[0]} older than it`;
    case 'count-without-record':
      return agrees(change)
        ? `raised to its ${nouns.record[1]} without ${nouns.anEvent}; a repair does that`
        : `a manual increment, not ${nouns.anEvent}`;
    case 'counted-too-often':
      return `${uses} raised it by ${count(countBy)}; counted twice, or also incremented by hand`;
    case 'not-counted':
      if (countBy > 0) return `${count(recordsBy - countBy)} of ${uses} not counted`;
      return recordsBy === 1 ? `the ${one} was not counted` : `${uses} not counted`;
    case 'went-down':
      return downWords(change, recordsBy, nouns);
    case 'became-null':
      return 'an increment leaves it NULL';
    case 'no-number':
      return 'an increment does not change it';
    case 'count-moved':
      return '';
  }
}

const amounts: ReadonlySet<ObservedKind> = new Set(['counted-too-often', 'not-counted']);

/** How a sum and its count went apart. */
function sumWords(countBy: number, sumBy: number): string {
  const moved = (by: number) => `${by > 0 ? 'rose' : 'fell'} by ${count(Math.abs(by))}`;
  return `the sum ${moved(sumBy)}, and the count ${countBy === 0 ? 'stayed' : moved(countBy)}`;
}

/** What became of records that a count should lose. */
function removedWords({ kind, countBy }: ObservedChange, recordsBy: number, nouns: CounterNouns): string {
  const removed = nouns.sums ? nouns.record[1] : amount(-recordsBy, ...nouns.record);
  if (kind === 'counted') return recordsBy === -1 || nouns.sums ? '' : `${removed} fewer`;
  if (countBy === 0) return `${removed} removed, and the count stayed`;
  return `${removed} removed, and the count ${countBy < 0 ? 'fell' : 'rose'} by ${count(Math.abs(countBy))}`;
}

function downWords(change: ObservedChange, recordsBy: number, { record }: CounterNouns): string {
  const [, records] = record;
  if (change.countBy >= 0) {
    return change.countBy === 0
      ? `${records} were deleted and the count stayed`
      : `${records} were deleted and the count rose`;
  }
  if (recordsBy < 0) return `both went down; ${records} were deleted and the count was set`;
  if (agrees(change)) return `set down to its ${records}; a repair does that`;
  return 'the count was reset, or set by hand';
}

function agrees({ after }: ObservedChange): boolean {
  return (after.usageCount ?? 0) === after.records;
}
