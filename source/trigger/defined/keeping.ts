import type { CounterDefinition } from '../../counter/definition/definition.ts';
import type { CatalogTable } from '../../counters/catalog.ts';
import type { Effect, Refusal } from '../../counters/effect/effect.ts';
import type { Writing } from '../../counters/find/writings.ts';

/** What one trigger, or one function, does to a counter for one event. */
export interface Keeping {
  by: Writing['by'];
  effects: readonly Effect[];
  refusals: readonly Refusal[];
  /** It sets every count to 0, as after TRUNCATE. */
  empties: boolean;
}

/** What was read of the bodies that write a counter. */
export interface Keepers {
  /** What is done for the records of the definition. */
  own: readonly Keeping[];
  /** What adds records that the definition does not count, or finds rows otherwise, each with why, in words. */
  otherwise: readonly { by: Writing['by']; why: string }[];
}

/** The bodies that write the count of a definition, from all that were read. */
export function keepersOf(definition: CounterDefinition, writings: readonly Writing[]): Keepers {
  const home = definition.via ?? definition.row;
  const isCount = (each: { table: CatalogTable; column: string }) =>
    isTable(each.table, home) && each.column === definition.row.count;
  const own: Keeping[] = [];
  const otherwise: { by: Writing['by']; why: string }[] = [];
  for (const { by, effects, refusals, outcome } of writings) {
    const written = effects.filter(isCount);
    const fitting: Effect[] = [];
    for (const effect of written) {
      const why = whyOther(effect, definition);
      if (why === null) fitting.push(effect);
      else otherwise.push({ by, why });
    }
    const refused = refusals.filter(isCount);
    const empties = outcome.changes.some(
      ({ target, column, value, conditions }) =>
        isCount({ table: target.table, column }) &&
        value.kind === 'value' &&
        Number(value.value) === 0 &&
        value.value !== null &&
        conditions.length === 0,
    );
    if (fitting.length > 0 || refused.length > 0 || empties) {
      own.push({ by, effects: fitting, refusals: refused, empties });
    }
  }
  return { own, otherwise };
}

function isTable({ schema, name }: CatalogTable, wanted: { schema: string; table: string }): boolean {
  return schema === wanted.schema && name === wanted.table;
}

/** Why an effect is not that of the definition's records; null if it is. */
function whyOther(effect: Effect, { row, via, record }: CounterDefinition): string | null {
  if (!isTable(effect.record, record)) return `counts rows of ${effect.record.name}, not of ${record.table}`;
  const pairs = (keys: readonly string[], references: readonly string[]) =>
    keys
      .map((key, place) => `${references[place]} = ${key}`)
      .toSorted()
      .join(', ');
  const wanted = record.through
    ? `${pairs(record.through.key, record.reference)}; ${pairs(via?.row ?? row.key, record.through.reference)}`
    : pairs(via?.row ?? row.key, record.reference);
  const { link } = effect;
  const found = link?.through
    ? `${pairs(link.through.key, link.reference)}; ${pairs(link.key, link.through.reference)}`
    : pairs(link?.key ?? [], link?.reference ?? []);
  if (found !== wanted)
    return found === '' ? 'writes every row' : `finds the row by ${found}, not by ${wanted || 'no column'}`;
  if (effect.amount !== record.amount) {
    return `adds ${effect.amount ?? 'one for each record'}, not ${record.amount ?? 'one for each record'}`;
  }
  return null;
}
