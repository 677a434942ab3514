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

/** Why uses are not counted now, going by the findings of judgeTrigger, in a sentence; null where they are. */
export function whyOff(findings: readonly Finding[]): string | null {
  return findings.find(({ code }) => stopsCounting.has(code))?.message ?? null;
}

/** What is sure to count a use once more, going by the same, in sentences. */
export function countsAgain(findings: readonly Finding[]): string[] {
  return findings.filter(({ code }) => code === 'second-counter').map(({ message }) => message);
}
