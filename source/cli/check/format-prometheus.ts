import { drift } from '../../counter/counter.ts';
import { type AuditResult, type Counted, isCounted } from './audit-result.ts';

// The program's name, as Prometheus spells names.
const prefix = 'preset-usage'.replace('-', '_');

type Measure = (counted: Counted) => number;

/** The numbers of a counter, each with what it is. Times and durations are in seconds, as Prometheus has them. */
const measures: readonly [name: string, help: string, of: Measure][] = [
  ['rows', 'Rows with a count.', ({ audited }) => audited.totals.rows],
  [
    'mismatched',
    'Counts that are not the number of their records.',
    ({ audited }) => audited.totals.mismatched,
  ],
  ['too_high', 'Counts above the number of their records.', ({ audited }) => audited.totals.tooHigh],
  ['too_low', 'Counts below the number of their records.', ({ audited }) => audited.totals.tooLow],
  ['records', 'What all counts together should be.', ({ audited }) => audited.totals.records],
  ['orphans', 'Records whose row is gone.', ({ audited }) => audited.orphans ?? Number.NaN],
  [
    'largest_drift',
    'The largest difference between a count and its records.',
    ({ audited }) => largest(audited),
  ],
  ['audit_duration_seconds', 'How long the audit took.', ({ audited }) => audited.durationMs / 1_000],
  ['audit_timestamp_seconds', 'When the audit began.', ({ audited }) => audited.takenAt / 1_000],
];

function largest({ mismatches }: Counted['audited']): number {
  return mismatches.reduce(
    (most, counter) => Math.max(most, Math.abs(drift(counter) ?? Number.POSITIVE_INFINITY)),
    0,
  );
}

/**
 * Gauges in the text format that Prometheus and the textfile collector of node_exporter read. A counter whose numbers are not
 * known has `complete` 0 and no other: a number that is not there is not 0.
 */
export function prometheusOf(results: readonly AuditResult[]): string {
  const gauge = (name: string, help: string, lines: string[]) => [
    `# HELP ${prefix}_${name} ${help}`,
    `# TYPE ${prefix}_${name} gauge`,
    ...lines,
  ];
  const line = (name: string, id: string, value: number) =>
    `${prefix}_${name}{counter="${labelText(id)}"} ${number(value)}`;
  return [
    ...gauge(
      'complete',
      'Whether every row of the counter could be read.',
      results.map(result => line('complete', result.id, isCounted(result) ? 1 : 0)),
    ),
    ...measures.flatMap(([name, help, of]) =>
      gauge(
        name,
        help,
        results.filter(isCounted).map(counted => line(name, counted.id, of(counted))),
      ),
    ),
    '# EOF',
  ].join('\n');
}

function labelText(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}

function number(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  return Number.isFinite(value) ? String(value) : value > 0 ? '+Inf' : '-Inf';
}
