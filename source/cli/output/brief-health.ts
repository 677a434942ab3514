import { shortened } from '../../errors/shorten.ts';
import type { TriggerHealth } from '../../trigger/health.ts';

// In characters.
const longest = 4_000;

/** What is said of the trigger, at a length that can be printed: definitions hold conditions, which may be any text. */
export function briefHealth(health: TriggerHealth): TriggerHealth {
  const { trigger, findings } = health;
  return {
    ...health,
    trigger: { ...trigger, definition: trigger.definition && shortened(trigger.definition, longest) },
    findings: findings.map(finding => ({
      ...finding,
      message: shortened(finding.message, longest),
      hint: shortened(finding.hint, longest),
    })),
  };
}
