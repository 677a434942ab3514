/**
 * A number of records, or a sum of amounts. A whole number that JavaScript holds exactly is a number; any other sum is decimal
 * text, such as `0.3001` or `9007199254740993`. Counts of records are always numbers.
 */
export type Quantity = number | string;

/** The text of a finite decimal number, as the server writes a numeric. */
export const decimal = /^-?\d+(?:\.\d+)?$/;

/** The quantity that the server wrote as text; null if it is no finite number. */
export function toQuantity(text: string): Quantity | null {
  return decimal.test(text) ? asQuantity(parse(text)) : null;
}

/** An amount as the server wrote it; NULL adds nothing. Throws if it is no finite number. */
export function toAmount(text: string | null): Quantity {
  const amount = text === null ? 0 : toQuantity(text);
  if (amount === null) throw new TypeError(`${text} is no amount`);
  return amount;
}

export function plus(a: Quantity, b: Quantity): Quantity {
  if (typeof a === 'number' && typeof b === 'number' && areExact(a, b)) {
    const sum = a + b;
    if (areExact(sum)) return sum;
  }
  const [first, second] = alike(a, b);
  return asQuantity({ digits: first.digits + second.digits, scale: first.scale });
}

export function negated(a: Quantity): Quantity {
  if (typeof a === 'number') return -a || 0;
  const { digits, scale } = parse(a);
  return asQuantity({ digits: -digits, scale });
}

export function minus(a: Quantity, b: Quantity): Quantity {
  return plus(a, negated(b));
}

export function sumOf(quantities: Iterable<Quantity>): Quantity {
  let sum: Quantity = 0;
  for (const each of quantities) sum = plus(sum, each);
  return sum;
}

/** Below 0 if `a` is less than `b`, above 0 if it is more, 0 if they are equal. */
export function compareQuantities(a: Quantity, b: Quantity): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  const [first, second] = alike(a, b);
  return first.digits < second.digits ? -1 : first.digits > second.digits ? 1 : 0;
}

export function isZero(a: Quantity): boolean {
  return compareQuantities(a, 0) === 0;
}

export function isSame(a: Quantity | null, b: Quantity | null): boolean {
  return a === null || b === null ? a === b : compareQuantities(a, b) === 0;
}

export function absolute(a: Quantity): Quantity {
  return compareQuantities(a, 0) < 0 ? negated(a) : a;
}

/** A decimal number: `digits` divided by ten to the power of `scale`. */
interface Decimal {
  digits: bigint;
  scale: number;
}

// Sums and differences of whole numbers are exact, and those of halves, quarters and eighths.
function areExact(...numbers: readonly number[]): boolean {
  return (
    numbers.every(number => Number.isSafeInteger(number)) ||
    numbers.every(number => Number.isSafeInteger(number * 8))
  );
}

function parse(quantity: Quantity): Decimal {
  const text =
    typeof quantity === 'string'
      ? quantity
      : Number.isInteger(quantity)
        ? String(BigInt(quantity))
        : quantity.toFixed(20);
  const [whole = '', fraction = ''] = text.split('.');
  return { digits: BigInt(whole + fraction), scale: fraction.length };
}

function alike(a: Quantity, b: Quantity): [Decimal, Decimal] {
  const [first, second] = [parse(a), parse(b)];
  const scale = Math.max(first.scale, second.scale);
  const scaled = ({ digits, scale: own }: Decimal) => ({
    digits: digits * 10n ** BigInt(scale - own),
    scale,
  });
  return [scaled(first), scaled(second)];
}

function asQuantity({ digits, scale }: Decimal): Quantity {
  const isNegative = digits < 0n;
  const text = String(isNegative ? -digits : digits).padStart(scale + 1, '0');
  const whole = text.slice(0, text.length - scale);
  const fraction = text.slice(text.length - scale).replace(/0+$/, '');
  const number = Number(whole);
  if (fraction === '' && Number.isSafeInteger(number)) return isNegative && number !== 0 ? -number : number;
  return `${isNegative ? '-' : ''}${whole}${fraction === '' ? '' : `.${fraction}`}`;
}
