import { expect, test } from 'vitest';
import type { Totals } from '../../../source/counter/counter.ts';
import type { InspectedDatabase } from '../../../source/counter/inspect-database.ts';
import { whyEmpty } from '../../../source/tui/list/why-empty.ts';
import { initialState, type Row, type State } from '../../../source/tui/state/model.ts';

const seeing = (hiddenBy: string[]) => ({ tables: { hiddenBy } }) as unknown as InspectedDatabase;
const sums = (presets: number, accurate: number): Totals => ({
  rows: presets,
  accurate,
  mismatched: 0,
  tooHigh: 0,
  tooLow: 0,
  records: 0,
});
const state = (parts: Partial<State>): State => ({
  ...initialState({ columns: 80, rows: 24 }),
  inspected: seeing([]),
  ...parts,
});

const accurate = (...names: string[]) =>
  new Map(
    names.map(name => {
      const id = `${name.toLowerCase()}-id`;
      return [id, { id, name, usageCount: 1, records: 1 } as unknown as Row];
    }),
  );

test.each<[string, Partial<State>, string | null]>([
  ['nothing read yet', {}, null],
  ['no presets', { totals: sums(0, 0) }, 'There are no presets yet.'],
  [
    'no mismatch',
    { onlyMismatches: true, totals: sums(3, 3) },
    'No mismatch: every count equals its records.',
  ],
  [
    'no mismatch before the first audit is done',
    { onlyMismatches: true },
    'No mismatch so far. Not every preset is checked yet.',
  ],
  [
    'a preset that came after the audit',
    { onlyMismatches: true, totals: sums(3, 2) },
    'No mismatch so far. 1 preset is not checked yet.',
  ],
  [
    'rows that are hidden',
    { onlyMismatches: true, totals: sums(3, 3), inspected: seeing(['a policy']) },
    'Not known: rows are hidden from this role.',
  ],
  ['mismatches before the database was read', { onlyMismatches: true, inspected: null }, null],
  ['a filter', { filter: 'noir', totals: sums(3, 3) }, 'No preset has "noir" in its name.'],
  [
    'a filter before all presets are read',
    { filter: 'noir' },
    'No preset has "noir" in its name so far. Not every preset is read yet.',
  ],
  [
    'a filter among mismatches, with one preset unchecked',
    { filter: 'noir', onlyMismatches: true, totals: sums(3, 2) },
    'No mismatch has "noir" in its name so far. Not every preset is read yet.',
  ],
  [
    'a filter that only presets without a mismatch match',
    { filter: 'NOIR', onlyMismatches: true, totals: sums(3, 3), rows: accurate('Noir', 'Film noir', 'Neon') },
    'No mismatch has "NOIR" in its name. 2 other presets have it: press m to list all.',
  ],
  [
    'a filter by an id that only one other preset has',
    { filter: 'noir-id', onlyMismatches: true, totals: sums(3, 2), rows: accurate('Noir') },
    'No mismatch has "noir-id" in its name so far. Not every preset is read yet. 1 other preset has it: press m to list all.',
  ],
])('%s', (_, parts, words) => {
  expect(whyEmpty(state(parts))).toBe(words);
});
