import { amount } from '../format/plurals.ts';
import { displayText } from '../format/text.ts';
import { outcomeWords, splitLeft } from '../repair/format-repair.ts';
import type { DriftEntry } from '../watch/drift-log.ts';
import { eventsOf } from '../watch/format-drift.ts';
import type { State } from './state/model.ts';

/** The outcome of a repair that was running when the console was left. */
export function exitSummary({ repair }: State): string {
  const { outcome, error, action, plan } = repair ?? {};
  const named = plan?.inspected.tables.definition;
  if (!outcome)
    return displayText(error ? `${error.message} ${error.hint}` : 'Its receipt shows what was done.');
  const { notReached } = splitLeft(outcome.left, named);
  return [
    outcomeWords(outcome, named),
    ...(notReached === null ? [] : [notReached]),
    `Receipt ${displayText(outcome.receipt)}`,
    ...(action === 'undo' ? [] : [`To undo it: preset-usage undo ${outcome.receiptId}`]),
  ].join('\n');
}

/** How many drift events there were; the log itself is lost when the console ends. */
export function lastDrift(total: number, entries: readonly DriftEntry[]): string {
  const presets = new Set(entries.map(({ preset }) => preset.id)).size;
  return `${eventsOf(total)} of ${amount(presets, 'preset')} while the console watched. Run check to see what is wrong now.`;
}
