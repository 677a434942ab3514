import type { CounterNouns } from '../../counter/definition/counter-nouns.ts';
import { amount } from '../../format/plurals.ts';
import type { ShownHealth } from '../../trigger/defined/shown-health.ts';
import { enabledMeaningOf, type TriggerState } from '../../trigger/health.ts';

/** Whether what keeps the count works, in a few words for the header. */
export interface TriggerWord {
  text: string;
  tone: 'good' | 'bad' | 'doubtful';
}

/** What the header says of `health`; names of functions are not escaped for display yet. */
export function triggerWord(health: ShownHealth, { event: noun }: CounterNouns): TriggerWord {
  const { healthy, triggers, findings, track, events } = health;
  const existing = triggers.filter(({ exists }) => exists);
  const working = existing.filter(fires);
  const [first] = existing;
  if (!first && track !== null) return { text: `Trigger missing: ${noun[1]} are not counted`, tone: 'bad' };
  const hint = hintOf(findings);
  if (!first) {
    const [called] = events.flatMap(({ keptBy }) => keptBy);
    const what = called === undefined ? 'No trigger keeps it' : `Kept by ${called}, where it is called`;
    return { text: `${what}${hint}`, tone: healthy ? 'doubtful' : 'bad' };
  }
  if (working.length === 0 && first.enabled) {
    const text =
      existing.length === 1
        ? `Trigger ${first.enabled}: it ${enabledMeaningOf(noun)[first.enabled]}`
        : `None of its ${existing.length} triggers fires: ${noun[1]} are not counted`;
    return { text, tone: 'bad' };
  }
  return { text: `${stateOf(existing, working)}${hint}`, tone: healthy ? 'good' : 'bad' };
}

function stateOf(existing: readonly TriggerState[], working: readonly TriggerState[]): string {
  if (working.length < existing.length)
    return `${existing.length - working.length} of ${amount(existing.length, 'trigger')} off`;
  return existing.length === 1
    ? `Trigger enabled (${existing[0]?.enabled})`
    : `${amount(existing.length, 'trigger')} enabled`;
}

function fires({ enabled }: TriggerState): boolean {
  return enabled === 'origin' || enabled === 'always';
}

function hintOf(findings: ShownHealth['findings']): string {
  const problems = findings.filter(({ severity }) => severity === 'error').length;
  const warnings = findings.filter(({ severity }) => severity === 'warning').length;
  if (problems > 0) return `, ${amount(problems, 'problem')}: press t`;
  return warnings > 0 ? `, ${amount(warnings, 'warning')}` : '';
}
