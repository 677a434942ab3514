import type { Catalog, CatalogRoutine } from '../catalog.ts';
import { countedWords } from './count-name.ts';

const writes = /\bupdate\b|\bon\s+conflict\b|\bmerge\b/i;
const counts = /\b(?:count|sum|cardinality|array_length|jsonb?_array_length)\s*\(/i;
const cancels = /\breturn\s+(?:null|old)\b|\bnew\s*:?=\s*old\b/i;
// FOR EACH ROW, BEFORE, UPDATE: see pg_trigger.tgtype.
const beforeUpdate = 1 | 2 | 16;
const beforeRow = 1 | 2;
const assigns = /\bnew\s*\.\s*[^\s:=]+\s*:?=|\binto\s+new\b/i;
// In characters: the value that a column is set to stands this near.
const nearby = 200;
// Calls between a trigger and what counts for it.
const furthest = 4;
/** The languages of bodies that are read. */
export const readableLanguages: ReadonlySet<string> = new Set(['plpgsql', 'sql']);
const set = /("[^"]*(?:""[^"]*)*"|[\p{L}_][\p{L}\p{N}_$]*)\s*(?::=|=)/gu;
const stores = /\binsert\s+into\s+(?:[\p{L}\p{N}_$"]+\s*\.\s*)?([\p{L}\p{N}_$"]+)/giu;
const updates = /\bupdate\s+(?:only\s+)?(?:[\p{L}\p{N}_$"]+\s*\.\s*)?([\p{L}\p{N}_$"]+)/giu;
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
  const counting = new Set(
    readable.filter(({ source }) => counts.test(source)).map(({ name }) => name.toLowerCase()),
  );
  const writing = readable.filter(({ isTrigger, oid, source }) =>
    isTrigger
      ? fired.has(oid) && (writes.test(source) || /\bnew\s*\.|\bexecute\b/i.test(source))
      : writes.test(source),
  );
  const counted = new Set([...numbers].filter(name => countedWords(name) !== null));
  const chosen = new Set<CatalogRoutine>();
  for (const routine of writing) {
    const { source, isTrigger } = routine;
    const names = namesSet(source, numbers, mayCount(source, counting));
    for (const name of names) counted.add(name);
    if (names.length > 0 || (isTrigger && /\bexecute\b/i.test(source))) chosen.add(routine);
  }
  // What sets one of these to anything else may show that it is no count.
  for (const routine of writing) if (setsAny(routine.source, counted)) chosen.add(routine);
  // A BEFORE trigger of a row may leave it as it was.
  const ofCounts = new Set(
    tables.flatMap(({ oid, columns }) =>
      columns.some(({ name }) => counted.has(name.toLowerCase())) ? [oid] : [],
    ),
  );
  const cancelling = new Set(
    triggers.flatMap(each =>
      ofCounts.has(each.table) && (each.type & beforeUpdate) === beforeUpdate ? [each.function] : [],
    ),
  );
  for (const routine of readable)
    if (cancelling.has(routine.oid) && cancels.test(routine.source)) chosen.add(routine);
  // What one of them counts by, another that fires after it may store otherwise.
  const row = triggers.filter(({ type }) => (type & beforeRow) === beforeRow);
  const asking = new Set([...chosen].flatMap(({ oid, source }) => (writes.test(source) ? [oid] : [])));
  const asked = new Set(row.flatMap(each => (asking.has(each.function) ? [each.table] : [])));
  const storing = new Set(row.flatMap(each => (asked.has(each.table) ? [each.function] : [])));
  for (const routine of readable)
    if (storing.has(routine.oid) && assigns.test(routine.source)) chosen.add(routine);
  // What updates a row at all may let a BEFORE trigger of the row count.
  const setting = new Set([...chosen].map(({ oid }) => oid));
  const before = triggers.filter(
    each => setting.has(each.function) && (each.type & beforeUpdate) === beforeUpdate,
  );
  const names = new Map(tables.map(({ oid, name }) => [oid, name.toLowerCase()]));
  const touched = new Set(before.flatMap(({ table }) => names.get(table) ?? []));
  for (const routine of writing)
    if (routine.isTrigger && tablesUpdated(routine.source).some(name => touched.has(name)))
      chosen.add(routine);
  // What stores the same records without counting them shows that not all of them are counted.
  const stored = new Set([...chosen].flatMap(each => (each.isTrigger ? [] : tablesStored(each.source))));
  for (const routine of readable)
    if (!routine.isTrigger && tablesStored(routine.source).some(name => stored.has(name)))
      chosen.add(routine);
  return [...withCalled(chosen, readable, fired)];
}

/** Whether a body counts, or calls a function that does, so that a column may be set to a count. */
function mayCount(source: string, counting: ReadonlySet<string>): boolean {
  return counts.test(source) || namesCalled(source).some(name => counting.has(name));
}

/** Which of these columns a body sets: to anything, or else to something that has its name again. */
function namesSet(source: string, numbers: ReadonlySet<string>, toAnything: boolean): string[] {
  const found: string[] = [];
  for (const match of source.matchAll(set)) {
    const [whole, quoted = ''] = match;
    const name = quoted.replace(/^"|"$/g, '').toLowerCase();
    if (!numbers.has(name)) continue;
    const after = match.index + whole.length;
    if (
      toAnything ||
      source
        .slice(after, after + nearby)
        .toLowerCase()
        .includes(name)
    )
      found.push(name);
  }
  for (const [, names = ''] of source.matchAll(several)) {
    for (const [name] of names.matchAll(word))
      if (numbers.has(name.toLowerCase())) found.push(name.toLowerCase());
  }
  return found;
}

/** Whether a body sets one of these columns to anything. */
function setsAny(source: string, names: ReadonlySet<string>): boolean {
  return [...source.matchAll(set)].some(([, quoted = '']) =>
    names.has(quoted.replace(/^"|"$/g, '').toLowerCase()),
  );
}

/** The tables that a body may insert into, by their names in lower case and without their schemas. */
const tablesStored = (source: string) => tablesAfter(stores, source);
const tablesUpdated = (source: string) => tablesAfter(updates, source);

function tablesAfter(words: RegExp, source: string): string[] {
  return [...source.matchAll(words)].map(([, name = '']) => name.replaceAll('"', '').toLowerCase());
}

/** What may be calls in a body, by their names in lower case. */
export function namesCalled(source: string): string[] {
  return [...source.matchAll(/([\p{L}_][\p{L}\p{N}_$]*)\s*"?\s*\(/gu)].map(([, name = '']) =>
    name.toLowerCase(),
  );
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
      ...new Set(namesCalled(routine.source).flatMap(name => byName.get(name) ?? [])),
    ];
    calls.set(routine, known);
    return known;
  };
  const all = new Set(chosen);
  // A routine on the way to one may be called by another, so each round goes one call further.
  for (let round = 0, before = 0; round < furthest && before < all.size; round += 1) {
    before = all.size;
    for (const routine of readable) {
      if (all.has(routine) || (routine.isTrigger && !fired.has(routine.oid))) continue;
      if (callsOf(routine).some(called => all.has(called))) all.add(routine);
    }
  }
  // What they call may count for them, and give the result.
  for (const routine of all) for (const called of callsOf(routine)) all.add(called);
  return all;
}
