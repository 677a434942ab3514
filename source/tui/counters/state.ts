import type { NotCheckable } from '../../counter/definition/definition.ts';
import type { State } from '../state/model.ts';
import { type Move, moved } from '../state/move.ts';
import { titledRows } from '../state/selectors.ts';
import { watchCounter, watchedId } from '../state/watch-counter.ts';
import { type Counters, type CountersStep, type ListedCounter, noCounters } from './model.ts';

/** What each answer and key does to the list of counters. */
export function reduceCounters(state: State, step: CountersStep): State {
  const counters = state.counters ?? noCounters;
  const changed = (change: Partial<Counters>): State => ({ ...state, counters: { ...counters, ...change } });
  switch (step.kind) {
    case 'search':
      return changed({ phase: 'searching', error: null, auditing: null });
    case 'found':
      return place(
        changed({
          phase: 'found',
          error: null,
          auditing: null,
          listed: step.counters.map(definition => ({ definition, audited: null })),
          notCheckable: step.notCheckable,
          server: step.server,
          schema: step.schema,
        }),
        chosenId(counters) ?? watchedId(state),
      );
    case 'auditing':
      return changed({ auditing: step.id });
    case 'audited':
      return changed({
        auditing: null,
        error: null,
        listed: counters.listed.map(each =>
          each.definition.id === step.id ? { ...each, audited: { ...step.found, at: step.at } } : each,
        ),
      });
    case 'failed':
      return changed({
        phase: counters.phase === 'searching' ? 'failed' : counters.phase,
        error: step.error,
        auditing: null,
      });
    case 'choose':
      return choose(state);
  }
}

function choose(state: State): State {
  const entry = entryAtCursor(state);
  if (!entry || !('definition' in entry)) return state;
  if (entry.definition.id !== watchedId(state)) return watchCounter(state, entry.definition);
  return { ...state, screen: 'list', scroll: 0, watching: null, repair: null };
}

/** The counter under the cursor, or what cannot be checked; undefined if there is nothing. */
export function entryAtCursor({ counters }: State): ListedCounter | NotCheckable | undefined {
  if (!counters) return undefined;
  const { listed, notCheckable, cursor } = counters;
  return listed[cursor] ?? notCheckable[cursor - listed.length];
}

function chosenId({ listed, notCheckable, cursor }: Counters): string | null {
  return (listed[cursor]?.definition ?? notCheckable[cursor - listed.length])?.id ?? null;
}

function place(state: State, id: string | null): State {
  const { counters } = state;
  if (!counters) return state;
  const ids = [
    ...counters.listed.map(({ definition }) => definition.id),
    ...counters.notCheckable.map(each => each.id),
  ];
  return { ...state, counters: { ...counters, cursor: Math.max(0, id === null ? 0 : ids.indexOf(id)) } };
}

/** Moves the cursor among the entries. */
export function moveInCounters(state: State, move: Move): State {
  const { counters } = state;
  if (!counters) return state;
  const last = Math.max(0, counters.listed.length + counters.notCheckable.length - 1);
  const cursor = moved(counters.cursor, move, { page: countersRows(state.size), last });
  return cursor === counters.cursor ? state : { ...state, counters: { ...counters, cursor } };
}

// The title, the position, and what is known of the entry under the cursor.
const otherRows = 7;

/** How many entries fit on the screen. */
export function countersRows(size: State['size']): number {
  return Math.max(1, titledRows(size) - otherRows);
}

/** Why the entry under the cursor cannot be opened; null if it can. */
export function whyNotChoose(state: State): string | null {
  const entry = entryAtCursor(state);
  if (!entry) return 'There is no counter here.';
  return 'definition' in entry ? null : `${entry.id} cannot be checked. ${entry.reason}`;
}

/** The first counter that was not audited yet. */
export function nextToAudit({ counters }: State): ListedCounter | undefined {
  return counters?.listed.find(({ audited }) => audited === null);
}
