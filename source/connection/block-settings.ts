import { randomBytes } from 'node:crypto';
/** The settings through which a simulation gets its values and returns its answer. */
export const givenSetting = 'preset_usage.given';
export const resultSetting = 'preset_usage.result';

/** Dollar quotes that no name in the catalog can close, because they are random. */
export function dollarQuote(): string {
  return `$q${randomBytes(8).toString('hex')}$`;
}
