import { randomBytes, randomInt, randomUUID } from 'node:crypto';
import type { RecordColumn } from './record-facts.ts';

type Typed = Pick<RecordColumn, 'type' | 'base' | 'category' | 'labels'>;

/** The length that a type allows, in characters. */
function lengthOf({ type }: Typed): number {
  if (/^"?char"?$/.test(type)) return 1;
  return Number(/\((\d+)\)/.exec(type)?.[1] ?? (/^character(?! varying)/.test(type) ? 1 : 24));
}

const isText = ({ category }: Typed) => category === 'S';
const isTime = ({ base }: Typed) => /^(timestamp|date)/.test(base);

/** The simplest value of a type, as text. Null if none is known. */
export function simplestValue(column: Typed): string | null {
  const { base, category, labels } = column;
  if (labels[0] !== undefined) return labels[0];
  if (category === 'A' || base === 'json' || base === 'jsonb') return '{}';
  if (isText(column)) return 'simulated'.slice(0, lengthOf(column));
  if (category === 'N') return '1';
  if (category === 'B') return 'false';
  if (isTime(column)) return 'now';
  if (base.startsWith('time')) return '12:00';
  if (base === 'interval') return '1 day';
  if (base === 'uuid') return '00000000-0000-4000-8000-000000000000';
  if (base === 'bytea') return '\\x';
  if (base === 'inet' || base === 'cidr') return '127.0.0.1';
  return null;
}

/** Whether a value that no other record has can be made for a type. */
export function canBeFresh(column: Typed): boolean {
  return freshValue(column, null) !== null;
}

/** A value that no other record has, as far as chance allows. Null for a type that has none. `known` is what another record holds. */
export function freshValue(column: Typed, known: string | null): string | null {
  const { base } = column;
  if (base === 'uuid' || (known !== null && uuid.test(known))) return randomUUID();
  if (isText(column)) return randomBytes(12).toString('hex').slice(0, lengthOf(column));
  if (base === 'smallint') return String(randomInt(20_000, 32_767));
  if (base === 'integer' || base === 'bigint') return String(randomInt(2_000_000_000, 2_147_000_000));
  if (base === 'numeric') return String(randomInt(largestOf(column)));
  // Far in the future, so that no existing record has the same time.
  if (isTime(column)) return new Date(Date.UTC(2900, 0, 1 + randomInt(36_000))).toISOString().slice(0, 10);
  return null;
}

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

function largestOf({ type }: Typed): number {
  const [, digits, scale] = /\((\d+)(?:,(-?\d+))?\)/.exec(type) ?? [];
  if (digits === undefined) return 2_000_000_000;
  return 10 ** Math.min(9, Math.max(1, Number(digits) - Number(scale ?? 0)));
}

/** What is known about the values of a column, from the condition and from the records that are there. */
export interface KnownValues {
  /** What the condition compares it with. */
  constants: readonly string[];
  /** What records hold in it, the sample's value first. */
  seen: readonly (string | null)[];
  /** What its check constraints name. */
  allowed: readonly string[];
}

const most = 12;

/**
 * Values of a column among which one probably meets or misses a condition, the most natural first. Each is text that the type
 * reads, except that a constant may be of a wider type, which is left out.
 */
export function candidatesFor(
  column: Typed & Pick<RecordColumn, 'nullable'>,
  { constants, seen, allowed }: KnownValues,
): (string | null)[] {
  const found = [
    ...seen,
    ...constants,
    ...(column.nullable ? [null] : []),
    ...column.labels,
    ...allowed,
    ...neighbours(column, constants),
    simplestValue(column),
  ].filter(value => (value === null ? column.nullable : fits(column, value)));
  return [...new Set(found)].slice(0, most + column.labels.length);
}

const mostAmounts = 6;

/** Amounts that a record may change to where its own cannot be raised by 1: of other records, negated, or named by a check. */
export function otherAmounts(
  column: Typed,
  held: string | null,
  { seen, allowed }: Pick<KnownValues, 'seen' | 'allowed'>,
): string[] {
  const negated = held === null ? [] : [held.startsWith('-') ? held.slice(1) : `-${held}`];
  const found = [...seen, ...negated, ...allowed].filter(
    value => value !== null && fits(column, value) && Number(value) !== Number(held),
  );
  return [...new Set(found)].flatMap(value => value ?? []).slice(0, mostAmounts);
}

function neighbours(column: Typed, constants: readonly string[]): string[] {
  const { category } = column;
  if (category === 'B') return ['true', 'false'];
  if (isTime(column)) return ['now', '1970-01-01', '2999-01-01'];
  if (category === 'N') {
    const numbers = constants.map(Number).filter(Number.isFinite);
    return numbers.flatMap(number => [Math.ceil(number - 1), Math.floor(number + 1)]).map(String);
  }
  if (isText(column)) return [...constants.map(text => `${text}x`), 'zzzzzzzz', '0', ''];
  return [];
}

const bounds: Readonly<Record<string, number>> = {
  smallint: 32_767,
  integer: 2_147_483_647,
  bigint: Number.MAX_SAFE_INTEGER,
};

function fits(column: Typed, value: string): boolean {
  const { base, category, labels } = column;
  if (labels.length > 0) return labels.includes(value);
  const bound = bounds[base];
  if (bound !== undefined) return /^-?\d+$/.test(value) && Math.abs(Number(value)) <= bound;
  if (category === 'N') return Number.isFinite(Number(value)) && value.trim() !== '';
  if (category === 'B') return /^(t|f|true|false)$/.test(value);
  if (isText(column)) return value.length <= lengthOf({ ...column, type: widened(column) });
  return true;
}

// A type without a length holds texts of any length.
function widened({ type }: Typed): string {
  return /\(\d+\)/.test(type) || /^("?char"?|character)$/.test(type) ? type : `${type}(10000000)`;
}
