import { count } from '../format/numbers.ts';
import { amount, secondsOf } from '../format/plurals.ts';
import { presetName } from '../format/preset-name.ts';
import type { Change, FiringTrigger, LeftAlone, RepairOptions, RepairOutcome } from './repair.ts';

interface Planned {
  action: 'sync' | 'reset' | 'undo';
  changes: readonly Change[];
  recordsToDelete: number;
  recordsToRestore: number;
  estimate: { seconds: number };
  firesTriggers: readonly FiringTrigger[];
  options: RepairOptions;
  whyNotSuppress: string | null;
}

/** What a plan does, in one sentence: presets, counts and times (if they differ), records, and about how long. */
export function planWords(plan: Planned): string {
  const { action, changes, recordsToDelete, recordsToRestore, estimate } = plan;
  if (changes.length === 0 && recordsToDelete === 0 && recordsToRestore === 0) {
    return 'There is nothing to change.';
  }
  const counts = changes.filter(({ before, after }) => before !== after).length;
  const times = changes.filter(({ lastUsedAfter }) => lastUsedAfter !== undefined).length;
  const becomes = action === 'reset' ? ' to NULL' : '';
  const parts = times === 0 ? '' : ` (${countsOf(counts)}, ${count(times)} last_used_at${becomes})`;
  const records =
    recordsToDelete > 0
      ? `, ${amount(recordsToDelete, 'record')} deleted`
      : recordsToRestore > 0
        ? `, ${amount(recordsToRestore, 'record')} put back`
        : '';
  const long = estimate.seconds < 1 ? 'less than a second' : `about ${secondsOf(estimate.seconds)} or longer`;
  return `${amount(changes.length, 'preset')} ${changes.length === 1 ? 'changes' : 'change'}${parts}${records}, in ${long}.`;
}

function countsOf(number: number): string {
  return `${amount(number, 'count')}`;
}

/** How a preset's `last_used_at` changes, as the server writes times; null if it stays, or if a reset clears them all. */
export function lastUsedWords({ lastUsedBefore, lastUsedAfter }: Change, action: string): string | null {
  if (lastUsedAfter === undefined || action === 'reset') return null;
  return `last_used_at ${lastUsedBefore ?? 'NULL'} -> ${lastUsedAfter ?? 'NULL'}`;
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
export function outcomeWords({ ended, changed, deleted, restored, durationMs, left }: RepairOutcome): string {
  const took = secondsOf(durationMs / 1000);
  if (ended === 'finished' && changed + deleted + restored === 0 && left.length > 0) {
    return `No preset could be changed, in ${took}.`;
  }
  const did = [
    `${amount(changed, 'preset')} changed`,
    ...(deleted > 0 ? [`${amount(deleted, 'record')} deleted`] : []),
    ...(restored > 0 ? [`${amount(restored, 'record')} put back`] : []),
  ].join(', ');
  return `${heads[ended]}: ${did} in ${took}, audited afterwards.`;
}

/** What was not done as planned: presets never reached in one sentence, the others one by one. */
export function splitLeft(left: readonly LeftAlone[]): { others: LeftAlone[]; notReached: string | null } {
  const others = left.filter(({ reason }) => reason !== 'stopped');
  const rest = left.length - others.length;
  return {
    others,
    notReached:
      rest > 0 ? `${amount(rest, 'preset')} ${rest === 1 ? 'was' : 'were'} not reached: run it again.` : null,
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

/** The name shown for a preset that was left alone. */
export function leftName({ id, name }: Pick<LeftAlone, 'id' | 'name'>): string {
  return id === null ? 'Records of no preset' : presetName({ id, name });
}
