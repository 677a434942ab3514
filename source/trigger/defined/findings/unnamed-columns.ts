import type { CounterDefinition } from '../../../counter/definition/definition.ts';
import { columnsOf } from '../../../counter/definition/predicate.ts';
import type { Finding } from '../../../counter/finding.ts';
import type { Catalog, CatalogTable, CatalogTrigger } from '../../../counters/catalog.ts';
import { listed } from '../../../format/plurals.ts';
import { type Keeping, nameOf } from '../keeping.ts';
import { one } from '../words.ts';

// Bits of a trigger's type: see pg_trigger.tgtype.
const bits = { row: 1, before: 2, update: 16 };

/**
 * Columns that decide what counts, and that a trigger sets before an update is stored: UPDATE OF asks what the statement names, not
 * what changes, so a trigger with it does not fire then.
 */
export function unnamedColumnFindings(
  playing: readonly Keeping[],
  table: CatalogTable,
  { record, nouns }: CounterDefinition,
  { triggers, routines }: Pick<Catalog, 'triggers' | 'routines'>,
): Finding[] {
  const { reference, where, amount } = record;
  const deciding = [...reference, ...(where ? columnsOf(where) : []), ...(amount === null ? [] : [amount])];
  const counting = playing.flatMap(({ by, event, effects }) =>
    by.kind === 'trigger' && by.table === table && event === 'update' && effects.length > 0
      ? [by.trigger]
      : [],
  );
  return triggers
    .filter(each => each.table === table.oid && firesBeforeUpdate(each))
    .flatMap(before => {
      const source = routines.find(({ oid }) => oid === before.function)?.source ?? '';
      return [...new Set(deciding)].flatMap((name): Finding[] => {
        const missing = counting.filter(
          ({ updateOf }) => updateOf.includes(name) && !isNamed(before, updateOf),
        );
        if (missing.length === 0 || !assigns(source, name)) return [];
        const names = [...new Set(missing.map(trigger => nameOf({ kind: 'trigger', trigger, table })))];
        return [
          {
            code: 'column-set-unnamed',
            severity: 'warning',
            message: `The trigger ${before.name} sets ${name} before ${one(nouns.record)} is updated, also where the statement does not name ${name}: ${listed(names)} (UPDATE OF) ${names.length === 1 ? 'does' : 'do'} not fire then, and the change is not counted.`,
            hint: `Let ${listed(names)} fire on every UPDATE, without OF.`,
            triggers: names,
          },
        ];
      });
    });
}

function firesBeforeUpdate({ type, enabled }: CatalogTrigger): boolean {
  const wanted = bits.row | bits.before | bits.update;
  return enabled && (type & wanted) === wanted;
}

/** Whether the first trigger fires only for statements that make the other fire too. */
function isNamed({ updateOf }: CatalogTrigger, others: readonly string[]): boolean {
  return updateOf.length > 0 && updateOf.every(name => others.includes(name));
}

/** Whether a body assigns to a column of NEW, by its words: it is not among those that are read as they may count. */
function assigns(source: string, name: string): boolean {
  const text = source.replace(/--[^\n]*|\/\*[\s\S]*?\*\//g, ' ');
  const escaped = name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  const field = `new\\s*\\.\\s*(?:"${escaped}"|${escaped}\\b)`;
  return new RegExp(
    `${field}\\s*:=|(?:;|\\b(?:begin|then|else|loop))\\s*${field}\\s*=|\\binto\\s+(?:strict\\s+)?${field}`,
    'iu',
  ).test(text);
}
