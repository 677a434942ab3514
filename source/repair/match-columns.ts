import type { ColumnChoice } from '../config/column-choice.ts';
import { unquoted } from '../counter/discovery/unquoted.ts';
import type { Remark } from './repair.ts';

/** A column of deleted records, as a receipt keeps it. */
export interface StoredColumn {
  quoted: string;
  type: string;
  /** The type with its length; missing in receipts of older versions. */
  declared?: string;
  /** Its number in the table, which a rename keeps; missing in receipts of older versions. */
  number?: number;
}

/** A column of the table that records go back into. */
export interface TableColumn extends StoredColumn {
  declared: string;
  /** True if it is NOT NULL. */
  required: boolean;
  /** Its default as SQL; null if that is NULL. */
  fallback: string | null;
  /** True if the server computes it, so no value can be inserted. */
  generated: boolean;
}

/** What keeps records from going back, and what to do about it. */
export interface Obstacle {
  code: string;
  message: string;
  hint: string;
}

interface ColumnMatch {
  /** For each stored column, the quoted column that it goes into; null if its values are left out. */
  into: (string | null)[];
  /** Stored columns whose type has changed, with the column they go into. */
  retyped: { place: number; column: TableColumn; agreed: boolean }[];
  obstacles: Obstacle[];
  remarks: Remark[];
}

/** The name of the table, and the column that names a record's preset, now and (if known) in the receipt. */
interface Named {
  table: string;
  reference: string;
  storedReference: string | undefined;
  /** What the records belong to, such as a preset. */
  row?: string;
}

/** Finds where each stored column goes, and what the user still has to decide: nothing is left out silently. */
export function matchColumns(
  stored: readonly StoredColumn[],
  columns: readonly TableColumn[],
  named: Named,
  { map, drop }: ColumnChoice,
): ColumnMatch {
  const match: ColumnMatch = { into: [], retyped: [], obstacles: [], remarks: [] };
  const mapped = new Map(map.map(([from, to]) => [plainly(from), to]));
  const targets = map.map(([, to]) => to);
  const fresh = columns.filter(
    column => !isNamed(column, targets) && !stored.some(({ quoted }) => quoted === column.quoted),
  );
  const reference = referenceObstacle(stored, named, { map, drop });
  if (reference) match.obstacles.push(reference);
  for (const [place, column] of stored.entries()) {
    const name = unquoted(column.quoted);
    const to = mapped.get(name);
    if (to === undefined && isNamed(column, drop)) {
      match.into.push(null);
      match.remarks.push({
        code: 'column-dropped',
        severity: 'warning',
        message: `The values of ${name} are left out.`,
      });
      continue;
    }
    const target = columns.find(candidate =>
      to === undefined
        ? candidate.quoted === column.quoted && !isNamed(candidate, targets)
        : isNamed(candidate, [to]),
    );
    match.into.push(target?.quoted ?? null);
    if (!target || target.generated) {
      const isReference = reference !== null && column.quoted === named.storedReference;
      if (!isReference) match.obstacles.push(goneObstacle(named.table, column, target, fresh));
      continue;
    }
    const renamed = to === undefined ? renamedTo(column, target, columns) : undefined;
    if (renamed) match.obstacles.push(renamedObstacle(named.table, column, renamed));
    if (target.quoted !== column.quoted) {
      match.remarks.push({
        code: 'column-mapped',
        severity: 'info',
        message: `The values of ${name} go into ${unquoted(target.quoted)}.`,
      });
    }
    const isSame =
      column.declared === undefined ? column.type === target.type : column.declared === target.declared;
    if (!isSame) match.retyped.push({ place, column: target, agreed: to !== undefined });
  }
  const into = new Set(match.into);
  for (const column of columns) {
    if (into.has(column.quoted) || column.generated) continue;
    if (reference && column.quoted === named.reference) continue;
    addUngiven(match, named.table, column, stored);
  }
  return match;
}

/** The first mistake in a choice, as a sentence: a name that does not exist, or appears twice. */
export function choiceMistake(
  stored: readonly StoredColumn[],
  columns: readonly TableColumn[],
  table: string,
  { map, drop }: ColumnChoice,
): string | null {
  const has = (list: readonly StoredColumn[], name: string) => list.some(column => isNamed(column, [name]));
  for (const name of [...map.map(([from]) => from), ...drop]) {
    if (!has(stored, name)) return `The receipt has no values of a column ${name}.`;
  }
  for (const [, name] of map) {
    if (!has(columns, name)) return `${table} has no column ${name}.`;
    if (columns.some(column => column.generated && isNamed(column, [name])))
      return `${name} of ${table} is a generated column, so no values can go into it.`;
  }
  const plain = (list: readonly StoredColumn[], name: string) =>
    list.find(column => isNamed(column, [name]))?.quoted ?? name;
  const from = [...map.map(([name]) => name), ...drop].map(name => plain(stored, name));
  const to = map.map(([, name]) => plain(columns, name));
  const twice = from.find((name, index) => from.indexOf(name) !== index);
  if (twice !== undefined) return `The column ${unquoted(twice)} of the receipt is named more than once.`;
  const double = to.find((name, index) => to.indexOf(name) !== index);
  return double === undefined ? null : `Two columns of the receipt would go into ${unquoted(double)}.`;
}

/** The obstacle when a column's type has changed and cannot hold its old values. */
export function typeObstacle(
  table: string,
  stored: StoredColumn,
  target: TableColumn,
  found: { differing: number; refusal: string | null },
): Obstacle {
  const name = unquoted(target.quoted);
  const [from, own] = [stored.declared ?? stored.type, unquoted(stored.quoted)];
  return {
    code: 'column-type',
    message:
      found.refusal === null
        ? `The column ${name} of ${table} was ${from} and is now ${target.declared}, and ${found.differing} of its values would change.`
        : `The column ${name} of ${table} was ${from} and is now ${target.declared}, which cannot hold all of its values: ${found.refusal}.`,
    hint:
      found.refusal === null
        ? `Change its type back, or accept the converted values with --map-column ${own}=${name}.`
        : `Change its type back, or leave the values out with --drop-column ${own}.`,
  };
}

/** A column's name, given either plain or as SQL quotes it. */
function plainly(given: string): string {
  return /^".+"$/.test(given) ? unquoted(given) : given;
}

function isNamed({ quoted }: { quoted: string }, given: readonly string[]): boolean {
  return given.some(name => plainly(name) === unquoted(quoted));
}

/** Without the column that names their preset, records would belong to none: it cannot be left out. */
function referenceObstacle(
  stored: readonly StoredColumn[],
  { table, reference, storedReference, row = 'preset' }: Named,
  { map, drop }: ColumnChoice,
): Obstacle | null {
  const source =
    map.find(([, to]) => isNamed({ quoted: reference }, [to]))?.[0] ??
    (drop.some(name => isNamed({ quoted: reference }, [name])) ? undefined : unquoted(reference));
  const column = stored.find(candidate => source !== undefined && isNamed(candidate, [source]));
  const taken =
    column && map.find(([from, to]) => isNamed(column, [from]) && !isNamed({ quoted: reference }, [to]));
  const isRight = column && !taken && (storedReference === undefined || column.quoted === storedReference);
  if (isRight) return null;
  const now = unquoted(reference);
  const old = storedReference === undefined ? null : unquoted(storedReference);
  return {
    code: 'column-reference',
    message: `${now} of ${table} now names the ${row} of a record, and ${old === null ? 'no column of the receipt goes into it' : `in the receipt that is ${old}`}.`,
    hint: `Without it records would belong to no ${row}. Add --map-column ${old ?? 'OLD'}=${now}.`,
  };
}

/** The column that a stored one has become, if another one has taken its name. */
function renamedTo(
  { number }: StoredColumn,
  target: TableColumn,
  columns: readonly TableColumn[],
): TableColumn | undefined {
  if (number === undefined || target.number === number) return undefined;
  return columns.find(column => column.number === number);
}

function renamedObstacle(table: string, column: StoredColumn, renamed: TableColumn): Obstacle {
  const [name, now] = [unquoted(column.quoted), unquoted(renamed.quoted)];
  return {
    code: 'column-renamed',
    message: `The column ${name} of the receipt is called ${now} in ${table} now, and another column has its old name.`,
    hint: `To put its values back where they were, add --map-column ${name}=${now}; to put them into the other column, add --map-column ${name}=${name}.`,
  };
}

function goneObstacle(
  table: string,
  column: StoredColumn,
  target: TableColumn | undefined,
  fresh: readonly TableColumn[],
): Obstacle {
  const name = unquoted(column.quoted);
  if (target) {
    return {
      code: 'column-computed',
      message: `${name} of ${table} is a generated column now, so its values in the receipt cannot be put back.`,
      hint: `To leave them out, add --drop-column ${name}.`,
    };
  }
  const isSame = ({ number }: TableColumn) => number !== undefined && number === column.number;
  const alike = fresh.some(isSame)
    ? fresh.filter(isSame)
    : fresh.filter(({ type, generated }) => type === column.type && !generated);
  const to = alike[0] && alike.length === 1 ? unquoted(alike[0].quoted) : 'NEW';
  return {
    code: 'column-gone',
    message: `${table} no longer has a column ${name}, but the receipt has values for it.`,
    hint: `If it was renamed, add --map-column ${name}=${to}; to leave its values out, add --drop-column ${name}.`,
  };
}

function addUngiven(
  match: ColumnMatch,
  table: string,
  column: TableColumn,
  stored: readonly StoredColumn[],
): void {
  const name = unquoted(column.quoted);
  const isNew = !stored.some(({ quoted }) => quoted === column.quoted);
  if (column.required && column.fallback === null) {
    match.obstacles.push({
      code: 'column-required',
      message: isNew
        ? `The column ${name} of ${table} is new and NOT NULL, and the receipt has no value for it.`
        : `The column ${name} of ${table} is NOT NULL, and its values in the receipt go elsewhere or are left out.`,
      hint: `Give it a default (ALTER TABLE ${table} ALTER COLUMN ${column.quoted} SET DEFAULT ...), or name the column of the receipt to take its values from: --map-column OLD=${name}.`,
    });
    return;
  }
  const get = `records that are put back get ${column.fallback ?? 'NULL'} there`;
  match.remarks.push({
    code: 'column-new',
    severity: 'info',
    message: isNew
      ? `The column ${name} of ${table} is new: ${get}.`
      : `The column ${name} of ${table} is given no value: ${get}.`,
  });
}
