import type { Finding } from '../../counter/finding.ts';
import { type ExitCode, exitCodes } from '../../errors/errors.ts';
import { formatWarning } from '../../simulation/format-use.ts';
import type { UseWarning } from '../../simulation/simulation.ts';

/** Exit code 1 where a finding is an error. */
export function exitCodeOf(findings: readonly Finding[]): ExitCode {
  return findings.some(({ severity }) => severity === 'error') ? exitCodes.unhealthy : exitCodes.healthy;
}

/** Findings as lines of a command's text. */
export function findingLines(findings: readonly Finding[]): string[] {
  return findings.flatMap(({ code, severity, message, hint }) => [
    '',
    `${severity}: ${message} (${code})`,
    `  ${hint}`,
  ]);
}

/** What the server said during a simulation, as lines of a command's text. */
export function warningLines(warnings: readonly UseWarning[]): string[] {
  return warnings.length === 0
    ? []
    : ['', 'The server said meanwhile:', ...warnings.map(each => `  ${formatWarning(each)}`)];
}

/** A number with one digit after the point. */
export function tenths(value: number): number {
  return Math.round(value * 10) / 10;
}
