const hour = 3_600_000;

/** The length of the demo's history in days. */
export const historyDays = 120;

/** How busy each hour of a weekday is, from midnight UTC: a studio in Europe, with a few night owls. */
const busy = [2, 1, 1, 1, 1, 2, 4, 9, 16, 21, 23, 22, 17, 20, 24, 23, 20, 15, 11, 10, 9, 7, 5, 3];
const weekend = 0.35;

/**
 * Makes a function that turns a moment into a time in milliseconds since 1970. Moments come from the seeded random numbers:
 * 0 is the start of the history, 1 is `now`, and equal steps contain equally many uses. So uses fall on working hours, on
 * whatever day the demo is opened, and their order never changes. Moments below 0 are before the history, in linear time.
 */
export function createRhythm(now: number): (moment: number) => number {
  const hours = historyDays * 24;
  const start = now - hours * hour;
  const before = [0];
  for (let index = 0; index < hours; index += 1) {
    const middle = new Date(start + (index + 0.5) * hour);
    const rest = middle.getUTCDay() === 0 || middle.getUTCDay() === 6 ? weekend : 1;
    const growth = 1 + index / hours;
    before.push(before[index]! + busy[middle.getUTCHours()]! * rest * growth);
  }
  const total = before[hours]!;

  return moment => {
    if (moment <= 0) return Math.round(start + moment * hours * hour);
    const wanted = Math.min(moment, 1) * total;
    let low = 0;
    let high = hours - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (before[middle]! <= wanted) low = middle;
      else high = middle - 1;
    }
    const within = (wanted - before[low]!) / (before[low + 1]! - before[low]!);
    return Math.round(start + (low + within) * hour);
  };
}
