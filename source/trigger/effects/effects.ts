import { unquoted } from '../../counter/discovery/unquoted.ts';
import { searchPathOf } from '../../sql/search-path-setting.ts';
import type { SqlColumn, SqlReading, SqlWrite } from '../../sql/sql-effects.ts';
import type { CatalogFunction, TriggerCatalog } from '../catalog.ts';
import { resolveCall, resolveTable, targetOf } from './resolve-names.ts';

/** A write to the count or to the records. */
export interface Effect {
  /** `count` is the count of presets, `records` its records. */
  on: 'count' | 'records';
  verb: SqlWrite['verb'] | 'assign';
  action: SqlWrite['action'];
  /** The table or view that the statement names, quoted if necessary. */
  table: string;
  /** The write to the column that matters (the count, or the record's preset); null if it writes the whole row. */
  column: SqlColumn | null;
  statement: string;
  /** The chain of calls that leads to the statement; empty if it is in the text itself. */
  via: string[];
}

/** What a text writes, and what else it may write. */
export interface Effects {
  writes: Effect[];
  /** Why it may write more than that, in words, with the chain of calls. */
  unreadable: { why: string; via: string[] }[];
  /** Calls of functions that the catalog does not have, such as missing ones. */
  unknownCalls: string[];
}

/**
 * What a routine and the routines it calls write, as far as that can be read. `home` is the schema in which its names are found
 * first if it has no search_path of its own.
 */
export function effectsOf(
  routine: CatalogFunction,
  catalog: TriggerCatalog,
  home: string = routine.schema,
): Effects {
  const { reading, oid, searchPath } = routine;
  return follow({ reading, path: searchPathOf(searchPath), via: [], routine, home }, catalog, [oid]);
}

/** The same for a rule or a job. */
export function effectsOfReading(reading: SqlReading, catalog: TriggerCatalog): Effects {
  return follow({ reading, path: null, via: [], routine: null, home: null }, catalog, []);
}

/** A text that was reached by following calls. */
interface Step {
  reading: SqlReading;
  path: readonly string[] | null;
  via: readonly string[];
  routine: CatalogFunction | null;
  /** The schema of the routine. */
  home: string | null;
}

/**
 * Follows calls, breadth first. Each routine is visited only once per search path: otherwise the work would double with
 * every layer of routines that call two others.
 */
function follow(start: Step, catalog: TriggerCatalog, started: readonly number[]): Effects {
  const effects: Effects = { writes: [], unreadable: [], unknownCalls: [] };
  const visited = new Set<string>();
  const open = [start];
  for (const { reading, path, via, routine, home } of open) {
    for (const write of reading.writes) effects.writes.push(...effectOf(write, { path, via, home }, catalog));
    for (const why of unreadableIn(reading, catalog, routine))
      effects.unreadable.push({ why, via: [...via] });
    for (const call of reading.calls) {
      const routines = resolveCall(call, path, catalog, home);
      if (routines.length === 0 && call.performed && !builtIn(call)) effects.unknownCalls.push(call.name);
      for (const called of routines) {
        const within = searchPathOf(called.searchPath) ?? path;
        const visit = `${called.oid} ${JSON.stringify(within)}`;
        if (visited.has(visit) || started.includes(called.oid)) continue;
        visited.add(visit);
        open.push({
          reading: called.reading,
          path: within,
          via: [...via, called.identity],
          routine: called,
          home: called.schema,
        });
      }
    }
    // A DO block and a scheduled job belong to the routine; other things it creates have not run yet.
    for (const created of reading.creates) {
      if (created.kind !== 'do' && created.kind !== 'job') continue;
      open.push({ reading: created.reading, path, via, routine: null, home });
    }
  }
  return effects;
}

/** What a statement does to the count or the records; empty if it writes neither. */
function effectOf(
  write: SqlWrite,
  { path, via, home }: Pick<Step, 'path' | 'via' | 'home'>,
  catalog: TriggerCatalog,
): Effect[] {
  const target = resolveTable(write.table, path, catalog, home);
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
  // An update of a record matters only if it changes the preset.
  if (write.action === 'update' && column === null) return [];
  return [{ ...common, on: 'records', column }];
}

const longest = 500;

// Strings and quoted names come first: they may contain what looks like a comment. A doubled quote is the end of one and the
// start of the next. No alternatives are repeated: a string of some megabytes would overflow the stack.
const comment = /'[^']*'|"[^"]*"|\$(\w*)\$[\s\S]*?\$\1\$|--[^\n]*|\/\*[\s\S]*?\*\//g;

/** A statement on one line, without its comments (a line comment would swallow the rest), cut at 500 characters. */
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

/** Why it is not known whether a text writes either table. */
function unreadableIn(
  reading: SqlReading,
  catalog: TriggerCatalog,
  routine: CatalogFunction | null,
): string[] {
  const why: string[] = [];
  if (reading.problem) {
    // For a language that cannot be parsed, the source must at least name the tables or the count.
    if (routine === null || mentions(routine.source, catalog)) {
      why.push(`has a body that cannot be read: ${reading.problem.message}`);
    }
  }
  for (const { text, verb, tables } of reading.dynamic) {
    const may = tables === null || tables.some(name => mayMatch(name, catalog));
    if (may && (verb === null || writing.has(verb))) why.push(`runs dynamic SQL: ${oneLine(text)}`);
  }
  return why;
}

/** Whether a name with `*` for its unknown parts may be that of either table, or of a view of one. */
function mayMatch(pattern: string, catalog: TriggerCatalog): boolean {
  const parts = pattern.split('*').map(part => part.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'));
  const name = new RegExp(`^${parts.join('.*')}$`);
  return catalog.relations.some(each => name.test(each.name) && targetOf(each, catalog) !== null);
}

/** Whether a text contains the name of either table or of the count anywhere. */
export function mentions(text: string, catalog: TriggerCatalog): boolean {
  const words = text.toLowerCase();
  const named = catalog.relations
    .filter(({ oid }) => oid === catalog.presetsOid || oid === catalog.recordsOid)
    .map(({ name }) => name);
  return [...named, catalog.countName].some(name => words.includes(name.toLowerCase()));
}

/** Built-in functions that write no table. */
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
