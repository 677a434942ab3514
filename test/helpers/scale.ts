/** How much of a long test to run: all of it with `npm run test:full`, else what fits into `npm test`. */
export function scaled(small: number, full: number): number {
  return process.env.TEST_SCALE === 'full' ? full : small;
}
