import { amount } from '../format/plurals.ts';
import { displayText } from '../format/text.ts';
import { outcomeWords, splitLeft } from '../repair/format-repair.ts';
import type { DriftEntry } from '../watch/drift-log.ts';
import { eventsOf } from '../watch/format-drift.ts';
import type { State } from './state/model.ts';

/** What became of the repair that the console was left in the middle of. */
export function exitSummary({ repair }: State): string {
  const { outcome, error, action } = repair ?? {};
  if (!outcome)
    return displayText(error ? `${error.message} ${error.hint}` : 'Its receipt tells what was done.');
  const { notReached } = splitLeft(outcome.left);
  return [
    outcomeWords(outcome),
    ...(notReached === null ? [] : [notReached]),
    `Receipt ${displayText(outcome.receipt)}`,
    ...(action === 'undo' ? [] : [`To take it back: preset-usage undo ${outcome.receiptId}`]),
  ].join('\n');
}

/** How many drift events there were: the log is gone with the console. */
export function lastDrift(total: number, entries: readonly DriftEntry[]): string {
  const presets = new Set(entries.map(({ preset }) => preset.id)).size;
  return `${eventsOf(total)} of ${amount(presets, 'preset')} while the console watched. check tells what is wrong now.`;
}
