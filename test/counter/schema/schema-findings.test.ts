import { describe, expect, test } from 'vitest';
import type { Finding } from '../../../source/counter/finding.ts';
import { schemaFindings } from '../../../source/counter/schema/schema-findings.ts';
import type {
  ReportedColumn,
  ReportedForeignKey,
  ReportedTable,
  SchemaReport,
} from '../../../source/counter/schema/schema-report.ts';

function column(name: string, type: string, other: Partial<ReportedColumn> = {}): ReportedColumn {
  return {
    name,
    type,
    nullable: true,
    default: null,
    generated: false,
    identity: null,
    readable: true,
    ...other,
  };
}

const required = { nullable: false };

function table(name: string, columns: ReportedColumn[]): ReportedTable {
  return {
    name: `public.${name}`,
    schema: 'public',
    table: name,
    kind: 'table',
    estimatedRows: 10,
    columns,
    primaryKey: ['id'],
    checks: [],
    foreignKeys: [],
    indexes: [],
    partitioning: null,
    inheritedBy: [],
  };
}

const key: ReportedForeignKey = {
  name: 'uses_preset',
  columns: ['preset_id'],
  references: { table: 'public.presets', columns: ['id'] },
  onDelete: 'CASCADE',
  validated: true,
};

const presets = table('presets', [
  column('id', 'uuid', required),
  column('name', 'text'),
  column('usage_count', 'integer', { ...required, default: '0' }),
  column('last_used_at', 'timestamp with time zone'),
]);
const records: ReportedTable = {
  ...table('preset_usage', [
    column('id', 'uuid', { ...required, default: 'gen_random_uuid()' }),
    column('preset_id', 'uuid', required),
    column('created_at', 'timestamp with time zone', { ...required, default: 'now()' }),
  ]),
  foreignKeys: [key],
};

/** Ordinary tables, with a single finding. */
const usual: SchemaReport = {
  schema: 'public',
  presets,
  presetUsage: records,
  parts: {
    key: 'id',
    label: 'name',
    count: 'usage_count',
    lastUsed: 'last_used_at',
    preset: 'preset_id',
    time: 'created_at',
    type: null,
  },
  routines: [],
  why: [],
  hiddenBy: [],
  countsByIndex: true,
};
const cascade = {
  code: 'on-delete-cascade',
  severity: 'info',
  message:
    'Deleting a preset deletes its records too: its history is lost, but no count becomes wrong (ON DELETE CASCADE).',
};

interface Other {
  presets?: Partial<ReportedTable>;
  records?: Partial<ReportedTable>;
  parts?: Partial<SchemaReport['parts']>;
  report?: Partial<SchemaReport>;
  orphans?: number | null;
  findings?: Finding[];
}

/** The findings about tables that differ from ordinary ones, as `severity code: message`, without the ordinary ones. */
function said(other: Other = {}): string[] {
  const report: SchemaReport = {
    ...usual,
    ...other.report,
    presets: { ...presets, ...other.presets },
    presetUsage: { ...records, ...other.records },
    parts: { ...usual.parts, ...other.parts },
  };
  return schemaFindings(report, { orphans: other.orphans ?? null, findings: other.findings ?? [] })
    .filter(({ message }) => message !== cascade.message)
    .map(({ code, severity, message }) => `${severity} ${code}: ${message}`);
}

/** Columns of a table, with others added or replacing those with the same name. */
function columns(
  { columns: own }: ReportedTable,
  ...others: ReportedColumn[]
): { columns: ReportedColumn[] } {
  const names = others.map(({ name }) => name);
  return { columns: [...own.filter(({ name }) => !names.includes(name)), ...others] };
}

test('of ordinary tables only what a deletion does is reported', () => {
  expect(schemaFindings(usual, { orphans: null, findings: [] })).toEqual([cascade]);
  expect(said({ orphans: 0 })).toEqual([]);
});

test('warnings come before what is good to know, errors before both', () => {
  const finding = (severity: Finding['severity'], code: string): Finding => ({
    code,
    severity,
    message: 'M.',
    hint: 'H.',
  });
  expect(
    said({
      report: { why: ['There are two such tables.'] },
      findings: [
        finding('info', 'track-elsewhere'),
        finding('error', 'track-counts-too'),
        finding('error', 'second-counter'),
      ],
      parts: { label: null },
    }).map(text => text.split(':')[0]),
  ).toEqual(['error track-counts-too', 'warning chosen', 'info no-label', 'info track-elsewhere']);
});

test('a finding about what the application calls is repeated without its hint', () => {
  const finding: Finding = {
    code: 'track-missing',
    severity: 'warning',
    message: 'None.',
    hint: 'Make one.',
  };
  expect(schemaFindings(usual, { orphans: null, findings: [finding] })[0]).toEqual({
    code: 'track-missing',
    severity: 'warning',
    message: 'None.',
  });
});

const orphansWords =
  'to no preset, because it is gone or was never named. No count includes them. A reset with --delete-history deletes them too.';
const big = column('usage_count', 'bigint', required);

test.each<[string, Other, string[]]>([
  [
    'rows that are hidden',
    { report: { hiddenBy: ['row-level security hides rows'] } },
    [
      'warning rows-hidden: Row-level security hides rows: any count could be wrong, so counts are not shown.',
    ],
  ],
  ['one orphan', { orphans: 1 }, [`warning orphans: 1 record belongs ${orphansWords}`]],
  ['two orphans', { orphans: 2 }, [`warning orphans: 2 records belong ${orphansWords}`]],
  [
    'columns that cannot be read',
    {
      presets: columns(
        presets,
        column('name', 'text', { readable: false }),
        column('x', 'text', { readable: false }),
      ),
      records: columns(records, column('y', 'text', { readable: false })),
    },
    [
      'warning columns-hidden: This role may not read name, x of public.presets.',
      'warning columns-hidden: This role may not read y of public.preset_usage.',
    ],
  ],
  [
    'a key that may be NULL',
    { presets: columns(presets, column('id', 'uuid')) },
    [
      'warning key-nullable: id of public.presets may be NULL. No record can refer to a preset without a key, so such presets are left out everywhere.',
    ],
  ],
  [
    'a check on the count, and none on others',
    {
      presets: {
        checks: [
          { name: 'positive', definition: 'CHECK ((usage_count >= 0))' },
          { name: 'named', definition: "CHECK ((name <> ''))" },
        ],
      },
    },
    [
      'info count-checked: positive restricts usage_count: CHECK ((usage_count >= 0)). A count that violates it is refused, even from a sync.',
    ],
  ],
  [
    'a count that may be NULL',
    { presets: columns(presets, column('usage_count', 'integer')) },
    ['info count-nullable: usage_count may be NULL, which counts as 0.'],
  ],
  [
    'a bigint',
    { presets: columns(presets, big) },
    [
      'info count-is-bigint: usage_count is bigint: a count beyond 2^53 is shown unchanged, and skipped by sync and reset.',
    ],
  ],
  [
    'a count that the server computes',
    { presets: columns(presets, column('usage_count', 'integer', { ...required, generated: true })) },
    ['warning count-generated: usage_count is computed by the server: sync and reset cannot write it.'],
  ],
  ['a count that is in no column of the table', { parts: { count: 'elsewhere' } }, []],
  [
    'no label',
    { parts: { label: null } },
    ['info no-label: public.presets has no name, display_name or title: presets are listed by their id.'],
  ],
  [
    'no time',
    { parts: { time: null }, records: { columns: records.columns.slice(0, 2) } },
    [
      'warning no-time-column: public.preset_usage has no time column (created_at or used_at): last_used_at cannot be checked or set by a sync, and uses by day are not plotted.',
    ],
  ],
  [
    'no last use',
    { parts: { lastUsed: null }, presets: { columns: presets.columns.slice(0, 3) } },
    [
      'warning no-last-used: public.presets has no last_used_at: the time of the last use is neither shown nor checked.',
    ],
  ],
  [
    'two times',
    { records: columns(records, column('used_at', 'timestamp with time zone')) },
    ['info two-times: created_at is used as the time of a use; used_at is ignored.'],
  ],
  [
    'a last use that is no time',
    { parts: { lastUsed: null }, presets: columns(presets, column('last_used_at', 'text')) },
    [
      'warning no-last-used: public.presets has no last_used_at: the time of the last use is neither shown nor checked.',
      'warning time-is-no-time: last_used_at of public.presets is text, which is not a time: it is ignored.',
    ],
  ],
  [
    'times without a zone',
    {
      presets: columns(presets, column('last_used_at', 'date')),
      records: columns(
        records,
        column('created_at', 'timestamp(3) without time zone', { ...required, default: 'now()' }),
      ),
    },
    [
      'info naive-time: created_at of public.preset_usage has no time zone: it is read as UTC.',
      'info naive-time: last_used_at of public.presets is a date: times are only precise to a day, and read as UTC.',
    ],
  ],
  [
    'a reference to another table',
    { records: { foreignKeys: [{ ...key, references: { table: 'old.presets', columns: ['id'] } }] } },
    [
      'warning refers-elsewhere: preset_id of public.preset_usage refers to old.presets, not to public.presets: its records may belong to other presets.',
    ],
  ],
  [
    'a reference of another column',
    { records: { foreignKeys: [{ ...key, columns: ['style_id'] }] } },
    [
      'warning no-foreign-key: No foreign key from preset_id to public.presets: records can outlive their preset, and then count as orphans.',
    ],
  ],
  [
    'another column that refers elsewhere',
    {
      records: {
        foreignKeys: [
          { ...key, columns: ['user_id'], references: { table: 'public.users', columns: ['id'] } },
        ],
      },
    },
    [
      'warning no-foreign-key: No foreign key from preset_id to public.presets: records can outlive their preset, and then count as orphans.',
    ],
  ],
  [
    'references to both',
    { records: { foreignKeys: [{ ...key, references: { table: 'old.presets', columns: ['id'] } }, key] } },
    [],
  ],
  [
    'a reference that was never validated',
    { records: { foreignKeys: [{ ...key, validated: false }] } },
    [
      'warning foreign-key-not-valid: uses_preset was never validated: older records may refer to presets that do not exist.',
    ],
  ],
  [
    'no index',
    { report: { countsByIndex: false } },
    [
      'warning no-index: No index of public.preset_usage leads with preset_id: every count reads the whole table, so a large one is only counted by audits. CREATE INDEX CONCURRENTLY ON public.preset_usage (preset_id) helps.',
    ],
  ],
  [
    'a primary key of two columns',
    { records: { primaryKey: ['a', 'b'] } },
    [
      'info no-primary-key: public.preset_usage has no primary key of one column: a use can be simulated, but not really made, because it could not be undone.',
    ],
  ],
  [
    'records that need more',
    {
      records: columns(
        records,
        column('kind', 'text', required),
        column('user_id', 'uuid', required),
        column('n', 'bigint', { ...required, identity: 'always' }),
        column('day', 'date', { ...required, generated: true }),
        column('note', 'text'),
      ),
    },
    [
      'info required-columns: A record needs kind, user_id: a simulated insert copies them from a recent record, or guesses them from their types.',
    ],
  ],
  [
    'records that need one more',
    { records: columns(records, column('kind', 'text', required)) },
    [
      'info required-columns: A record needs kind: a simulated insert copies it from a recent record, or guesses it from its type.',
    ],
  ],
  [
    'a table that one inherits from',
    { presets: { inheritedBy: ['public.old_presets'], kind: 'foreign table' } },
    [
      'warning presets-inherited: public.old_presets inherits from public.presets: rows there are included, but triggers of public.presets do not fire for them.',
    ],
  ],
  [
    'records that two inherit from',
    { records: { inheritedBy: ['a', 'b'] } },
    [
      'warning records-inherited: a, b inherit from public.preset_usage: rows there are included, but triggers of public.preset_usage do not fire for them.',
    ],
  ],
  [
    'a foreign table',
    { records: { kind: 'foreign table' } },
    [
      'warning records-foreign: public.preset_usage is a foreign table: it can be read, but sync and reset are refused.',
    ],
  ],
  [
    'partitions',
    {
      presets: { partitioning: { key: 'LIST (a)', partitions: 1, levels: 1, hasDefault: false } },
      records: { partitioning: { key: 'RANGE (b)', partitions: 3, levels: 2, hasDefault: true } },
    },
    [
      'info presets-partitioned: public.presets is partitioned by LIST (a) into 1 partition.',
      'info records-partitioned: public.preset_usage is partitioned by RANGE (b) into 3 partitions on 2 levels, including a default partition. A reset deletes records in batches, never by TRUNCATE.',
    ],
  ],
])('of %s is said what it means', (_, other, expected) => {
  expect(said(other)).toEqual(expected);
});

test.each([
  ['numeric(12,2)', true],
  ['real', true],
  ['double precision', true],
  ['smallint', false],
  ['my numeric', false],
])('a count of type %s may be no whole number: %s', (type, may) => {
  const codes = said({ presets: columns(presets, column('usage_count', type, required)) });
  expect(codes).toEqual(
    may
      ? [
          `info count-not-whole: usage_count is ${type}, which allows fractions, NaN and Infinity. They are shown unchanged; sync and reset skip NaN and Infinity.`,
        ]
      : [],
  );
});

test.each([
  ['text', false],
  ['bigint', false],
  ['time without time zone', false],
  ['time', false],
  ['interval', false],
  ['timestamp with time zone', true],
  ['timepoint', true],
  ['own text', true],
])('a column named for a time of type %s can be one: %s', (type, can) => {
  const own = said({ records: columns(records, column('usedAt', type)) });
  const wrong = `warning time-is-no-time: usedAt of public.preset_usage is ${type}, which is not a time: it is ignored.`;
  expect(own.includes(wrong)).toBe(!can);
});

test('if no column can be the time, none is reported, not even one of an unknown type', () => {
  const others = { columns: [...records.columns.slice(0, 2), column('created_at', 'bytea')] };
  expect(said({ parts: { time: null }, records: others })).toEqual([
    expect.stringContaining('warning no-time-column'),
    'warning time-is-no-time: created_at of public.preset_usage is bytea, which is not a time: it is ignored.',
  ]);
});

describe('names that are not the usual ones', () => {
  test('are reported if only case and underscores differ', () => {
    const parts = {
      key: 'id',
      label: 'displayName',
      count: 'usageCount',
      lastUsed: 'lastUsedAt',
      preset: 'presetId',
      time: 'usedAt',
      type: 'usageType',
    };
    expect(
      said({ presets: { table: 'Presets' }, records: { table: 'presetUsage' }, parts }).join('\n'),
    ).toContain(
      'info other-names: Names were matched ignoring case and underscores: Presets for presets, presetUsage for preset_usage, usageCount for usage_count, lastUsedAt for last_used_at, presetId for preset_id, usageType for usage_type, usedAt for used_at, displayName for display_name.',
    );
  });

  test.each(['Name', 'Title', 'Created_At'])('so is %s', name => {
    const part = name === 'Created_At' ? { time: name } : { label: name };
    expect(said({ parts: part }).join('\n')).toContain(`${name} for ${name.toLowerCase()}.`);
  });

  test('are not reported if they are entirely different', () => {
    expect(said({ parts: { label: 'caption' }, presets: { table: 'styles' } })).toEqual([]);
  });
});

test.each([
  ['SET NULL', 'on-delete-set-null', 'leaves its records without a preset: they become orphans'],
  [
    'SET DEFAULT',
    'on-delete-set-default',
    'gives its records to the default preset, whose count does not change',
  ],
  ['NO ACTION', 'on-delete-no-action', 'is refused while it has records'],
  ['RESTRICT', 'on-delete-restrict', 'is refused while it has records'],
] as const)('what deleting a preset does under %s', (onDelete, code, then) => {
  expect(said({ records: { foreignKeys: [{ ...key, onDelete }] } })).toEqual([
    `info ${code}: Deleting a preset ${then} (ON DELETE ${onDelete}).`,
  ]);
});
