import type { Cause } from './diagnosis.ts';

const writers =
  'preset-usage trigger lists what else writes the count, preset-usage scan the code that does.';
const deletions = 'Find out who deleted the records before a sync: it would lower counts that were right.';

const steps: Record<Cause, string> = {
  'double-counted': writers,
  'lost-updates':
    'Let the trigger alone count: preset-usage scan lists code that reads the count and writes it back.',
  'trigger-gap': 'preset-usage trigger says whether uses are counted now; a sync adds those that were not.',
  'history-deleted': deletions,
  'history-imported': 'If the imported records are uses, a sync adds them.',
  'reset-kept-history': 'If the reset was meant, leave these presets out of a sync: it would undo it.',
  'null-count': 'A sync sets the number; preset-usage migrate installs a trigger that copes with NULL.',
  'counted-without-record':
    'Find what calls it: its uses have no record, and a sync takes them off the count.',
  'records-moved': 'A sync corrects both presets, because the records say where uses belong.',
  'records-excluded': 'Decide whether these records count: a sync adds them.',
  'upsert-counted': 'Let the trigger fire AFTER INSERT: preset-usage migrate installs one that does.',
  'deleted-twice': writers,
  'default-not-zero': 'Let new ones begin with 0. Then a sync takes the default off the counts.',
  unknown: writers,
};

/** What to look at next, in sentences. */
export function nextOf(cause: Cause): string[] {
  return [steps[cause]];
}
