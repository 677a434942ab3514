import type { Catalog, CatalogRoutine } from '../catalog.ts';

const writes = /\bupdate\b|\bon\s+conflict\b|\bmerge\b/i;
const assigns = /:=|=/;
const readableLanguages: ReadonlySet<string> = new Set(['plpgsql', 'sql']);
const set = /("(?:[^"]|"")+"|[\p{L}_][\p{L}\p{N}_$]*)\s*(?::=|=)/gu;
const several = /\(([^()]+)\)\s*=/g;
const word = /[\p{L}_][\p{L}\p{N}_$]*/gu;

/**
 * The routines whose bodies can matter: those that set a column of the name of a number, those of triggers that do so by SQL that is
 * not known before it runs, and those that call one another on the way. Most bodies are ruled out by their words alone.
 */
export function relevantRoutines({ tables, triggers, routines }: Catalog): CatalogRoutine[] {
  const numbers = new Set<string>();
  for (const { columns, unique, references, foreign } of tables) {
    if (foreign) continue;
    const keys = new Set([...(unique[0] ?? []), ...references.flatMap(each => each.columns)]);
    for (const { name, category } of columns)
      if (category === 'N' && !keys.has(name)) numbers.add(name.toLowerCase());
  }
  const fired = new Set(triggers.map(each => each.function));
  const readable = routines.filter(({ language }) => readableLanguages.has(language));
  const chosen = new Set(
    readable.filter(routine => {
      if (routine.isTrigger && !fired.has(routine.oid)) return false;
      const { source } = routine;
      if (routine.isTrigger && /\bexecute\b/i.test(source)) return true;
      if (!writes.test(source) && !(routine.isTrigger && assigns.test(source) && /\bnew\b/i.test(source)))
        return false;
      return setsOne(source, numbers);
    }),
  );
  return [...withCalled(chosen, readable, fired)];
}

function setsOne(source: string, numbers: ReadonlySet<string>): boolean {
  for (const [, name = ''] of source.matchAll(set)) {
    if (numbers.has(name.replace(/^"|"$/g, '').toLowerCase())) return true;
  }
  for (const [, names = ''] of source.matchAll(several)) {
    for (const [name] of names.matchAll(word)) if (numbers.has(name.toLowerCase())) return true;
  }
  return false;
}

/** Adds the triggers that call one of them, and what they call themselves. */
function withCalled(
  chosen: Set<CatalogRoutine>,
  readable: readonly CatalogRoutine[],
  fired: ReadonlySet<number>,
): Set<CatalogRoutine> {
  const byName = Map.groupBy(readable, ({ name }) => name.toLowerCase());
  const calls = new Map<CatalogRoutine, CatalogRoutine[]>();
  const callsOf = (routine: CatalogRoutine) => {
    const known = calls.get(routine) ?? [
      ...new Set(
        [...routine.source.matchAll(/([\p{L}_][\p{L}\p{N}_$]*)\s*"?\s*\(/gu)].flatMap(
          ([, name = '']) => byName.get(name.toLowerCase()) ?? [],
        ),
      ),
    ];
    calls.set(routine, known);
    return known;
  };
  const all = new Set(chosen);
  for (const routine of readable) {
    if (!routine.isTrigger || !fired.has(routine.oid) || all.has(routine)) continue;
    if (callsOf(routine).some(called => chosen.has(called))) all.add(routine);
  }
  // What they call may count for them, and give the result.
  for (const routine of all) for (const called of callsOf(routine)) all.add(called);
  return all;
}
