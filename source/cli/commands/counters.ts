import { writeFile } from 'node:fs/promises';
import type { Config } from '../../config/config.ts';
import type { Database } from '../../connection/transactions.ts';
import type { FoundCounters } from '../../counter/configured/merge-config.ts';
import { toConfig } from '../../counter/configured/to-config.ts';
import { inspectServer } from '../../counter/inspect-database.ts';
import { knownCounters } from '../../counters/run-choose.ts';
import { auditSums } from '../../counters/run-sums.ts';
import { exitCodes, usageError } from '../../errors/errors.ts';
import { jsonText } from '../../format/json-text.ts';
import { amount } from '../../format/plurals.ts';
import { counterJson, tableText } from '../output/counter-json.ts';
import { counterListLines, type ListedCounter } from '../output/counter-list.ts';
import { databaseInfo } from '../output/database-info.ts';
import { databaseHead } from '../output/document-head.ts';
import { linesOf } from '../output/named-table.ts';
import type { Outcome } from '../output/outcome.ts';
import type { Progress } from '../output/progress.ts';

/** Lists every counter of the database, each audited. Exit code 1 if one that is not only a guess has a mismatch. */
export async function counters(
  database: Database,
  config: Config,
  signal: AbortSignal,
  progress: Progress,
): Promise<Outcome> {
  progress('Finding the counters');
  const found = await knownCounters(database, config, signal);
  const { reserved } = found;
  const inspected = await database.read(reader => inspectServer(reader, database), { signal });
  const written = config.writeConfig ? await writeConfig(found, config.config ?? usualFile, reserved) : null;
  const listed: ListedCounter[] = [];
  for (const definition of found.counters) {
    progress('Auditing', { done: listed.length, total: found.counters.length, what: 'counters' });
    listed.push({ definition, ...(await auditSums(database, definition, signal)) });
  }
  const { line } = databaseInfo(inspected, database);
  const wrong = listed.some(
    ({ definition, sums }) => definition.confidence !== 'guess' && (sums?.mismatched ?? 0) > 0,
  );
  return {
    json: {
      ...databaseHead(inspected, database),
      counters: listed.map(({ definition, sums, notCounted }) => ({
        ...counterJson(definition, reserved),
        ...(sums ?? { rows: null, accurate: null, mismatched: null }),
        notCounted,
      })),
      notCheckable: found.notCheckable.map(({ id, table, column, reason }) => ({
        id,
        table: tableText(table, reserved),
        column,
        reason,
      })),
    },
    text: [
      line,
      ...counterListLines(listed, found.notCheckable, linesOf(config).columns),
      ...(written === null ? [] : ['', written]),
    ].join('\n'),
    exitCode: wrong ? exitCodes.unhealthy : exitCodes.healthy,
  };
}

const usualFile = 'counters.json';

/**
 * Writes every counter but guesses, which the file would make certain, and that of presets, which is known without it. Rejects (exit
 * code 2) if there is such a file already.
 */
async function writeConfig(
  found: FoundCounters,
  file: string,
  reserved: ReadonlySet<string>,
): Promise<string> {
  const known = found.counters.filter(
    ({ confidence, source }) => confidence !== 'guess' && source.kind !== 'built-in',
  );
  const text = jsonText({ counters: known.map(each => toConfig(each, reserved)) }, 2);
  await writeFile(file, `${text}\n`, { flag: 'wx' }).catch((error: NodeJS.ErrnoException) => {
    throw error.code === 'EEXIST'
      ? usageError(
          'config-exists',
          `There is a file ${file} already.`,
          'Move it away, or name another with --config.',
        )
      : usageError(
          'config-unwritable',
          `The file ${file} cannot be written: ${error.code}.`,
          'Name another with --config.',
        );
  });
  return `Wrote ${amount(known.length, 'counter')} to ${file}.`;
}
