import type { CounterDefinition } from '../counter/definition/definition.ts';
import { type Nouns, presetNouns, recordsOf, rowsOf } from '../counter/definition/nouns.ts';
import { count } from '../format/numbers.ts';
import { amount, secondsOf } from '../format/plurals.ts';
import { presetName } from '../format/preset-name.ts';
import { inMegabytes } from './batch-limits.ts';
import type { Change, FiringTrigger, LeftAlone, RepairCost, RepairOptions, RepairOutcome } from './repair.ts';

interface Planned {
  action: 'sync' | 'reset' | 'undo';
  changes: readonly Change[];
  recordsToDelete: number;
  recordsToRestore: number;
  estimate: { seconds: number; others: boolean };
  firesTriggers: readonly FiringTrigger[];
  options: RepairOptions;
  whyNotSuppress: string | null;
  inspected: { tables: { definition: Pick<CounterDefinition, 'nouns' | 'row'> } };
}

/** What a plan does, in one sentence: rows, counts and times (if they differ), records, and about how long. */
export function planWords(plan: Planned): string {
  const { action, changes, recordsToDelete, recordsToRestore, estimate } = plan;
  const { definition } = plan.inspected.tables;
  if (changes.length === 0 && recordsToDelete === 0 && recordsToRestore === 0) {
    return 'There is nothing to change.';
  }
  const counts = changes.filter(({ before, after }) => before !== after).length;
  const times = changes.filter(({ lastUsedAfter }) => lastUsedAfter !== undefined).length;
  const becomes = action === 'reset' ? ' to NULL' : '';
  const parts =
    times === 0 ? '' : ` (${countsOf(counts)}, ${count(times)} ${definition.row.touched}${becomes})`;
  const records =
    recordsToDelete > 0
      ? `, ${recordsOf(definition, recordsToDelete)} deleted`
      : recordsToRestore > 0
        ? `, ${recordsOf(definition, recordsToRestore)} put back`
        : '';
  const long = estimate.others
    ? 'which takes longer while others write'
    : `in ${estimate.seconds < 1 ? 'less than a second' : `about ${secondsOf(estimate.seconds)} or longer`}`;
  return `${rowsOf(definition, changes.length)} ${changes.length === 1 ? 'changes' : 'change'}${parts}${records}, ${long}.`;
}

function countsOf(number: number): string {
  return `${amount(number, 'count')}`;
}

/** How the time of a row's last use, in the column `touched`, changes, as the server writes times; null if it stays, or if a reset clears them all. */
export function lastUsedWords(
  { lastUsedBefore, lastUsedAfter }: Change,
  action: string,
  touched: string | null,
): string | null {
  if (lastUsedAfter === undefined || action === 'reset') return null;
  return `${touched} ${lastUsedBefore ?? 'NULL'} -> ${lastUsedAfter ?? 'NULL'}`;
}

/** How many triggers fire because of a plan and what they seem to do, in one sentence; null if none does. */
export function firesWords({ firesTriggers, options }: Planned): string | null {
  const firing = firesTriggers.filter(({ always }) => always || !options.suppressTriggers);
  if (firing.length === 0) return null;
  const effects = [...new Set(firing.flatMap(trigger => trigger.effects))];
  const what =
    effects.length > 0 ? ` (${effects.slice(0, 3).join('; ')}${effects.length > 3 ? '; more' : ''})` : '';
  return firing.length === 1
    ? `1 trigger fires because of this${what}.`
    : `${firing.length} triggers fire because of this${what}.`;
}

const heads = {
  finished: 'Done',
  interrupted: 'Stopped between two batches',
  failed: 'Stopped by an error',
};

/** What a repair did, in one sentence. */
export function outcomeWords(
  { ended, changed, deleted, restored, durationMs, left }: RepairOutcome,
  named: Nouns = { nouns: presetNouns },
): string {
  const took = secondsOf(durationMs / 1000);
  if (ended === 'finished' && changed + deleted + restored === 0 && left.length > 0) {
    return `No ${named.nouns.row[0]} could be changed, in ${took}.`;
  }
  const did = [
    `${rowsOf(named, changed)} changed`,
    ...(deleted > 0 ? [`${recordsOf(named, deleted)} deleted`] : []),
    ...(restored > 0 ? [`${recordsOf(named, restored)} put back`] : []),
  ].join(', ');
  return `${heads[ended]}: ${did} in ${took}, audited afterwards.`;
}

/** How long a repair waited for standbys; null if it did not. */
export function standbyWords({
  standbyWait,
  standbysLeft,
}: Pick<RepairCost, 'standbyWait' | 'standbysLeft'>): string | null {
  if (standbyWait === 0) return null;
  const left = standbysLeft === 0 ? '' : `; ${standbysLeft} of them came no closer, so it went on`;
  return `waited ${secondsOf(standbyWait / 1000)} for standbys${left}`;
}

/** That a repair waits for a standby, which is so many bytes behind. */
export function standbyWaitWords(bytes: number): string {
  return `It waits for a standby, which is ${inMegabytes(bytes)} behind`;
}

/** What was not done as planned: presets never reached in one sentence, the others one by one. */
export function splitLeft(
  left: readonly LeftAlone[],
  named: Nouns = { nouns: presetNouns },
): { others: LeftAlone[]; notReached: string | null } {
  const others = left.filter(({ reason }) => reason !== 'stopped');
  const rest = left.length - others.length;
  return {
    others,
    notReached:
      rest > 0 ? `${rowsOf(named, rest)} ${rest === 1 ? 'was' : 'were'} not reached: run it again.` : null,
  };
}

/** What to do if the server refused presets and triggers fired; null if that gives no advice. */
export function refusalHint(left: readonly LeftAlone[], plan: Planned | null): string | null {
  if (!plan || !left.some(({ reason }) => reason === 'refused')) return null;
  if (plan.firesTriggers.length === 0 || plan.options.suppressTriggers || plan.whyNotSuppress !== null)
    return null;
  return 'If a trigger is the reason, plan it again with --suppress-triggers, which keeps triggers from firing.';
}

/** The title of the presets that a plan does not change, or not entirely. */
export function leftTitle(action: string): string {
  // An undo may put records back and leave the rest.
  return action === 'undo' ? 'Not as before' : 'Left alone';
}

/** A line about rows that were left alone, and of how many rows it speaks. */
export interface LeftLine {
  /** Differs between the lines. */
  key: string;
  text: string;
  rows: number;
}

// So many rows still have a line each, and so many others are named where more rows share one.
const mostAlike = 3;

/** Each row that was left alone, with the reason. What holds for many rows is said once; only its numbers may differ. */
export function leftLines(left: readonly LeftAlone[], { nouns }: Nouns = { nouns: presetNouns }): LeftLine[] {
  const groups = Map.groupBy(left, ({ message }) => message.replaceAll(/-?\d+(?:\.\d+)?/g, '0'));
  return [...groups.values()].flatMap((alike): LeftLine[] => {
    const [first, ...others] = alike;
    if (!first || alike.length <= mostAlike)
      return alike.map(one => ({ key: keyOf(one), text: leftWords(one), rows: 1 }));
    const numbers = others.every(({ message }) => message === first.message) ? '' : ', with other numbers';
    const more = others.length - mostAlike;
    const names = `${others.slice(0, mostAlike).map(leftName).join(', ')}${more > 0 ? ` and ${count(more)} more` : ''}`;
    const text = `${leftWords(first)} The same is true of ${count(others.length)} other ${nouns.row[1]}${numbers}: ${names}.`;
    return [{ key: keyOf(first), text, rows: alike.length }];
  });
}

function keyOf({ id, message }: LeftAlone): string {
  return `${id} ${message}`;
}

function leftWords(one: LeftAlone): string {
  return `${leftName(one)}: ${one.message}`;
}

function leftName({ id, name }: Pick<LeftAlone, 'id' | 'name'>): string {
  return id === null ? 'Records of no preset' : presetName({ id, name });
}
