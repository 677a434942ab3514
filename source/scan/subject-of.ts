import type { ConfiguredCounter } from '../counter/configured/read-config.ts';
import { parseCounterId, parseNames } from '../counter/definition/counter-id.ts';
import type { CounterDefinition, CounterWriter } from '../counter/definition/definition.ts';
import { presetNames } from '../counter/definition/preset-names.ts';
import { unquoted } from '../counter/discovery/unquoted.ts';
import { keeperNames } from '../format/format-definition.ts';
import type { ScanSubject } from './subject.ts';

/** What a scan for a counter looks for. */
export function subjectOf({
  id,
  row,
  via,
  record,
  nouns,
  source,
  writers,
  besides = [],
}: CounterDefinition): ScanSubject {
  const named = (kind: CounterWriter['kind']) => plainNames(writers.filter(each => each.kind === kind));
  const functions = named('function');
  return {
    counter: source.kind === 'built-in' ? null : id,
    table: (via ?? row).table,
    column: row.count,
    records: record.table,
    reference: record.reference,
    nouns,
    writers: {
      triggers: named('trigger'),
      functions,
      besides: plainNames(besides.map(name => ({ kind: 'function', name, events: [] }))).filter(
        // Of functions of one name a call does not say which is meant.
        name => !functions.includes(name),
      ),
    },
  };
}

const plainNames = (writers: readonly CounterWriter[]) => [...new Set(keeperNames(writers).map(unquoted))];

/** The same for a counter of the configuration, which may not say where the records are. */
export function subjectOfConfigured({ written }: ConfiguredCounter): ScanSubject | null {
  const { counter, records, nouns } = written;
  const { table, column } = parseCounterId(counter) ?? { table: counter, column: counter };
  if (table === presetNames.rows && column === presetNames.count) return null;
  return {
    counter,
    table,
    column,
    records: records?.table === undefined ? null : (parseNames(records.table)?.at(-1) ?? null),
    reference: [records?.reference ?? []].flat(),
    nouns: { row: nouns?.row ?? ['row', 'rows'], record: nouns?.record ?? ['record', 'records'] },
  };
}

/** What is scanned for, in words. */
export interface Named {
  counts: string;
  keeper: string;
}

// Of a database with many counters a sentence names a few.
const most = 5;

/** The counters of a scan by their ids, or that of presets alone. */
export function namedTogether(ids: readonly string[] | undefined): Named {
  if (!ids) return { counts: presetNames.count, keeper: 'the trigger' };
  const shown = ids.length > most ? [...ids.slice(0, most), `${ids.length - most} more`] : [...ids];
  const last = shown.pop() ?? '';
  return { counts: shown.length === 0 ? last : `${shown.join(', ')} or ${last}`, keeper: 'what may keep it' };
}
