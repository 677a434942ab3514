import { ConsoleError, exitCodes } from '../../errors/errors.ts';
import { counterId, parseCounterId, parseNames } from '../definition/counter-id.ts';
import type { CounterDefinition, NotCheckable, TableName } from '../definition/definition.ts';
import type { ConfiguredCounter } from './read-config.ts';

/** The counters of a database, and what looks like one. */
export interface FoundCounters {
  counters: readonly CounterDefinition[];
  notCheckable: readonly NotCheckable[];
  /**
   * The functions of which everything that they write is known, by their names: the schema, the table and the name of each column,
   * as `placeOfCount` has them. Left out where it was not asked.
   */
  functions?: ReadonlyMap<string, ReadonlySet<string>>;
}

/**
 * The counters that were found, as the configuration has them: it wins, and what it leaves out is filled in. Throws (exit code
 * 3) if a counter of the configuration lacks something that was not found either. `reserved` are the words that SQL needs
 * quoted.
 */
export function mergeConfig(
  configured: readonly ConfiguredCounter[],
  { counters, notCheckable, functions }: FoundCounters,
  reserved: ReadonlySet<string>,
): FoundCounters {
  const found = new Map(counters.map(each => [placeOfCount(each), each]));
  for (const each of configured) {
    const { schema, table, column } = namesOf(each);
    const key = JSON.stringify([schema, table, column]);
    found.set(key, merged(each, found.get(key) ?? null, reserved));
  }
  return {
    counters: [...found.values()],
    notCheckable: notCheckable.filter(
      ({ table, column }) => !found.has(JSON.stringify([table.schema, table.table, column])),
    ),
    ...(functions ? { functions } : {}),
  };
}

/** The schema, the table and the column of a count: no two counters have the same. */
export function placeOfCount({ row, via }: CounterDefinition): string {
  const { schema, table } = via ?? row;
  return JSON.stringify([schema, table, row.count]);
}

function merged(
  configured: ConfiguredCounter,
  base: CounterDefinition | null,
  reserved: ReadonlySet<string>,
): CounterDefinition {
  const { written, where, place } = configured;
  const { schema, table, column } = namesOf(configured);
  const { row = {}, records = {} } = written;
  const need = <Value>(value: Value | undefined, what: string): Value => {
    if (value !== undefined) return value;
    throw incomplete(place, what);
  };
  const elsewhere = row.table !== undefined || (base?.via ?? null) !== null;
  const through =
    records.through === undefined
      ? (base?.record.through ?? null)
      : records.through && {
          ...tableOf(records.through.table),
          key: listOf(records.through.key),
          reference: listOf(records.through.reference),
        };
  return {
    id: counterId({ schema, table }, column, reserved),
    row: {
      ...(row.table === undefined
        ? elsewhere && base
          ? { schema: base.row.schema, table: base.row.table }
          : { schema, table }
        : tableOf(row.table)),
      key: need(row.key === undefined ? base?.row.key : listOf(row.key), 'row.key'),
      label: row.label === undefined ? (base?.row.label ?? null) : row.label,
      count: column,
      touched: row.touched === undefined ? (base?.row.touched ?? null) : row.touched,
    },
    via: elsewhere
      ? {
          schema,
          table,
          row: need(
            row.countRefers === undefined ? base?.via?.row : listOf(row.countRefers),
            'row.countRefers',
          ),
        }
      : null,
    record: {
      ...(records.table === undefined
        ? need(base ? { schema: base.record.schema, table: base.record.table } : undefined, 'records.table')
        : tableOf(records.table)),
      reference: need(
        records.reference === undefined ? base?.record.reference : listOf(records.reference),
        'records.reference',
      ),
      through,
      time: records.time === undefined ? (base?.record.time ?? null) : records.time,
      kind: records.kind === undefined ? (base?.record.kind ?? null) : records.kind,
      user: records.user === undefined ? (base?.record.user ?? null) : records.user,
      where: where === undefined ? (base?.record.where ?? null) : where,
      amount: records.amount === undefined ? (base?.record.amount ?? null) : records.amount,
    },
    onDelete: written.onDelete ?? base?.onDelete ?? 'subtracts',
    nouns: {
      row: written.nouns?.row ?? base?.nouns.row ?? ['row', 'rows'],
      record: written.nouns?.record ?? base?.nouns.record ?? ['record', 'records'],
    },
    source: { kind: 'config', evidence: [`${place} describes it.`, ...(base?.source.evidence ?? [])] },
    confidence: 'certain',
    writers: base?.writers ?? [],
    ...(base?.besides ? { besides: base.besides } : {}),
  };
}

function namesOf({ written, place }: ConfiguredCounter): TableName & { column: string } {
  const { schema = null, table = '', column = '' } = parseCounterId(written.counter) ?? {};
  if (schema === null) throw incomplete(place, 'the schema of the count');
  return { schema, table, column };
}

function tableOf(text: string): TableName {
  const [table = '', schema = 'public'] = parseNames(text)?.toReversed() ?? [];
  return { schema, table };
}

function listOf(columns: string | readonly string[]): readonly string[] {
  return typeof columns === 'string' ? [columns] : columns;
}

function incomplete(place: string, what: string): ConsoleError {
  return new ConsoleError({
    code: 'incomplete-counter',
    message: `${place}: ${what} is missing, and nothing in the database tells it.`,
    hint: 'Add it to the description of this counter.',
    exitCode: exitCodes.unreachable,
  });
}
