import { placeText } from '../body/change.ts';
import { within } from '../body/expression.ts';
import type { Catalog, CatalogTable } from '../catalog.ts';
import { countedWords, pluralWords } from './count-name.ts';
import type { Readings, Writing } from './writings.ts';
import type { UncheckableColumn } from './written-counters.ts';

/** `total = total + 1` in a text. */
const adding = /([\p{L}_][\p{L}\p{N}_$]*)\s*=\s*(?:coalesce\s*\(\s*)?\1\b/giu;

/** The counts that triggers write by SQL that is not known before it runs, as far as constants name them. */
export function dynamicCounts(
  writings: readonly Writing[],
  { catalog, details }: Readings,
): UncheckableColumn[] {
  return writings.flatMap(({ by, outcome }) => {
    if (by.kind !== 'trigger') return [];
    const given = details.get(by.trigger)?.arguments ?? [];
    return outcome.dynamic.flatMap(({ text, place }) => {
      const constants = [...within(text)].flatMap(each =>
        each.kind === 'value' && typeof each.value === 'string' ? [each.value] : [],
      );
      const words = new Set(
        [...given, ...constants].flatMap(each => each.match(/[\p{L}_][\p{L}\p{N}_$]*/gu) ?? []),
      );
      const added = new Set(
        constants.flatMap(each => [...each.matchAll(adding)].map(([, name = '']) => name)),
      );
      return mentioned(words, catalog, added).map(found => ({
        ...found,
        reason: `${placeText(place)} runs SQL that is not known before it runs.`,
        unlogged: false,
      }));
    });
  });
}

/** The counts that triggers in a language that is not read name. */
export function countsInOtherLanguages(catalog: Catalog): UncheckableColumn[] {
  const fired = new Set(catalog.triggers.map(each => each.function));
  return catalog.routines
    .filter(({ oid, language }) => fired.has(oid) && language !== 'plpgsql' && language !== 'sql')
    .flatMap(({ source, language, identity }) =>
      mentioned(new Set(source.match(/[\p{L}_][\p{L}\p{N}_$]*/gu) ?? []), catalog).map(found => ({
        ...found,
        reason: `${identity} is written in ${language}, which is not read.`,
        unlogged: false,
      })),
    );
}

/** The numbers that look like counts, or that are `added` to, of tables that are named with them. */
function mentioned(
  words: ReadonlySet<string>,
  { tables }: Catalog,
  added: ReadonlySet<string> = new Set(),
): { table: CatalogTable; column: string }[] {
  return tables
    .filter(table => !table.foreign && words.has(table.name))
    .flatMap(table =>
      table.columns
        .filter(
          ({ name, category }) =>
            category === 'N' &&
            words.has(name) &&
            ((countedWords(name) ?? pluralWords(name)) !== null || added.has(name)),
        )
        .map(({ name }) => ({ table, column: name })),
    );
}
