import { expect, test } from 'vitest';
import { healthHeadline } from '../../source/trigger/health-headline.ts';

const headline = (...codes: string[]) =>
  healthHeadline({
    healthy: codes.length === 0,
    findings: codes.map(code => ({ code, severity: 'error', message: '', hint: '' })),
  });

test.each([
  [[], 'Healthy: according to the catalog, each use is counted once.'],
  [['trigger-disabled'], 'Not healthy: the trigger is at fault.'],
  [['function-does-not-count'], 'Not healthy: the trigger is at fault.'],
  [
    ['track-does-not-fit'],
    'Not healthy: track_preset_usage() is at fault. Nothing is wrong with the trigger.',
  ],
  [
    ['track-counts-too', 'trigger-before'],
    'Not healthy: the trigger and track_preset_usage() are both at fault.',
  ],
  [['second-counter'], 'Not healthy: something beside the trigger is at fault.'],
])('%s: %s', (codes, expected) => expect(headline(...codes)).toBe(expected));
