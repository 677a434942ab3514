import type { Counter } from '../../counter/counter.ts';
import { titled } from '../../counter/definition/counter-nouns.ts';
import type { CounterDefinition } from '../../counter/definition/definition.ts';
import { driftText, recordsText } from '../../format/format-figures.ts';
import { markdownText } from '../../format/markdown-text.ts';
import { countOf } from '../../format/numbers.ts';

const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;

/** The head of a table of counts, as Markdown of GitHub. */
export function markdownHead({ nouns, record }: CounterDefinition): string[] {
  const sum = record.amount === null ? 'Records' : 'Sum';
  return [
    line([markdownText(titled(nouns.row[0])), 'Count', sum, 'Drift', 'Why']),
    '| --- | --: | --: | --: | --- |',
  ];
}

/** A count as a row of that table: what its row is called, and its cause in a few words. */
export function markdownRow(counter: Counter, { name, why }: { name: string; why: string }): string {
  return line([
    markdownText(name),
    countOf(counter),
    counter.records === null ? '' : recordsText(counter),
    driftText(counter),
    markdownText(why),
  ]);
}
