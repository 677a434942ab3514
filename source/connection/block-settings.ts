import { randomBytes } from 'node:crypto';
/** The settings by which a rehearsal is told its values, and gives its answer. */
export const givenSetting = 'preset_usage.given';
export const resultSetting = 'preset_usage.result';

/** Quotes that no name in the catalog can end, because nobody knows them beforehand. */
export function dollarQuote(): string {
  return `$q${randomBytes(8).toString('hex')}$`;
}
