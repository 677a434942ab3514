import type { Catalog, CatalogRoutine } from '../catalog.ts';
import { namesCalled, readableLanguages } from './relevant-routines.ts';
import type { Readings, Writing } from './writings.ts';

/** By their names, the functions of which everything that they write is known: `schema.table.column` of each column, as JSON. */
export type KnownFunctions = ReadonlyMap<string, ReadonlySet<string>>;

/**
 * The functions whose bodies, and those that they call, leave nothing open. Of functions with one name all must be known, because a
 * call does not say which is meant.
 */
export function knownFunctions({ catalog, bodies }: Readings, writings: readonly Writing[]): KnownFunctions {
  const unknown = namesNotKnown(catalog);
  const found = new Map<string, Set<string>>();
  for (const { name, isTrigger } of catalog.routines) {
    if (!isTrigger && !unknown.has(name.toLowerCase())) found.set(name, new Set());
  }
  for (const { by, outcome } of writings) {
    if (by.kind !== 'function' || !bodies.has(by.routine.oid)) continue;
    const { name } = by.routine;
    const { problems, dynamic, elsewhere, changes } = outcome;
    if (problems.length + dynamic.length + elsewhere.length > 0) found.delete(name);
    for (const { target, column } of changes)
      found.get(name)?.add(JSON.stringify([target.table.schema, target.table.name, column]));
  }
  return found;
}

/** The names of routines in other languages or with SQL that is not known before it runs, and of what may call them. */
function namesNotKnown({ routines }: Catalog): Set<string> {
  const isOpen = ({ language, source }: CatalogRoutine) =>
    !readableLanguages.has(language) || /\bexecute\b/i.test(source);
  const unknown = new Set(routines.filter(isOpen).map(({ name }) => name.toLowerCase()));
  const calls = routines.map(({ name, source }) => ({
    name: name.toLowerCase(),
    called: namesCalled(source),
  }));
  for (let before = -1; before < unknown.size; ) {
    before = unknown.size;
    for (const { name, called } of calls) if (called.some(each => unknown.has(each))) unknown.add(name);
  }
  return unknown;
}
