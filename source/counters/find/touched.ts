import type { Change, Outcome } from '../body/change.ts';
import { type Expression, keyOf, type Source, sourceKey } from '../body/expression.ts';
import { doubtResetBy } from '../body/stored-otherwise.ts';
import type { CatalogTable, CatalogTrigger } from '../catalog.ts';
import { withSources } from '../effect/one-row.ts';

/** What a trigger that was read does for one event. */
export interface Fired {
  trigger: CatalogTrigger;
  record: CatalogTable;
  event: string;
  outcome: Outcome;
}

// FOR EACH ROW, BEFORE: see pg_trigger.tgtype.
const beforeRow = 1 | 2;

/** Doubts what BEFORE triggers change by what others, which fire after them, store in the record. */
export function doubtResets(all: readonly Fired[]): void {
  const before = all.filter(({ trigger }) => trigger.enabled && (trigger.type & beforeRow) === beforeRow);
  for (const one of before) {
    for (const later of before) {
      const isSame = later.record === one.record && later.event === one.event;
      // They fire in the order of their names.
      if (isSame && later.trigger.name > one.trigger.name)
        doubtResetBy(one.outcome, later.trigger.name, later.outcome);
    }
  }
}

/**
 * What a body changes by updating any column of a row, because triggers set others before that: such as a count, to a number of records.
 * Those have the row locked by then.
 */
export function touchedBy({ changes }: Outcome, all: readonly Fired[]): Change[] {
  const statements = Map.groupBy(
    changes.filter(({ verb }) => verb === 'update'),
    ({ target }) => sourceKey(target),
  );
  return [...statements.values()].flatMap(statement => {
    const [first] = statement;
    if (!first) return [];
    const columns = new Set(statement.map(({ column }) => column));
    return all
      .filter(
        ({ trigger, record, event }) =>
          record === first.target.table &&
          event === 'update' &&
          trigger.enabled &&
          (trigger.type & beforeRow) === beforeRow &&
          (trigger.updateOf.length === 0 || trigger.updateOf.some(name => columns.has(name))),
      )
      .flatMap(({ outcome }, place) =>
        outcome.changes
          .filter(({ verb, column }) => verb === 'assign' && !columns.has(column))
          .map(set => asTouched(set, first, place)),
      );
  });
}

/** What a trigger sets in the row that a statement updates: its names for that row, of both states, are those of the statement. */
function asTouched(set: Change, touching: Change, place: number): Change {
  const own = sourceKey(set.target);
  const moved = (source: Source): Source => {
    if (sourceKey(source) === own || source.kind === 'new' || source.kind === 'old') return touching.target;
    // Sources are numbered in each body by itself.
    return { ...source, id: -1 - source.id - 1000 * place };
  };
  const conditions = (withSources(set.conditions, moved) as Expression[]).filter(
    each =>
      each.kind !== 'operator' ||
      each.name !== '=' ||
      new Set(each.args.map(keyOf)).size === each.args.length,
  );
  return {
    ...touching,
    column: set.column,
    value: withSources(set.value, moved) as Expression,
    conditions: [...touching.conditions, ...conditions],
    place: set.place,
    locked: true,
  };
}
