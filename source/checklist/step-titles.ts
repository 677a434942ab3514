import { isOfPresets } from '../counter/definition/counter-nouns.ts';
import type { CounterDefinition } from '../counter/definition/definition.ts';
import { type StepId, stepTitles } from './steps.ts';

/** What each step checks, in the words of the counter; those of presets while it is not known which it is. */
export function stepTitlesOf(definition: CounterDefinition | undefined): Record<StepId, string> {
  return !definition || isOfPresets(definition) ? stepTitles : counterStepTitles(definition);
}

function counterStepTitles({ row, record, nouns }: CounterDefinition): Record<StepId, string> {
  const [one, many] = nouns.record;
  return {
    'trigger-enabled': 'The trigger exists and is enabled',
    'use-increments': `A new ${one} changes ${row.count} as it should`,
    'second-use-increments': `So does another ${one} of the same ${nouns.row[0]}`,
    'records-exist': `There are ${many} that count`,
    'counts-match': `Every ${record.amount === null ? `count of ${many}` : `sum of ${record.amount}`} is right`,
    'no-log-errors': "No errors in the application's log",
  };
}
