import { type ChangeVerdict, observe, observeCount, rulesOf, verdictOf } from '../../counter/count-change.ts';
import type { Counter } from '../../counter/counter.ts';
import type { InspectedDatabase } from '../../counter/inspect-database.ts';
import { countsAreCheap } from '../../counter/reading/counters.ts';
import type { State } from '../state/model.ts';
import { selectedRow } from '../state/selectors.ts';
import type { Seen, Watching, WatchingLimit } from './watching-model.ts';

const mostChanges = 100;

/** True while the console waits for a real use, and ticks should come faster. */
export function isWatching({ watching }: State): boolean {
  return watching !== null && watching.until === null;
}

/** Starts or stops watching the open preset. What was seen stays until the next start. */
export function toggleWatching(state: State): State {
  const { watching } = state;
  if (watching && isWatching(state)) return { ...state, watching: stopped(watching, state.freshAt) };
  const row = selectedRow(state);
  if (!row) return state;
  // No base yet: the row may be as old as the last audit, and a use since then must not look like the awaited one.
  const fresh = { id: row.id, since: null, until: null, base: null, blind: null, changes: [] };
  return { ...state, scroll: 0, watching: fresh };
}

/** What a tick adds; the same object if it adds nothing, so that nothing is redrawn. */
export function watchTick(
  watching: Watching | null,
  tick: { inspected: InspectedDatabase; asked: readonly string[]; counters: readonly Counter[]; at: number },
): Watching | null {
  if (!watching || watching.until !== null) return watching;
  const { inspected, asked, counters, at } = tick;
  const found = counters.find(({ id }) => id === watching.id);
  if (!found) return asked.includes(watching.id) ? stopped(watching, at) : watching;
  const blind = limitOf(inspected, found);
  // A record that this role may not see must not look like a use without a record.
  const now = blind === null ? found : { ...found, records: null };
  const { base } = watching;
  if (!base) return { ...watching, since: at, base: now, blind };
  if (blind === watching.blind && equal(base, now)) return watching;
  const { definition, presets } = inspected.tables;
  const rules = { ...(definition && rulesOf(definition)), lastUsedKept: presets.lastUsed !== null };
  const change = observe(base, now, rules) ?? observeCount(base, now, rules);
  const changes = change ? keepWorst([...watching.changes, { at, change }], mostChanges) : watching.changes;
  return { ...watching, base: now, blind, changes };
}

const weight: Record<ChangeVerdict, number> = { right: 0, unknown: 1, warning: 2, error: 3 };

/**
 * At most `most` of `changes` (oldest first), in order. The newest always stays. Of the others, correct ones are dropped
 * first and errors last, older before newer.
 */
export function keepWorst(changes: readonly Seen[], most: number): readonly Seen[] {
  if (changes.length <= most) return changes;
  const harmlessFirst = changes
    .slice(0, -1)
    .sort((a, b) => weight[verdictOf(a.change)] - weight[verdictOf(b.change)]);
  const dropped = new Set(harmlessFirst.slice(0, changes.length - Math.max(1, most)));
  return changes.filter(seen => !dropped.has(seen));
}

function stopped(watching: Watching, at: number | null): Watching | null {
  return watching.since === null ? null : { ...watching, until: at ?? watching.since };
}

function limitOf({ tables }: InspectedDatabase, counter: Counter): WatchingLimit | null {
  if (tables.hiddenBy.length > 0) return 'hidden';
  if (counter.records !== null) return null;
  return countsAreCheap(tables) ? 'slow' : 'no-index';
}

function equal(a: Counter, b: Counter): boolean {
  return (
    Object.is(a.usageCount, b.usageCount) &&
    a.exact === b.exact &&
    a.records === b.records &&
    a.exactRecords === b.exactRecords &&
    a.exactDrift === b.exactDrift &&
    a.lastUsedAt === b.lastUsedAt
  );
}
