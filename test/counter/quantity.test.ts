import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  absolute,
  compareQuantities,
  isSame,
  isZero,
  minus,
  negated,
  plus,
  sumOf,
  toAmount,
  toQuantity,
} from '../../source/counter/quantity.ts';

test('a whole number that JavaScript holds is a number, and anything else text without trailing zeros', () => {
  expect(
    [
      '5.00',
      '-0',
      '0.0',
      '007',
      '0.3000',
      '-12.50',
      '9007199254740991',
      '9007199254740993',
      '-.5',
      'NaN',
    ].map(toQuantity),
  ).toEqual([5, 0, 0, 7, '0.3', '-12.5', 9007199254740991, '9007199254740993', null, null]);
});

test('sums of decimals are exact where those of numbers are not', () => {
  expect(plus('0.1', '0.2')).toBe('0.3');
  expect(plus('9007199254740993.0001', '-1.0001')).toBe('9007199254740992');
  expect(plus(9007199254740991, 9)).toBe('9007199254741000');
  expect(minus('9007199254741000', 9)).toBe(9007199254740991);
  expect(sumOf(['1.5', '1.5', -3])).toBe(0);
  expect(plus(0.125, 3)).toBe(3.125);
  expect(plus(4503599627370496, 0.125)).toBe('4503599627370496.125');
});

test('signs and comparisons', () => {
  expect([negated(3), negated(0), negated('-0.5'), absolute('-2.5'), absolute(2)]).toEqual([
    -3,
    0,
    '0.5',
    '2.5',
    2,
  ]);
  expect(Object.is(negated(0), 0)).toBe(true);
  expect(compareQuantities('10', '9.5')).toBeGreaterThan(0);
  expect(compareQuantities('-10', 9)).toBeLessThan(0);
  expect([isZero('0.00'), isZero(0), isZero('0.01')]).toEqual([true, true, false]);
  expect([isSame('1.0', 1), isSame(null, 0), isSame(null, null)]).toEqual([true, false, true]);
});

test('an amount of NULL adds nothing, and one that is no number is not guessed', () => {
  expect([toAmount(null), toAmount('2.50')]).toEqual([0, '2.5']);
  expect(() => toAmount('NaN')).toThrow(TypeError);
});

test('any sum of cents is the sum of whole numbers', () => {
  const cents = fc.array(fc.bigInt({ min: -(10n ** 20n), max: 10n ** 20n }), { maxLength: 8 });
  const asText = (value: bigint) => {
    const digits = String(value < 0n ? -value : value).padStart(3, '0');
    return `${value < 0n ? '-' : ''}${digits.slice(0, -2)}.${digits.slice(-2)}`;
  };
  fc.assert(
    fc.property(cents, all => {
      const sum = sumOf(all.map(each => toAmount(asText(each))));
      expect(sum).toEqual(toQuantity(asText(all.reduce((total, each) => total + each, 0n))));
    }),
  );
});
