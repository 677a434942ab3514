/**
 * How surprising it is, in nats (a chance of e^-x), that a stretch with records of a preset holds exactly `need`. Assumes the
 * stretch that makes this most likely, so chance gets the benefit of the doubt. A single record is no surprise.
 */
export function surprise(need: number): number {
  if (need <= 1) return 0;
  // For a Poisson number that is not 0, `need` is most likely at the mean m with m / (1 - e^-m) = need.
  let mean = need;
  for (let round = 0; round < 50; round += 1) mean = need * (1 - Math.exp(-mean));
  return mean + Math.log1p(-Math.exp(-mean)) - need * Math.log(mean) + logFactorial(need);
}

/** The natural logarithm of n!. */
function logFactorial(n: number): number {
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
 * How surprising it would be, in nats, if something that has nothing to do with being wrong held for so many of the `wrong`
 * presets and so few of the `right` ones: Fisher's exact test, one-sided.
 */
export function separation(
  wrong: { with: number; without: number },
  right: { with: number; without: number },
): number {
  const wrongs = wrong.with + wrong.without;
  const rights = right.with + right.without;
  const held = wrong.with + right.with;
  const all = logChoose(wrongs + rights, held);
  let chance = 0;
  for (let other = wrong.with; other <= Math.min(wrongs, held); other += 1) {
    if (held - other > rights) continue;
    chance += Math.exp(logChoose(wrongs, other) + logChoose(rights, held - other) - all);
  }
  // Too small for a number: the first term is nearly all of it.
  if (chance === 0) return all - logChoose(wrongs, wrong.with) - logChoose(rights, held - wrong.with);
  return Math.max(0, -Math.log(chance));
}
