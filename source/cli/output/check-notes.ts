import type { SchemaFinding } from '../../counter/schema/schema-findings.ts';
import { type LastUsedTally, lastUsedRemarks } from '../../diagnosis/last-used.ts';
import { amount } from '../../format/plurals.ts';
import { displayText } from '../../format/text.ts';

/** What a reader of the numbers has to know: which tables they are of, what was not compared and what was not diagnosed. */
export function notes(
  elsewhere: readonly string[],
  remarks: readonly SchemaFinding[],
  lastUsed: LastUsedTally | null,
  notLookedAt: { presets: number; failed: string | null },
): string[] {
  const told = [
    ...elsewhere,
    ...remarks
      .filter(({ code }) => ['chosen', 'no-time-column', 'no-last-used'].includes(code))
      .map(({ message }) => message),
    ...(notLookedAt.failed !== null
      ? [`The causes could not be determined: ${notLookedAt.failed}`]
      : notLookedAt.presets > 0
        ? [
            `${amount(notLookedAt.presets, 'preset')} marked "-" were not diagnosed: too many records to read, or no evidence.`,
          ]
        : []),
    ...(lastUsed ? lastUsedRemarks(lastUsed) : []),
  ];
  return told.length === 0 ? [] : ['', ...told.map(message => `Note: ${displayText(message)}`)];
}
