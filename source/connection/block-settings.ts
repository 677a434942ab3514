import { randomBytes } from 'node:crypto';

export { givenSetting } from '../config/operation-marks.ts';

/** The setting through which a block returns its answer. */
export const resultSetting = 'preset_usage.result';

/** Dollar quotes that no name in the catalog can close, because they are random. */
export function dollarQuote(): string {
  return `$q${randomBytes(8).toString('hex')}$`;
}
