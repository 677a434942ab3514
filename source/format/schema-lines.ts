import type { CounterNouns } from '../counter/definition/counter-nouns.ts';
import type {
  ReportedColumn,
  ReportedTable,
  SchemaParts,
  SchemaReport,
} from '../counter/schema/schema-report.ts';

/** A line of text about the schema; `head` stands above those that belong to it. */
interface ShapeLine {
  kind: 'head' | 'line';
  text: string;
}

/** The tables of a counter other than that of presets, in its words. */
export function counterSchemaLines(
  { presets, presetUsage, parts }: SchemaReport,
  { row, event }: CounterNouns,
): ShapeLine[] {
  return [
    ...tableLines(presets, partsOfPresets(parts, event[0])),
    ...tableLines(presetUsage, partsOfRecords(parts, row[0], event[0])),
  ];
}

/** Both tables and what the application may call, one line for each thing that the catalog knows of them. */
export function schemaLines({ presets, presetUsage, parts, routines }: SchemaReport): ShapeLine[] {
  return [
    ...tableLines(presets, partsOfPresets(parts)),
    ...tableLines(presetUsage, partsOfRecords(parts)),
    head('What the application may call for a use'),
    ...(routines.length === 0 ? [line('nothing: it must insert the records itself')] : []),
    ...routines.map(({ identity, kind, returns, securityDefiner, language, arguments: list }) =>
      line(
        `${kind} ${identity}${returns === null ? '' : ` returns ${returns}`}, ${language}, runs as ${securityDefiner ? 'its owner' : 'its caller'}${defaults(list)}`,
      ),
    ),
  ];
}

function defaults(list: SchemaReport['routines'][number]['arguments']): string {
  const optional = list.filter(({ hasDefault }) => hasDefault).map(({ name, type }) => name ?? type);
  return optional.length === 0 ? '' : `; may be left out: ${optional.join(', ')}`;
}

function head(text: string): ShapeLine {
  return { kind: 'head', text };
}

function line(text: string): ShapeLine {
  return { kind: 'line', text };
}

type Parts = readonly (readonly [string | null, string])[];

function partsOfPresets({ key, label, count, lastUsed }: SchemaParts, event = 'use'): Parts {
  return [
    [key, 'the key'],
    [label, 'the name that is shown'],
    [count, 'the count'],
    [lastUsed, `the last ${event}`],
  ];
}

function partsOfRecords({ preset, time, type }: SchemaParts, row = 'preset', event = 'use'): Parts {
  return [
    [preset, `the ${row}`],
    [time, `the time of the ${event}`],
    [type, `the kind of ${event}`],
  ];
}

function tableLines(table: ReportedTable, parts: Parts): ShapeLine[] {
  const { name, kind, estimatedRows, columns, primaryKey, checks, foreignKeys, indexes, partitioning } =
    table;
  const rows = estimatedRows < 0 ? 'never analysed' : `about ${Math.round(estimatedRows)} rows`;
  const width = Math.min(24, Math.max(...columns.map(column => column.name.length)));
  return [
    head(`${name}, ${kind}, ${rows}`),
    ...columns.map(column => {
      const [, part] = parts.find(([own]) => own === column.name) ?? [];
      return line(`${column.name.padEnd(width)}  ${columnWords(column)}${part ? `  <- ${part}` : ''}`);
    }),
    ...(partitioning
      ? [
          line(
            `partitioned by ${partitioning.key}: ${partitioning.partitions} partitions${partitioning.hasDefault ? ', one for the rest' : ''}`,
          ),
        ]
      : []),
    line(primaryKey.length === 0 ? 'no primary key' : `primary key (${primaryKey.join(', ')})`),
    ...checks.map(({ name, definition }) => line(`${name}: ${definition}`)),
    ...foreignKeys.map(({ name, columns, references, onDelete, validated }) =>
      line(
        `${name}: (${columns.join(', ')}) refers to ${references.table} (${references.columns.join(', ')}), ON DELETE ${onDelete}${validated ? '' : ', not validated'}`,
      ),
    ),
    ...indexes.map(({ name, definition, valid }) =>
      line(`${name}: ${definition.replace(/^.* USING /, '')}${valid ? '' : ', INVALID'}`),
    ),
  ];
}

function columnWords({
  type,
  nullable,
  default: value,
  generated,
  identity,
  readable,
}: ReportedColumn): string {
  return [
    type,
    nullable ? '' : 'not null',
    generated ? `computed from ${value}` : value === null ? '' : `default ${value}`,
    identity === null ? '' : `identity (${identity})`,
    readable ? '' : 'not readable by this role',
  ]
    .filter(word => word !== '')
    .join(', ');
}
