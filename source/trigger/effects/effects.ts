import { unquoted } from '../../counter/discovery/unquoted.ts';
import type { SqlColumn, SqlReading, SqlWrite } from '../../sql/sql-effects.ts';
import type { CatalogFunction, TriggerCatalog } from '../catalog.ts';
import { resolveCall, resolveTable, searchPathOf, targetOf } from './resolve-names.ts';

/** Something that is done to the count or to the records. */
export interface Effect {
  /** `count` is the count of presets, `records` the rows of preset_usage. */
  on: 'count' | 'records';
  verb: SqlWrite['verb'] | 'assign';
  action: SqlWrite['action'];
  /** The table or view that the statement names, quoted where it needs it. */
  table: string;
  /** What is done to the column that matters (the count, or the record's preset); null where it is the row as a whole. */
  column: SqlColumn | null;
  statement: string;
  /** The routines on the way to the statement, as they call each other; empty where it stands in the text itself. */
  via: string[];
}

/** What a text does, and what it may do out of sight. */
export interface Effects {
  writes: Effect[];
  /** Why it may write more than that, in words, with the routines on the way. */
  unreadable: { why: string; via: string[] }[];
  /** Calls that lead to nothing in the catalog: built-in functions, or nothing at all. */
  unknownCalls: string[];
}

/** What a routine does by itself and by what it calls, as far as that can be read. */
export function effectsOf(routine: CatalogFunction, catalog: TriggerCatalog): Effects {
  const { reading, oid, searchPath } = routine;
  return follow({ reading, path: searchPathOf(searchPath), via: [], routine }, catalog, [oid]);
}

/** The same of a text that is no routine: a rule, a job. */
export function effectsOfReading(reading: SqlReading, catalog: TriggerCatalog): Effects {
  return follow({ reading, path: null, via: [], routine: null }, catalog, []);
}

/** A text on the way that calls lead. */
interface Step {
  reading: SqlReading;
  path: readonly string[] | null;
  via: readonly string[];
  routine: CatalogFunction | null;
}

/**
 * Follows calls, the shortest way first. Each routine is visited once for each search path that it may run with: along how
 * many ways it is reached doubles with every layer of routines that call two others.
 */
function follow(start: Step, catalog: TriggerCatalog, begun: readonly number[]): Effects {
  const found: Effects = { writes: [], unreadable: [], unknownCalls: [] };
  const visited = new Set<string>();
  const open = [start];
  for (const { reading, path, via, routine } of open) {
    for (const write of reading.writes) found.writes.push(...effectOf(write, path, catalog, via));
    for (const why of unreadableIn(reading, catalog, routine)) found.unreadable.push({ why, via: [...via] });
    for (const call of reading.calls) {
      const routines = resolveCall(call, path, catalog);
      if (routines.length === 0 && call.performed && !builtIn(call)) found.unknownCalls.push(call.name);
      for (const called of routines) {
        const within = searchPathOf(called.searchPath) ?? path;
        const visit = `${called.oid} ${JSON.stringify(within)}`;
        if (visited.has(visit) || begun.includes(called.oid)) continue;
        visited.add(visit);
        open.push({ reading: called.reading, path: within, via: [...via, called.identity], routine: called });
      }
    }
    // A block that is run at once, and what a routine schedules, are its own doing; what it creates has not run.
    for (const created of reading.creates) {
      if (created.kind !== 'do' && created.kind !== 'job') continue;
      open.push({ reading: created.reading, path, via, routine: null });
    }
  }
  return found;
}

/** What a statement does to the count or the records; nothing where it does neither. */
function effectOf(
  write: SqlWrite,
  path: readonly string[] | null,
  catalog: TriggerCatalog,
  via: readonly string[],
): Effect[] {
  const target = resolveTable(write.table, path, catalog);
  if (!target) return [];
  const common = {
    verb: write.verb,
    action: write.action,
    table: target.table,
    statement: oneLine(write.text),
    via: [...via],
  };
  const wanted = target.base === 'presets' ? catalog.countName : unquoted(catalog.presetColumn);
  const column = write.columns?.find(({ name }) => target.column(name) === wanted) ?? null;
  if (target.base === 'presets') {
    if (write.cascades) return [{ ...common, on: 'records', column: null }];
    if (write.action === 'delete' || (write.columns !== null && column === null)) return [];
    return [{ ...common, on: 'count', column }];
  }
  // Of a record that changes only its preset matters.
  if (write.action === 'update' && column === null) return [];
  return [{ ...common, on: 'records', column }];
}

const longest = 500;

// Strings and quoted names come first: what looks like a comment inside of one is a part of it.
const comment = /'(?:[^']|'')*'|"(?:[^"]|"")*"|\$(\w*)\$[\s\S]*?\$\1\$|--[^\n]*|\/\*[\s\S]*?\*\//g;

/** A statement on one line, without comments, which would end with their line; what is longer than anybody reads is cut. */
export function oneLine(text: string): string {
  const code = text.replace(comment, part => (/^(?:--|\/\*)/.test(part) ? ' ' : part));
  const line = code.replace(/\s+/g, ' ').trim();
  return line.length <= longest ? line : `${line.slice(0, longest).trim()} ...`;
}

const writing: ReadonlySet<string> = new Set([
  'insert',
  'update',
  'delete',
  'merge',
  'truncate',
  'copy',
  'with',
]);

/** Why what a text does cannot be told, where it may be a write of either table. */
function unreadableIn(
  reading: SqlReading,
  catalog: TriggerCatalog,
  routine: CatalogFunction | null,
): string[] {
  const why: string[] = [];
  if (reading.problem) {
    // In a language that is not read only its words speak, and they have to speak of the tables.
    if (routine === null || mentions(routine.source, catalog)) {
      why.push(`has a body that cannot be read: ${reading.problem.message}`);
    }
  }
  for (const { text, verb, tables } of reading.dynamic) {
    const may = tables === null || tables.some(name => mayBe(name, catalog));
    if (may && (verb === null || writing.has(verb)))
      why.push(`runs SQL that is put together as it runs: ${oneLine(text)}`);
  }
  return why;
}

/** Whether a name with `*` for what is not known of it may be that of either table, or of a view that shows one. */
function mayBe(pattern: string, catalog: TriggerCatalog): boolean {
  const parts = pattern.split('*').map(part => part.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'));
  const name = new RegExp(`^${parts.join('.*')}$`);
  return catalog.relations.some(each => name.test(each.name) && targetOf(each, catalog) !== null);
}

/** Whether a text names either table or the count, wherever that stands. */
export function mentions(text: string, catalog: TriggerCatalog): boolean {
  const words = text.toLowerCase();
  const named = catalog.relations
    .filter(({ oid }) => oid === catalog.presetsOid || oid === catalog.recordsOid)
    .map(({ name }) => name);
  return [...named, catalog.countName].some(name => words.includes(name.toLowerCase()));
}

/** Functions of the server's own that are called for what they do and write no table. */
function builtIn({ schema, name }: { schema: string | null; name: string }): boolean {
  return schema === 'pg_catalog' || name.startsWith('pg_') || serverOwn.has(name);
}

const serverOwn: ReadonlySet<string> = new Set([
  'set_config',
  'setval',
  'nextval',
  'now',
  'count',
  'setseed',
  'clock_timestamp',
]);
