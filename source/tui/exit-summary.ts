import {
  type CounterNouns,
  isOfPresets,
  nounsOf,
  nounsOfPresets,
} from '../counter/definition/counter-nouns.ts';
import { rowsOf } from '../counter/definition/nouns.ts';
import { displayText } from '../format/text.ts';
import { outcomeWords, splitLeft } from '../repair/format-repair.ts';
import type { DriftEntry } from '../watch/drift-log.ts';
import { eventsOf } from '../watch/format-drift.ts';
import { newEntries } from './drift/state.ts';
import type { State } from './state/model.ts';
import { logsOf } from './state/watch-counter.ts';

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

/** How many drift events there were; without a file to keep it in, the log itself is lost when the console ends. */
export function lastDrift(
  total: number,
  entries: readonly DriftEntry[],
  nouns: CounterNouns = nounsOfPresets,
): string {
  const presets = new Set(entries.map(({ preset }) => preset.id)).size;
  return `${eventsOf(total)} of ${displayText(rowsOf({ nouns }, presets))} while the console watched. Run check to see what is wrong now.`;
}

/** The same for every counter that was watched, a line each, and where they are kept; `lost` says what is not in that file. */
export function driftSummary(state: State, lost: string | null = null): string {
  const listed = state.counters?.listed ?? [];
  const known = [state.inspected?.tables.definition, state.counter, ...listed.map(each => each.definition)];
  const lines = [...logsOf(state)]
    .filter(([, { total }]) => total > 0)
    .map(([id, drift]) => {
      const definition = known.find(each => each?.id === id) ?? undefined;
      const line = lastDrift(drift.total, newEntries(drift), nounsOf(definition));
      return definition && !isOfPresets(definition) ? displayText(`${id}: ${line}`) : line;
    });
  const where = lost ?? (state.driftLog === null ? null : `The drift log is in ${state.driftLog}.`);
  return [...lines, ...(where === null ? [] : [displayText(where)])].join('\n');
}
