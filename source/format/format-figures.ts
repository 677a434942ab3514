import { type Counter, drift } from '../counter/counter.ts';
import { brief, count, signed } from './numbers.ts';

/** What the count should be, in full: the server's own text if no number here is exactly that. */
export function recordsText({ records, exactRecords }: Pick<Counter, 'records' | 'exactRecords'>): string {
  return count(exactRecords ?? records ?? 0);
}

/** A drift with its sign, in full: +3, -0.01; empty while the records are not counted. */
export function driftText(counter: Counter): string {
  const difference = drift(counter);
  if (difference === null) return '';
  if (counter.exactDrift === undefined) return signed(difference);
  const text = counter.exactDrift.replace(/(\.\d*?)0+$/, '$1').replace(/\.$/, '');
  const isWhole = !text.includes('.') && Number.isSafeInteger(Number(text));
  if (isWhole || !Number.isFinite(difference)) return signed(difference);
  return text.startsWith('-') ? count(text) : `+${count(text)}`;
}

/** The exact text if it fits into `width` columns, else the number, shortened to fit. */
export function briefly(value: number, exact: string | undefined, width: number): string {
  const whole = count(exact ?? value);
  if (whole.length <= width) return whole;
  // Digits are worth more than what separates them.
  return exact !== undefined && exact.length <= width ? exact : brief(value, width);
}
