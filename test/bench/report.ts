import type { Figure } from './figure.ts';

/** A figure as one line: what it is, how much, and whether that is what was asked of it. */
export function inWords({ name, value, unit, target, met }: Figure): string {
  const amount = [rounded(value), unit].filter(part => part !== '').join(' ');
  const verdict = target === undefined ? '' : `  (target: ${target}; ${met ? 'met' : 'MISSED'})`;
  return `${name}: ${amount}${verdict}`;
}

// Three digits are more than any of these measurements repeats; large whole numbers stay whole.
function rounded(value: number): string {
  return Math.abs(value) >= 100 ? String(Math.round(value)) : String(Number(value.toPrecision(3)));
}
