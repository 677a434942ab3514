import { count } from './numbers.ts';

/** A number of things: 1 record, 1,200 records. */
export function amount(number: number, one: string, more = `${one}s`): string {
  return `${count(number)} ${number === 1 ? one : more}`;
}

/** A short time in seconds, as 1.4 s, 12 s or 3 min. */
export function secondsOf(seconds: number): string {
  if (seconds >= 60) return `${Math.round(seconds / 60)} min`;
  return `${seconds < 10 ? seconds.toFixed(1) : Math.round(seconds)} s`;
}

let list: Intl.ListFormat | undefined;

/** Names in a sentence: "a", "a and b", "a, b, and c". */
export function listed(names: Iterable<string>): string {
  const [first = '', ...others] = names;
  if (others.length === 0) return first;
  // Made when it is first needed: it reads ICU's tables (20 ms), and few frames have one.
  list ??= new Intl.ListFormat('en');
  return list.format([first, ...others]);
}
