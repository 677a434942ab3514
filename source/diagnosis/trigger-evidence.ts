import type { Finding } from '../counter/finding.ts';

const stopsCounting = new Set([
  'trigger-missing',
  'trigger-wrong-table',
  'trigger-disabled',
  'trigger-off-in-partition',
  'trigger-replica-only',
  'trigger-not-on-insert',
  'function-does-not-count',
]);

/** Why uses are not counted now, in a sentence, according to the findings of judgeTrigger; null if they are. */
export function whyOff(findings: readonly Finding[]): string | null {
  return findings.find(({ code }) => stopsCounting.has(code))?.message ?? null;
}

/** What certainly counts a use a second time, according to the same findings, in sentences. */
export function countsAgain(findings: readonly Finding[]): string[] {
  return findings.filter(({ code }) => code === 'second-counter').map(({ message }) => message);
}
