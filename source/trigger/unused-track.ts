import type { Finding } from '../counter/finding.ts';
import type { TriggerHealth } from './health.ts';

/**
 * The same health where nothing in the application's source calls the function for a use: then its faults are no faults of the
 * counter.
 */
export function withoutUnusedTrack(health: TriggerHealth, directory: string): TriggerHealth {
  const findings = health.findings.map(
    (finding): Finding =>
      finding.code.startsWith('track-') && finding.severity !== 'info'
        ? {
            ...finding,
            severity: 'info',
            message: `${finding.message} Nothing in ${directory} calls it, so this is no fault of the counter.`,
          }
        : finding,
  );
  return { ...health, findings, healthy: findings.every(({ severity }) => severity !== 'error') };
}
