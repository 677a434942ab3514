import type { Config } from '../../config/config.ts';
import type { Database, Reader } from '../../connection/transactions.ts';
import { type AuditedCounter, auditCounter } from '../../counter/audit/audit-counter.ts';
import { isOfOneCounter } from '../../counter/audit/one-counter.ts';
import type { FoundCounters } from '../../counter/configured/merge-config.ts';
import { chooseCounters, namedCounters } from '../../counter/definition/choose-counters.ts';
import type { CounterDefinition, NotCheckable } from '../../counter/definition/definition.ts';
import { presetNames } from '../../counter/definition/preset-names.ts';
import { readTables } from '../../counter/discovery/tables.ts';
import { rolesThatSeeAll } from '../../counter/guards.ts';
import { inspectServer } from '../../counter/inspect-database.ts';
import { knownCounters } from '../../counters/run-choose.ts';
import { diagnose } from '../../diagnosis/run.ts';
import { ConsoleError, exitCodes, isConsoleError, usageError } from '../../errors/errors.ts';
import { displayText } from '../../format/text.ts';
import { type AuditResult, mismatchesOf } from '../check/audit-result.ts';
import { changeLine } from '../check/change-line.ts';
import { checkFormats } from '../check/formats.ts';
import { judgeMismatches, verdictJson, verdictLine } from '../check/limits.ts';
import { auditJson, auditLines, beyondReach, type Diagnoses } from '../output/counter-audit.ts';
import { counterJson, notCheckableJson } from '../output/counter-json.ts';
import { databaseInfo } from '../output/database-info.ts';
import { databaseHead } from '../output/document-head.ts';
import { linesOf } from '../output/named-table.ts';
import type { Outcome } from '../output/outcome.ts';
import type { Progress } from '../output/progress.ts';
import { requireCauses } from '../require-causes.ts';

const mostLines = 50;
const mostLinesEach = 10;

/**
 * Audits the counters that `--counter` names, or with `--all` every one, one after another. The exit code is the worst of all: 1
 * with a mismatch, 3 where one could not be counted.
 */
export async function checkCounters(
  database: Database,
  config: Config,
  signal: AbortSignal,
  progress: Progress,
): Promise<Outcome> {
  requireCauses('--fail-on', config.failOn);
  const named = namedCounters(config.counter);
  refuseTogether(config);
  progress('Finding the counters');
  const found = await knownCounters(database, config, signal);
  const { reserved } = found;
  const { inspected, unread } = await database.read(
    async reader => ({
      inspected: await inspectServer(reader, database),
      unread: await whyPresetsAreUnread(reader, config.schema),
    }),
    { signal },
  );
  const { chosen, notCheckable } = config.all
    ? everyCounter(found)
    : {
        chosen: chooseCounters(named, found.counters, found.notCheckable, config.schema),
        notCheckable: [],
      };
  const isUnread = config.all && unread !== null && !found.counters.some(({ id }) => id === unread.id);
  // A green check of nothing would hide that this is another database.
  if (chosen.length === 0 && !isUnread) throw nothingFound(notCheckable);
  const results: AuditResult[] = [];
  for (const definition of chosen) {
    results.push(await auditOne(database, definition, config.all, { signal, progress }));
  }
  const head = databaseHead(inspected, database);
  const { line } = databaseInfo(inspected, database);
  const document = (result: AuditResult) =>
    'failed' in result
      ? []
      : [
          {
            counter: counterJson(result.audited.definition, reserved),
            ...auditJson(result.audited, result.diagnoses),
          },
        ];
  const failed = [
    ...(isUnread ? [unread] : []),
    ...results.flatMap(result => ('failed' in result ? [{ id: result.id, reason: result.failed }] : [])),
  ];
  const [only] = results;
  const single = !config.all && chosen.length === 1 ? only && document(only)[0] : undefined;
  const all = [...results, ...(isUnread ? [{ id: unread.id, failed: unread.reason }] : [])];
  const verdict = judgeMismatches(mismatchesOf(all), config);
  const limits = verdictLine(verdict);
  const complete =
    failed.length === 0 &&
    results.every(result => 'audited' in result && result.audited.hiddenBy.length === 0);
  return {
    json: single
      ? { ...head, ...single, ...verdictJson(verdict) }
      : {
          ...head,
          complete,
          counters: results.flatMap(document),
          ...verdictJson(verdict),
          notCheckable: [...failed, ...notCheckable.map(notCheckableJson)],
        },
    text: [
      line,
      ...results.flatMap(result =>
        'failed' in result
          ? []
          : auditLines(
              result.audited,
              result.diagnoses,
              chosen.length === 1 ? mostLines : mostLinesEach,
              linesOf(config),
            ),
      ),
      ...results.flatMap(doubtLines),
      ...(limits === null ? [] : [limits]),
      ...failed.map(({ id, reason }) => displayText(`${id}: not counted. ${reason}`)),
      ...notCheckable.map(({ id, reason }) => displayText(`${id}: not checked. ${reason}`)),
    ].join('\n'),
    exitCode: !complete ? exitCodes.unreachable : verdict.fails ? exitCodes.unhealthy : exitCodes.healthy,
    as: checkFormats(all, verdict, config.ids),
    line: changeLine(all, config.ids),
    ...(complete ? {} : { warnings: warningsOf(results) }),
  };
}

/** The error (exit code 3) where no counter can be looked at. */
export function nothingFound(notCheckable: readonly NotCheckable[]): ConsoleError {
  const [first, ...others] = notCheckable;
  return new ConsoleError({
    code: 'no-counters',
    message: first
      ? `No counter was found that can be checked. ${first.id}${others.length > 0 ? ` and ${others.length} more` : ''} cannot be: ${first.reason}`
      : 'No counter was found in this database.',
    hint: 'Check that this is the right database, or describe its counters in counters.json.',
    exitCode: exitCodes.unreachable,
  });
}

function refuseTogether({ all, counter, presets }: Config): void {
  if (all && counter.length > 0) {
    throw usageError('bad-flag', '--all and --counter are both given.', 'Give one of them.');
  }
  if (presets.length > 0) {
    throw usageError(
      'bad-flag',
      '--preset does not go together with --counter and --all.',
      'Leave it out: every row of a counter is checked.',
    );
  }
}

/** Why the counter of presets cannot be looked at, if its tables are there. */
export async function whyPresetsAreUnread(
  reader: Reader,
  schema: string,
): Promise<{ id: string; reason: string } | null> {
  try {
    await readTables(reader, schema);
    return null;
  } catch (error) {
    if (!isConsoleError(error)) throw error;
    // Another application may have a table of that name.
    if (['missing-table', 'missing-column'].includes(error.code)) return null;
    return { id: [schema, presetNames.rows, presetNames.count].join('.'), reason: error.message };
  }
}

/** Everything but guesses, which are only checked when they are named. */
export function everyCounter({ counters, notCheckable }: FoundCounters) {
  const guesses = counters.filter(({ confidence }) => confidence === 'guess');
  return {
    chosen: counters.filter(({ confidence }) => confidence !== 'guess'),
    notCheckable: [
      ...guesses.map(
        ({ id, row }): NotCheckable => ({
          id,
          table: row,
          column: row.count,
          reason: 'Only its name speaks for it: name it with --counter to check it.',
        }),
      ),
      ...notCheckable,
    ],
  };
}

async function auditOne(
  database: Database,
  definition: CounterDefinition,
  goesOn: boolean,
  { signal, progress }: { signal: AbortSignal; progress: Progress },
): Promise<AuditResult> {
  try {
    const onProgress = (done: number, total: number) => progress('Auditing', { done, total, what: 'rows' });
    progress('Auditing');
    const audited = await auditCounter(database, definition, { signal, onProgress });
    progress('Finding the causes');
    return { id: definition.id, audited, diagnoses: await diagnosesOf(database, audited, signal) };
  } catch (error) {
    if (!goesOn || !isOfOneCounter(error)) throw error;
    return { id: definition.id, failed: error.message };
  }
}

/** The causes of wrong counts. */
async function diagnosesOf(
  database: Database,
  { tables, mismatches, allRecords }: AuditedCounter,
  signal: AbortSignal,
): Promise<Diagnoses> {
  if (mismatches.length === 0) return new Map();
  return diagnose(database, tables, mismatches, { signal, allRecords }).catch(error => {
    // The counts are right without it.
    if (!isConsoleError(error) || !beyondReach.has(error.code)) throw error;
    return new Map();
  });
}

/** What speaks against a counter whose counts are called wrong. */
function doubtLines(result: AuditResult): string[] {
  if ('failed' in result || result.audited.mismatches.length === 0) return [];
  const { id, doubts = [] } = result.audited.definition;
  return doubts.map(doubt => displayText(`${id} may be meant to differ from its records. ${doubt}`));
}

function warningsOf(results: readonly AuditResult[]): string[] {
  const hidden = results.flatMap(result =>
    'audited' in result && result.audited.hiddenBy.length > 0 ? [result.audited] : [],
  );
  const [first] = hidden;
  return [
    ...hidden.map(({ definition, hiddenBy }) => `${definition.id} is not counted: ${hiddenBy.join('; ')}.`),
    ...(first ? [rolesThatSeeAll(first.tables)] : []),
  ];
}
