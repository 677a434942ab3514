import { randomBytes } from 'node:crypto';
import { nameInSql } from '../config/operation-marks.ts';

export { givenSetting } from '../config/operation-marks.ts';

/** The setting through which a block returns its answer. */
export const resultSetting = `${nameInSql}.result`;

/** Dollar quotes that no name in the catalog can close, because they are random. */
export function dollarQuote(): string {
  return `$q${randomBytes(8).toString('hex')}$`;
}
