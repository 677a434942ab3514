import type { SchemaFinding } from '../../counter/schema/schema-findings.ts';
import { type LastUsedTally, lastUsedRemarks } from '../../diagnosis/last-used.ts';
import { amount } from '../../format/plurals.ts';
import { displayText } from '../../format/text.ts';

/** What has to be known to read the numbers: which tables they are of, what could not be compared and what was not looked at. */
export function notes(
  remarks: readonly SchemaFinding[],
  lastUsed: LastUsedTally | null,
  notLookedAt: { presets: number; failed: string | null },
): string[] {
  const told = [
    ...remarks
      .filter(({ code }) => ['chosen', 'no-time-column', 'no-last-used'].includes(code))
      .map(({ message }) => message),
    ...(notLookedAt.failed !== null
      ? [`Why counts are wrong could not be found out: ${notLookedAt.failed}`]
      : notLookedAt.presets > 0
        ? [
            `Why was not looked for in ${amount(notLookedAt.presets, 'preset')} marked "-": there is too much to read, or nothing that tells.`,
          ]
        : []),
    ...(lastUsed ? lastUsedRemarks(lastUsed) : []),
  ];
  return told.length === 0 ? [] : ['', ...told.map(message => `Note: ${displayText(message)}`)];
}
