/** How much of a long test to run: all of it with `npm run test:full`, else what fits into `npm test`. */
export function scaled(small: number, full: number): number {
  return process.env.TEST_SCALE === 'full' ? full : small;
}

/**
 * How long a test waits for what it expects, in milliseconds. In full it waits much longer: other work on the machine must not
 * fail a run of hours.
 */
export const patience = scaled(60_000, 300_000);

/** How long a long test may take, in milliseconds: `small` in `npm test`, and in full an hour. */
export function timeLimit(small: number): number {
  return scaled(small, 3_600_000);
}

/** The first `few` of these in `npm test`, all of them in full: for what differs little, such as sizes of the terminal. */
export function scaledList<T>(few: number, all: readonly T[]): readonly T[] {
  return all.slice(0, scaled(few, all.length));
}
