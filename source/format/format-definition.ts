import type { CounterDefinition } from '../counter/definition/definition.ts';
import { predicateText } from '../counter/definition/predicate-text.ts';

/** What a counter counts, in a few words: comments by post_id where deleted_at IS NULL. */
export function whatIsCounted({ record, via, row }: CounterDefinition): string {
  const what = record.amount === null ? record.table : `${record.amount} of ${record.table}`;
  const by = record.reference.length === 0 ? '' : ` by ${record.reference.join(', ')}`;
  const through = record.through ? ` through ${record.through.table}` : '';
  const where = record.where ? ` where ${predicateText(record.where, name => name)}` : '';
  return `${what}${by}${through}${via ? `, of ${row.table}` : ''}${where}`;
}

const sources: Readonly<Record<CounterDefinition['source']['kind'], string>> = {
  'built-in': 'this console',
  config: 'configuration',
  trigger: 'trigger',
  function: 'function',
  'foreign-key-and-name': 'name',
};

/** How a counter is known, and how certain that is. */
export function knownBy({ source, confidence }: CounterDefinition): string {
  return `${sources[source.kind]}${confidence === 'certain' ? '' : `, ${confidence}`}`;
}

/** What keeps the count, as far as the catalog says: kept by trigger count_comment. Null if nothing was found. */
export function keptBy({ writers }: Pick<CounterDefinition, 'writers'>): string | null {
  if (writers.length === 0) return null;
  const [first, ...others] = [...new Set(writers.map(({ kind, name }) => `${kind} ${name}`))];
  return `kept by ${first}${others.length === 0 ? '' : ` and ${others.length} more`}`;
}

/** The names of what keeps the count, each once: a trigger without its table, a function without schema and arguments. */
export function keeperNames(writers: CounterDefinition['writers']): string[] {
  return [...new Set(writers.map(({ kind, name }) => shortName(kind, name)))];
}

function shortName(kind: CounterDefinition['writers'][number]['kind'], name: string): string {
  if (kind === 'trigger') return name.replace(/ on (?!.* on ).*$/, '');
  return name.replace(/\([^()]*\)$/, '').replace(/^(?:"(?:[^"]|"")*"|[^".]+)\./, '');
}
