import type { CounterDefinition } from '../../source/counter/definition/definition.ts';
import type { Finding } from '../../source/counter/finding.ts';
import { type EventName, neededEvents } from '../../source/trigger/defined/events.ts';
import type { ShownHealth } from '../../source/trigger/defined/shown-health.ts';
import type { Enabled } from '../../source/trigger/enabled.ts';
import type { TriggerState } from '../../source/trigger/health.ts';
import type { ShownSimulation } from '../../source/tui/simulation/shown-simulation.ts';
import { noSimulation, type SimulationState } from '../../source/tui/simulation/simulation-state.ts';

/** A trigger of comments. */
export function keeper(name: string, enabled: Enabled = 'origin'): TriggerState {
  return {
    name,
    table: 'public.comments',
    exists: true,
    enabled,
    timing: 'AFTER',
    events: ['INSERT', 'DELETE'],
    level: 'row',
    function: 'public.count_comment()',
    functionExists: true,
    definition: `CREATE TRIGGER ${name} AFTER INSERT OR DELETE ON public.comments`,
  };
}

export const finding = (
  code: string,
  severity: Finding['severity'],
  message = `${code} was found.`,
): Finding => ({
  code,
  severity,
  message,
  hint: `What to do about ${code}.`,
});

/** The health of a counter that one trigger keeps; `missed` events are not handled, and can happen. */
export function healthOf(
  definition: CounterDefinition,
  missed: readonly EventName[] = [],
  change: Partial<ShownHealth> = {},
): ShownHealth {
  return {
    healthy: missed.length === 0,
    headline: `Healthy or not: ${definition.id}.`,
    triggers: [keeper('count_comment')],
    track: null,
    events: neededEvents(definition).map(event => ({
      event,
      handled: !missed.includes(event),
      effect: missed.includes(event) ? null : '+1',
      keptBy: ['count_comment'],
      canHappen: event === 'insert' || missed.includes(event),
      by: missed.includes(event) ? [`Something makes ${event} happen`] : [],
    })),
    findings: missed.map(event => finding(`${event}-not-counted`, 'error')),
    others: [],
    writers: [],
    ...change,
  };
}

/** A simulation of comments that came out right but for the move. */
export const steps: ShownSimulation = {
  sound: false,
  verdict: 'not-confirmed',
  headline: 'Not confirmed: comments_count came out wrong after 1 of 3 steps.',
  facts: [
    ['Moved to', 'Spring'],
    ['As user', 'none: no recent record names one'],
    ['Rows locked', '1.5 ms; other writers of these rows waited that long'],
  ],
  steps: [
    { status: 'right', what: 'Adding one comment', seen: 'comments_count 3 to 4 (+1)' },
    {
      status: 'right',
      what: 'Changing one comment so that it no longer counts',
      seen: 'comments_count 4 to 3 (-1)',
    },
    {
      status: 'wrong',
      what: 'Moving one comment to another post',
      seen: 'comments_count 3 to 3 (0, and should change by -1); comments_count 1 to 1 (0, and should change by +1)',
    },
  ],
  warnings: [],
  findings: [finding('move-miscounted', 'error')],
};

/** The state of a console that has just simulated them. */
export const simulated: SimulationState = {
  ...noSimulation,
  use: {
    preset: { id: '1', name: 'Hello' },
    phase: 'done',
    plan: null,
    result: steps,
    error: null,
    real: null,
  },
};
