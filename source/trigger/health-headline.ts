import { trackName } from './expected-names.ts';
import type { TriggerHealth } from './health.ts';

/** Which part is at fault, in one sentence: the trigger, the function that the application calls, or something beside them. */
export function healthHeadline({ healthy, findings }: Pick<TriggerHealth, 'healthy' | 'findings'>): string {
  if (healthy) return 'Healthy: according to the catalog, each use is counted once.';
  const errors = findings.filter(({ severity }) => severity === 'error').map(({ code }) => code);
  const track = errors.some(code => code.startsWith('track-'));
  const trigger = errors.some(code => /^(trigger|function|statement)-/.test(code));
  if (track && trigger) return `Not healthy: the trigger and ${trackName}() are both at fault.`;
  if (track && errors.every(code => code.startsWith('track-')))
    return `Not healthy: ${trackName}() is at fault. Nothing is wrong with the trigger.`;
  if (trigger) return 'Not healthy: the trigger is at fault.';
  return track
    ? `Not healthy: ${trackName}() and something else are at fault. Nothing is wrong with the trigger.`
    : 'Not healthy: something beside the trigger is at fault.';
}
