import type { CounterDefinition } from '../../counter/definition/definition.ts';
import type { Finding } from '../../counter/finding.ts';
import type { Writer } from '../effects/writer.ts';
import { writersIn } from '../effects/writers.ts';
import { describeOther, type OtherTrigger, type TriggerHealth, type TriggerState } from '../health.ts';
import { healthHeadline } from '../health-headline.ts';
import type { CounterHealth, EventHealth } from './judge.ts';
import type { ReadHealth } from './read-health.ts';

/** How a counter is kept, in the same form for presets and for any other counter. */
export interface ShownHealth {
  /** True if no finding is an error. */
  healthy: boolean;
  headline: string;
  /** The triggers that keep the count; of presets the one that should, even if it does not exist. */
  triggers: TriggerState[];
  /** Routines that the application may call for a use of a preset; null for other counters. */
  track: TriggerHealth['track'] | null;
  /** What can happen to records, and whether it is counted; empty for presets, which are judged by their trigger. */
  events: EventHealth[];
  findings: Finding[];
  /** Other triggers on both tables. */
  others: OtherTrigger[];
  /** Everything that writes the count, or inserts into or deletes from the records. */
  writers: Writer[];
}

/** The health of the counter of presets. */
export function shownHealthOfPresets(health: TriggerHealth): ShownHealth {
  const { healthy, trigger, track, findings, others, writers } = health;
  return {
    healthy,
    headline: healthHeadline(health),
    triggers: [trigger],
    track,
    events: [],
    findings,
    others,
    writers,
  };
}

/** The health of any other counter. */
export function shownHealthOf({
  health,
  known,
  writers,
}: Pick<ReadHealth, 'health' | 'known' | 'writers'>): ShownHealth {
  const { healthy, triggers, events, findings } = health;
  const own = new Set(triggers.map(({ name }) => name));
  const others = writers.triggers.filter(
    ({ name, tableOid }) =>
      (tableOid === writers.recordsOid && !own.has(name)) || tableOid === writers.presetsOid,
  );
  return {
    healthy,
    headline: counterHeadline(health, known.definition),
    triggers,
    track: null,
    events,
    findings,
    others: others.map(other => describeOther(other, writers)),
    writers: writersIn(writers),
  };
}

/** Whether a counter is kept, in one sentence. */
export function counterHeadline(
  {
    healthy,
    triggers,
    events,
    findings,
  }: Pick<CounterHealth, 'healthy' | 'triggers' | 'events' | 'findings'>,
  { id }: CounterDefinition,
): string {
  if (!healthy) {
    return triggers.length === 0
      ? `Not healthy: no trigger keeps ${id}.`
      : `Not healthy: ${id} is not kept in every case.`;
  }
  // function-search-path is about safety: the function itself counts right.
  const doubted = findings.some(
    ({ severity, code }) => severity === 'warning' && code !== 'function-search-path',
  );
  const left = events.filter(({ handled }) => handled !== true);
  if (!doubted && left.length === 0) return `Healthy: according to the catalog, ${id} is kept.`;
  return !doubted && left.every(({ canHappen }) => !canHappen)
    ? `Healthy: ${id} is kept, except for what only the owner of its records can do.`
    : `No error was found, but ${id} may not be kept in every case.`;
}
