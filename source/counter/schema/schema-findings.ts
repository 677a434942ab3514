import { presetNames } from '../definition/preset-names.ts';
import { foldName } from '../discovery/fold-name.ts';
import type { Finding, Severity } from '../finding.ts';
import type { ReportedColumn, ReportedTable, SchemaReport } from './schema-report.ts';

/** What is unusual about the tables, and what the console therefore does or cannot do, in one or two sentences. */
export interface SchemaFinding {
  code: string;
  severity: Severity;
  message: string;
}

/** What is known besides the catalog's description. */
interface SchemaContext {
  /** Null if unknown. */
  orphans: number | null;
  /** Findings about the trigger: those about what the application calls are repeated here. */
  findings: readonly Finding[];
}

/** Everything worth knowing about the tables before trusting their numbers, warnings first. */
export function schemaFindings(report: SchemaReport, { orphans, findings }: SchemaContext): SchemaFinding[] {
  const remarks = [
    ...report.why.map(message => warn('chosen', message)),
    ...report.hiddenBy.map(reason =>
      warn('rows-hidden', `${sentence(reason)}: any count could be wrong, so counts are not shown.`),
    ),
    ...unreadable(report),
    ...otherNames(report),
    ...onKey(report),
    ...onCount(report),
    ...onTimes(report),
    ...onLabel(report),
    ...onReference(report),
    ...onRecords(report),
    ...onStorage(report.presets, 'presets'),
    ...onStorage(report.presetUsage, 'records'),
    ...(orphans !== null && orphans > 0
      ? [
          warn(
            'orphans',
            `${orphans} ${orphans === 1 ? 'record belongs' : 'records belong'} to no preset, because it is gone or was never named. No count includes them. A reset with --delete-history deletes them too.`,
          ),
        ]
      : []),
    ...findings
      .filter(({ code }) => code.startsWith('track-'))
      .map(({ code, severity, message }) => ({ code, severity, message })),
  ];
  return remarks.sort((a, b) => rank[a.severity] - rank[b.severity]);
}

const rank: Record<Severity, number> = { error: 0, warning: 1, info: 2 };

function warn(code: string, message: string): SchemaFinding {
  return { code, severity: 'warning', message };
}

function info(code: string, message: string): SchemaFinding {
  return { code, severity: 'info', message };
}

function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function columnOf({ columns }: ReportedTable, name: string | null): ReportedColumn | undefined {
  return columns.find(column => column.name === name);
}

function unreadable(report: SchemaReport): SchemaFinding[] {
  return [report.presets, report.presetUsage].flatMap(table => {
    const hidden = table.columns.filter(({ readable }) => !readable).map(({ name }) => name);
    if (hidden.length === 0) return [];
    return [warn('columns-hidden', `This role may not read ${hidden.join(', ')} of ${table.name}.`)];
  });
}

/** Names that only match if case and underscores are ignored. */
function otherNames({ presets, presetUsage, parts }: SchemaReport): SchemaFinding[] {
  const usual: [string, string | null][] = [
    [presetNames.rows, presets.table],
    [presetNames.records, presetUsage.table],
    [presetNames.count, parts.count],
    [presetNames.touched, parts.lastUsed],
    [presetNames.reference, parts.preset],
    [presetNames.kind, parts.type],
    ...presetNames.time.map((name): [string, string | null] => [name, parts.time]),
    ...presetNames.label.map((name): [string, string | null] => [name, parts.label]),
  ];
  const other = usual.filter(
    ([name, own]) => own !== null && own !== name && foldName(own) === foldName(name),
  );
  if (other.length === 0) return [];
  const pairs = other.map(([name, own]) => `${own} for ${name}`);
  return [info('other-names', `Names were matched ignoring case and underscores: ${pairs.join(', ')}.`)];
}

function onKey({ presets, parts }: SchemaReport): SchemaFinding[] {
  if (!columnOf(presets, parts.key)?.nullable) return [];
  return [
    warn(
      'key-nullable',
      `${parts.key} of ${presets.name} may be NULL. No record can refer to a preset without a key, so such presets are left out everywhere.`,
    ),
  ];
}

function onCount({ presets, parts }: SchemaReport): SchemaFinding[] {
  const count = columnOf(presets, parts.count);
  if (!count) return [];
  const found: SchemaFinding[] = [];
  const checks = presets.checks.filter(({ definition }) => definition.includes(parts.count));
  for (const { name, definition } of checks) {
    found.push(
      info(
        'count-checked',
        `${name} restricts ${parts.count}: ${definition}. A count that violates it is refused, even from a sync.`,
      ),
    );
  }
  if (/^(numeric|real|double)/.test(count.type)) {
    found.push(
      info(
        'count-not-whole',
        `${parts.count} is ${count.type}, which allows fractions, NaN and Infinity. They are shown unchanged; sync and reset skip NaN and Infinity.`,
      ),
    );
  }
  if (count.type === 'bigint') {
    found.push(
      info(
        'count-is-bigint',
        `${parts.count} is bigint: a count beyond 2^53 is shown unchanged, and skipped by sync and reset.`,
      ),
    );
  }
  if (count.generated) {
    found.push(
      warn('count-generated', `${parts.count} is computed by the server: sync and reset cannot write it.`),
    );
  }
  if (count.nullable) found.push(info('count-nullable', `${parts.count} may be NULL, which counts as 0.`));
  return found;
}

function onTimes({ presets, presetUsage, parts }: SchemaReport): SchemaFinding[] {
  const found: SchemaFinding[] = [];
  if (parts.time === null) {
    found.push(
      warn(
        'no-time-column',
        `${presetUsage.name} has no time column (${presetNames.time.join(' or ')}): ${presetNames.touched} cannot be checked or set by a sync, and uses by day are not plotted.`,
      ),
    );
  }
  if (parts.lastUsed === null) {
    found.push(
      warn(
        'no-last-used',
        `${presets.name} has no ${presetNames.touched}: the time of the last use is neither shown nor checked.`,
      ),
    );
  }
  const usual: [ReportedTable, readonly string[], string | null][] = [
    [presetUsage, presetNames.time, parts.time],
    [presets, [presetNames.touched], parts.lastUsed],
  ];
  for (const [table, names, taken] of usual) {
    const alike = table.columns.filter(({ name }) =>
      names.some(usualName => foldName(usualName) === foldName(name)),
    );
    // A time among them would have been taken.
    const noTimes = alike.filter(({ type }) => taken === null || !isTime(type));
    for (const { name, type } of noTimes) {
      found.push(
        warn('time-is-no-time', `${name} of ${table.name} is ${type}, which is not a time: it is ignored.`),
      );
    }
    const others = alike.filter(column => column.name !== taken && !noTimes.includes(column));
    if (others.length > 0) {
      found.push(
        info(
          'two-times',
          `${taken} is used as the time of a use; ${others.map(({ name }) => name).join(', ')} ${others.length === 1 ? 'is' : 'are'} ignored.`,
        ),
      );
    }
    const type = columnOf(table, taken)?.type ?? '';
    if (type === 'date') {
      found.push(
        info(
          'naive-time',
          `${taken} of ${table.name} is a date: times are only precise to a day, and read as UTC.`,
        ),
      );
    } else if (/^timestamp.*without time zone$/.test(type)) {
      found.push(info('naive-time', `${taken} of ${table.name} has no time zone: it is read as UTC.`));
    }
  }
  return found;
}

// A domain has an arbitrary name, so any type that is not known to be something else counts as a time.
function isTime(type: string): boolean {
  return !/^(text|character|json|integer|bigint|smallint|numeric|real|double|boolean|time |time$|interval|uuid)/.test(
    type,
  );
}

function onLabel({ presets, parts }: SchemaReport): SchemaFinding[] {
  if (parts.label !== null) return [];
  return [
    info(
      'no-label',
      `${presets.name} has no name, display_name or title: presets are listed by their ${parts.key}.`,
    ),
  ];
}

function onReference({ presets, presetUsage, parts }: SchemaReport): SchemaFinding[] {
  const key = presetUsage.foreignKeys.find(
    ({ columns, references }) => columns.includes(parts.preset) && references.table === presets.name,
  );
  const elsewhere = presetUsage.foreignKeys.find(({ columns }) => columns.includes(parts.preset));
  if (!key && elsewhere) {
    return [
      warn(
        'refers-elsewhere',
        `${parts.preset} of ${presetUsage.name} refers to ${elsewhere.references.table}, not to ${presets.name}: its records may belong to other presets.`,
      ),
    ];
  }
  if (!key) {
    return [
      warn(
        'no-foreign-key',
        `No foreign key from ${parts.preset} to ${presets.name}: records can outlive their preset, and then count as orphans.`,
      ),
    ];
  }
  const found: SchemaFinding[] = [];
  if (!key.validated) {
    found.push(
      warn(
        'foreign-key-not-valid',
        `${key.name} was never validated: older records may refer to presets that do not exist.`,
      ),
    );
  }
  const then = {
    CASCADE: 'deletes its records too: its history is lost, but no count becomes wrong',
    'SET NULL': 'leaves its records without a preset: they become orphans',
    'SET DEFAULT': 'gives its records to the default preset, whose count does not change',
    'NO ACTION': 'is refused while it has records',
    RESTRICT: 'is refused while it has records',
  }[key.onDelete];
  const code = `on-delete-${key.onDelete.toLowerCase().replace(' ', '-')}`;
  found.push(info(code, `Deleting a preset ${then} (ON DELETE ${key.onDelete}).`));
  return found;
}

function onRecords({ presetUsage, parts, countsByIndex }: SchemaReport): SchemaFinding[] {
  const found: SchemaFinding[] = [];
  if (!countsByIndex) {
    found.push(
      warn(
        'no-index',
        `No index of ${presetUsage.name} leads with ${parts.preset}: every count reads the whole table, so a large one is only counted by audits. CREATE INDEX CONCURRENTLY ON ${presetUsage.name} (${parts.preset}) helps.`,
      ),
    );
  }
  if (presetUsage.primaryKey.length !== 1) {
    found.push(
      info(
        'no-primary-key',
        `${presetUsage.name} has no primary key of one column: a use can be simulated, but not really made, because it could not be undone.`,
      ),
    );
  }
  const required = presetUsage.columns.filter(
    column => !column.nullable && column.default === null && column.identity === null && !column.generated,
  );
  const extra = required.filter(({ name }) => name !== parts.preset);
  if (extra.length > 0) {
    found.push(
      info(
        'required-columns',
        `A record needs ${extra.map(({ name }) => name).join(', ')}: a simulated insert copies ${extra.length === 1 ? 'it' : 'them'} from a recent record, or guesses ${extra.length === 1 ? 'it from its type' : 'them from their types'}.`,
      ),
    );
  }
  return found;
}

function onStorage(table: ReportedTable, which: 'presets' | 'records'): SchemaFinding[] {
  const { name, kind, partitioning, inheritedBy } = table;
  if (inheritedBy.length > 0) {
    return [
      warn(
        `${which}-inherited`,
        `${inheritedBy.join(', ')} ${inheritedBy.length === 1 ? 'inherits' : 'inherit'} from ${name}: rows there are included, but triggers of ${name} do not fire for them.`,
      ),
    ];
  }
  if (kind === 'foreign table') {
    return [
      warn(`${which}-foreign`, `${name} is a foreign table: it can be read, but sync and reset are refused.`),
    ];
  }
  if (!partitioning) return [];
  const { key, partitions, levels, hasDefault } = partitioning;
  const below = levels > 1 ? ` on ${levels} levels` : '';
  const consequence = which === 'records' ? ' A reset deletes records in batches, never by TRUNCATE.' : '';
  return [
    info(
      `${which}-partitioned`,
      `${name} is partitioned by ${key} into ${partitions} ${partitions === 1 ? 'partition' : 'partitions'}${below}${hasDefault ? ', including a default partition' : ''}.${consequence}`,
    ),
  ];
}
