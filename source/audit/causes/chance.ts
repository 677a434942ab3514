/**
 * How surprising it is, in nats (a chance of e^-x), that a stretch holds exactly `need` records by chance: as if as many
 * were to be expected there, which is the kindest that can be said for chance.
 */
export function surprise(need: number): number {
  return need - need * Math.log(need) + logFactorial(need);
}

/** The natural logarithm of n!. */
export function logFactorial(n: number): number {
  if (n < 2) return 0;
  if (n < 20) {
    let sum = 0;
    for (let factor = 2; factor <= n; factor += 1) sum += Math.log(factor);
    return sum;
  }
  // Stirling's series; off by less than 1e-9 from here on.
  return (n + 0.5) * Math.log(n) - n + 0.5 * Math.log(2 * Math.PI) + 1 / (12 * n) - 1 / (360 * n ** 3);
}

/** The natural logarithm of the number of ways to choose `k` of `n`. */
export function logChoose(n: number, k: number): number {
  return k <= 0 || k >= n ? 0 : logFactorial(n) - logFactorial(k) - logFactorial(n - k);
}

/**
 * How surprising it is, in nats, that all of `wrong` presets are among those that something holds for, of whom there are
 * `rightWith` others, while it does not hold for `rightWithout` presets, if it had nothing to do with being wrong.
 */
export function separation(wrong: number, rightWith: number, rightWithout: number): number {
  return logChoose(wrong + rightWith + rightWithout, wrong) - logChoose(wrong + rightWith, wrong);
}
