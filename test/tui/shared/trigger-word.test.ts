import { expect, test } from 'vitest';
import { nounsOf, nounsOfPresets } from '../../../source/counter/definition/counter-nouns.ts';
import type { ShownHealth } from '../../../source/trigger/defined/shown-health.ts';
import { triggerWord } from '../../../source/tui/shared/trigger-word.ts';
import { comments, revenue } from '../../helpers/counters.ts';
import { finding, healthOf, keeper } from '../../helpers/shown-counters.ts';

const of = (change: Partial<ShownHealth>, definition = comments) =>
  triggerWord(healthOf(definition, [], change), nounsOf(definition));
const error = finding('move-not-counted', 'error');

test.each<[string, ReturnType<typeof of>, string, string]>([
  ['one that fires', of({}), 'Trigger enabled (origin)', 'good'],
  ['two of them', of({ triggers: [keeper('a'), keeper('b', 'always')] }), '2 triggers enabled', 'good'],
  [
    'a problem is where t shows it',
    of({ healthy: false, findings: [error, finding('clamped', 'warning')] }),
    'Trigger enabled (origin), 1 problem: press t',
    'bad',
  ],
  [
    'a doubt',
    of({ findings: [finding('clamped', 'warning')] }),
    'Trigger enabled (origin), 1 warning',
    'good',
  ],
  [
    'one that does not fire',
    of({ healthy: false, findings: [error], triggers: [keeper('a', 'disabled')] }),
    'Trigger disabled: it does not fire: comments are not counted',
    'bad',
  ],
  [
    'one of two that does not fire',
    of({ healthy: false, findings: [error, error], triggers: [keeper('a'), keeper('b', 'replica')] }),
    '1 of 2 triggers off, 2 problems: press t',
    'bad',
  ],
  [
    'none that fires',
    of({ healthy: false, triggers: [keeper('a', 'disabled'), keeper('b', 'disabled')] }),
    'None of its 2 triggers fires: comments are not counted',
    'bad',
  ],
  [
    'nothing at all',
    triggerWord(
      {
        ...healthOf(comments, [], {
          healthy: false,
          triggers: [],
          findings: [finding('trigger-missing', 'error')],
        }),
        events: [],
      },
      nounsOf(comments),
    ),
    'No trigger keeps it, 1 problem: press t',
    'bad',
  ],
  [
    'a function that is called',
    triggerWord(
      {
        ...healthOf(revenue, [], { triggers: [] }),
        events: [
          {
            event: 'insert',
            handled: true,
            effect: '+amount',
            keptBy: ['public.sell(uuid, numeric)'],
            canHappen: true,
            by: [],
          },
        ],
      },
      nounsOf(revenue),
    ),
    'Kept by public.sell(uuid, numeric), where it is called',
    'doubtful',
  ],
  [
    'the one of presets that is missing',
    triggerWord(
      healthOf(comments, [], {
        healthy: false,
        track: [],
        triggers: [{ ...keeper('t'), exists: false, enabled: null }],
      }),
      nounsOfPresets,
    ),
    'Trigger missing: uses are not counted',
    'bad',
  ],
])('%s', (_, found, text, tone) => expect(found).toEqual({ text, tone }));
