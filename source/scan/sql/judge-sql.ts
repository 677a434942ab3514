import type { SqlColumn, SqlCreate, SqlReading, SqlWrite } from '../../sql/sql-effects.ts';
import type { CountChange, WriteKind } from '../finding.ts';
import { isCounter, isKeeper, isPresets, isRecords, isTrack } from '../names.ts';
import { names, withNames, writersKnown } from '../subject.ts';
import { copiedRows, sequenceOf } from './plain-sql.ts';
import type { SqlUnit } from './sql-unit.ts';

/** Something in SQL that writes the counter, or stops the trigger from doing so. */
export interface SqlFound {
  unit: SqlUnit;
  offset: number;
  text: string;
  kind: WriteKind;
  how: CountChange | null;
  /** True if it runs once, like a statement in a migration. */
  once: boolean;
  /** True if it inserts new presets with a count. */
  inserts: boolean;
  /** True if it may give new presets a count, which only the table's definition could tell. */
  unsure?: boolean;
  /** The function it is in, and the trigger that runs it. */
  routine: string | null;
  trigger: string | null;
}

/** What was found in all SQL together. */
interface SqlJudgement {
  found: SqlFound[];
  /** Names of functions whose last definition writes the counter, and of all defined functions. */
  counting: Set<string>;
  defined: Set<string>;
  /** Calls of such functions, and where records are inserted, by unit. */
  records: { unit: SqlUnit; offset: number }[];
  /** The columns of presets in their order, if a file defines them. */
  columns: string[] | null;
}

type Routine = Extract<SqlCreate, { kind: 'function' | 'procedure' }>;
type Trigger = Extract<SqlCreate, { kind: 'trigger' }>;

interface Live<Create> {
  unit: SqlUnit;
  create: Create;
}

/** What exists after all files of a sequence have been run in order. */
interface State {
  routines: Map<string, Live<Routine>>;
  triggers: Map<string, Live<Trigger>>;
  /** By the trigger's name, or `*` and `user` for several: the statement that left it disabled or dropped. */
  off: Map<string, { unit: SqlUnit; create: SqlCreate }>;
  /** True if the table of records is created too: then the trigger that counts them would be as well. */
  whole: boolean;
}

/** Judges all SQL of a directory together; `units` in the order of their files. */
export function judgeSql(units: readonly SqlUnit[]): SqlJudgement {
  const states = new Map<string, State>();
  for (const unit of units) {
    const key = unit.in === 'file' ? sequenceOf(unit.file) : `${unit.in}:${sequenceOf(unit.file)}`;
    const state = states.get(key) ?? {
      routines: new Map(),
      triggers: new Map(),
      off: new Map(),
      whole: false,
    };
    states.set(key, state);
    for (const create of unit.reading.creates.toSorted((a, b) => a.offset - b.offset)) {
      apply(state, unit, create);
    }
  }
  const columns = columnsOfPresets(units);
  const judgement: SqlJudgement = {
    found: [],
    counting: new Set(),
    defined: new Set(),
    records: [],
    columns,
  };
  const all = [...states.values()];
  for (const { routines } of all)
    for (const { create } of routines.values()) judgement.defined.add(create.name.name);
  for (const name of [...countingIn(all), ...writersKnown().besides]) judgement.counting.add(name);
  const named = all.some(({ triggers }) => [...triggers.values()].some(isNamedOurs));
  for (const state of all) judgeState(state, named, judgement);
  for (const unit of units) judgeStatements(unit, unit.reading, judgement);
  judgement.found = judgement.found.filter(each => !each.inserts || !updatesToo(each, judgement.found));
  return judgement;
}

function columnsOfPresets(units: readonly SqlUnit[]): string[] | null {
  const tables = units.flatMap(({ reading }) =>
    reading.creates.flatMap(each => (each.kind === 'table' && isPresets(each.name.name) ? [each] : [])),
  );
  const defined = tables.find(({ adds, columns }) => !adds && columns.length > 0);
  if (!defined) return null;
  const added = tables.flatMap(({ adds, columns }) => (adds ? columns : []));
  const all = [...new Set([...defined.columns, ...added])];
  return all.some(isCounter) ? all : null;
}

// An upsert is one finding: its update says more.
const updatesToo = ({ unit, offset, text }: SqlFound, found: readonly SqlFound[]) =>
  found.some(
    other =>
      other.unit === unit &&
      !other.inserts &&
      other.offset > offset &&
      other.offset <= offset + text.length &&
      other.text === text,
  );

const keyOf = ({ name, arguments: types }: Routine) => `${name.name}(${types.join(',')})`;

function apply(state: State, unit: SqlUnit, create: SqlCreate): void {
  switch (create.kind) {
    case 'function':
    case 'procedure':
      state.routines.set(keyOf(create), { unit, create });
      break;
    case 'trigger':
      state.triggers.set(`${create.name.name} on ${create.table.name}`, { unit, create });
      state.off.delete(create.name.name);
      break;
    case 'table':
      if (!create.adds && isRecords(create.name.name)) state.whole = true;
      break;
    case 'switch':
      if (!isRecords(create.table.name)) break;
      if (create.enabled === 'disabled' || create.enabled === 'replica')
        state.off.set(create.name.name, { unit, create });
      else if (several.has(create.name.name)) state.off.clear();
      else for (const name of [create.name.name, ...several]) state.off.delete(name);
      break;
    case 'drop':
      for (const [key, { create: routine }] of state.routines) {
        if (/function|procedure|routine/i.test(create.what) && routine.name.name === create.name.name)
          state.routines.delete(key);
      }
      if (/trigger/i.test(create.what)) {
        state.triggers.delete(`${create.name.name} on ${create.table?.name ?? ''}`);
        // In code, a trigger that one text drops may be created again by another, assembled elsewhere.
        if (isOurs(create.name.name, create.table?.name ?? '') && unit.in !== 'code')
          state.off.set(create.name.name, { unit, create });
      }
      break;
  }
}

// ALTER TABLE ... DISABLE TRIGGER ALL, and USER
const several: ReadonlySet<string> = new Set(['*', 'user']);

/** Functions that write the counter, directly or through another that does. */
function countingIn(states: readonly State[]): Set<string> {
  const routines = states.flatMap(({ routines }) => [...routines.values()]);
  const counting = new Set<string>();
  for (let before = -1; before !== counting.size; ) {
    before = counting.size;
    for (const { create } of routines) {
      const { writes, calls } = create.reading;
      const own = writes.some(write => moves(counterOf(write)));
      const through = calls.some(({ name }) => counting.has(name));
      const { name } = create.name;
      if ((own || through) && name !== names().own?.function && !isKeeper(name) && !returnsTrigger(create))
        counting.add(name);
    }
  }
  return counting;
}

const returnsTrigger = ({ text }: Routine) => /\breturns\s+(?:pg_catalog\.)?trigger\b/i.test(text);
const moves = (how: CountChange | null) => how !== null && how !== 'recounts';

/** How new presets begin, if not with 0: with a count from elsewhere, or with the number of their records. `write` updates no count. */
function countOfNew(write: SqlWrite, unit: SqlUnit, table: readonly string[] | null): CountChange | null {
  const { table: into, verb, columns, whole, positions } = write;
  if (!isPresets(into.name)) return null;
  if (verb === 'copy') return copiesCounts(write, unit.text.slice(write.offset)) ? 'sets' : null;
  if (whole) return 'sets';
  if (columns === null) return startOf(countByPosition(positions ?? [], table));
  return startOf(columns.find(({ name }) => isCounter(name)));
}

const startOf = (column: SqlColumn | undefined) => (!column || column.how === 'zero' ? null : howOf(column));

/** The value for the count in an INSERT that names no columns: the table's definition says where it is, or a query's own names. */
const countByPosition = (positions: readonly SqlColumn[], table: readonly string[] | null) =>
  table ? positions[table.findIndex(isCounter)] : positions.find(({ name }) => isCounter(name));

function copiesCounts({ columns }: SqlWrite, text: string): boolean {
  if (columns === null) return true;
  const at = columns.findIndex(({ name }) => isCounter(name));
  if (at === -1) return false;
  const rows = copiedRows(text);
  return rows.length === 0 || rows.some(row => !/^(?:0|\\N|)$/.test(row[at]?.trim() ?? ''));
}

/** How a statement changes the count; null if it does not. */
function counterOf({ table, columns, action, text }: SqlWrite): CountChange | null {
  if (action !== 'update' || !isPresets(table.name)) return null;
  const column = columns?.find(({ name }) => isCounter(name));
  if (!column) return null;
  const how = howOf(column);
  // A repair that adds what is missing, like the console's, counts records in the same statement and takes the count from them.
  // One that only adds their number counts them again.
  const repairs = how !== 'zero' && countsRecords().test(text) && (how !== 'adds' || takesCount().test(text));
  return repairs ? 'recounts' : how;
}

const takesCount = withNames(
  ({ column }) => new RegExp(`-\\s*(?:coalesce\\s*\\(\\s*)?(?:"?\\w+"?\\.)?"?${column}`, 'i'),
);

const countsRecords = withNames(
  ({ records }) =>
    new RegExp(`\\bcount\\s*\\([\\s\\S]*\\b${records}\\b|\\b${records}\\b[\\s\\S]*\\bcount\\s*\\(`, 'i'),
);

const howOf = ({ how }: SqlColumn): CountChange => (how === 'counts' ? 'recounts' : how);

function judgeState(state: State, named: boolean, judgement: SqlJudgement): void {
  const { found } = judgement;
  const triggers = [...state.triggers.values()];
  const own = ownTriggers(state, named);
  const usual = names().own;
  const writers = writersKnown();
  const ours = withCalled(
    [usual?.function ?? '', ...writers.functions, ...own.map(({ create }) => create.function.name)],
    state,
  );
  for (const { unit, create } of state.routines.values()) {
    if (ours.has(create.name.name)) continue;
    const run = triggers.find(({ create: { function: called } }) => called.name === create.name.name);
    if (returnsTrigger(create) && !run) continue;
    const { writes, fields } = create.reading;
    const about = {
      unit,
      kind: 'migration-counter' as const,
      once: false,
      inserts: false,
      routine: create.name.name,
      trigger: run ? `${run.create.name.name} on ${run.create.table.name}` : null,
    };
    for (const write of writes) {
      found.push(...writesIn(write, about, judgement.columns));
    }
    // A BEFORE trigger that sets the count of the new row.
    for (const { column, offset, text } of run && isPresets(run.create.table.name) ? fields : []) {
      if (column && isCounter(column.name)) found.push({ ...about, offset, text, how: howOf(column) });
    }
  }
  const switched = [
    ...several,
    usual?.trigger ?? '',
    ...writers.triggers,
    ...own.map(({ create }) => create.name.name),
  ].find(name => state.off.has(name));
  const off = state.off.get(switched ?? '');
  if (switched !== undefined && off) {
    found.push({
      unit: off.unit,
      offset: off.create.offset,
      text: off.create.text,
      kind: 'trigger-disabled',
      how: null,
      once: true,
      inserts: false,
      routine: null,
      trigger: several.has(switched)
        ? (own[0]?.create.name.name ?? usual?.trigger ?? writers.triggers[0] ?? null)
        : switched,
    });
  }
}

/** Whether a trigger is the one that the migration installs, or keeps the count by what the database says. */
const isOurs = (trigger: string, table: string) =>
  trigger === names().own?.trigger || (isRecords(table) && writersKnown().triggers.includes(trigger));
const isNamedOurs = ({ create }: Live<Trigger>) => isOurs(create.name.name, create.table.name);

/** Functions that count, and what those call that do not write the count themselves. */
function withCalled(names: readonly string[], { routines }: State): Set<string> {
  const found = new Set(names);
  for (const name of found) {
    for (const { create } of routines.values()) {
      const { writes, calls } = create.reading;
      if (create.name.name !== name || writes.some(write => counterOf(write) !== null)) continue;
      for (const called of calls) found.add(called.name);
    }
  }
  return found;
}

/**
 * The triggers that count: the one that the migration installs, or those that the database says keep the count, if any scanned
 * file has one (`named`). Else, of files that create the table of records, the first one that counts them, whatever its name:
 * another one would count the same record again.
 */
function ownTriggers({ triggers, routines, whole }: State, named: boolean): Live<Trigger>[] {
  const all = [...triggers.values()];
  if (named || !whole) return all.filter(isNamedOurs);
  const counts = (name: string, how: CountChange) =>
    [...routines.values()].some(
      ({ create }) =>
        create.name.name === name && create.reading.writes.some(write => counterOf(write) === how),
    );
  const first = (event: Trigger['events'][number], how: CountChange) =>
    all
      .filter(
        ({ create }) =>
          isRecords(create.table.name) && create.events.includes(event) && counts(create.function.name, how),
      )
      .slice(0, 1);
  const adding = first('INSERT', 'adds');
  // Records of presets stay.
  return names().counter === null ? adding : [...adding, ...first('DELETE', 'subtracts')];
}

function writesIn(
  write: SqlWrite,
  about: Omit<SqlFound, 'offset' | 'text' | 'how'>,
  columns: readonly string[] | null,
): SqlFound[] {
  const how = counterOf(write);
  const { offset, text } = write;
  if (how !== null) return [{ ...about, offset, text, how }];
  const begins = countOfNew(write, about.unit, columns);
  if (begins !== null) return [{ ...about, offset, text, how: begins, inserts: true }];
  const numbers = isPresets(write.table.name) && write.positions?.some(({ number }) => number);
  return numbers && !columns ? [{ ...about, offset, text, how: 'sets', inserts: true, unsure: true }] : [];
}

/** What runs directly: statements, DO blocks, rules and jobs. */
function judgeStatements(unit: SqlUnit, reading: SqlReading, judgement: SqlJudgement): void {
  const { found, counting, records } = judgement;
  const kind = unit.in === 'shell' ? ('shell-sql' as const) : ('sql' as const);
  const about = {
    unit,
    kind,
    once: unit.in !== 'code',
    inserts: false,
    routine: null,
    trigger: null,
  };
  for (const write of reading.writes) {
    found.push(...writesIn(write, about, judgement.columns));
    if (isRecords(write.table.name) && write.action === 'insert')
      records.push({ unit, offset: write.offset });
  }
  for (const { name, offset } of reading.calls) {
    if (isTrack(name)) records.push({ unit, offset });
    if (counting.has(name) && !isTrack(name)) {
      found.push({ ...about, offset, text: '', how: 'adds', routine: name });
    }
  }
  for (const create of reading.creates) {
    if (create.kind === 'do') judgeStatements(unit, create.reading, judgement);
    if (create.kind === 'filled' && isPresets(create.name.name)) {
      const how =
        create.columns === null ? 'sets' : startOf(create.columns.find(each => isCounter(each.name)));
      const { offset, text } = create;
      if (how !== null) found.push({ ...about, offset, text, how, inserts: true });
    }
    if (create.kind !== 'rule' && create.kind !== 'job') continue;
    const run = create.kind === 'job' ? 'a scheduled job' : `the rule ${create.name.name}`;
    for (const write of create.reading.writes) {
      const how = counterOf(write);
      if (how === null) continue;
      found.push({
        ...about,
        offset: create.offset,
        text: create.text,
        kind: 'migration-counter',
        once: false,
        how,
        trigger: run,
      });
    }
  }
}
