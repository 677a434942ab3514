import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { lineOf } from '../../config/json/json-places.ts';
import {
  invalidSettings,
  parseSettings,
  placeOf,
  type SettingsFile,
} from '../../config/json/settings-file.ts';
import { usageError } from '../../errors/errors.ts';
import { readCondition } from '../../sql/parser/parser-process.ts';
import { parseCounterId } from '../definition/counter-id.ts';
import type { Predicate } from '../definition/predicate.ts';
import type { WrittenCounter } from './config-schema.ts';

/** A counter of the configuration. */
export interface ConfiguredCounter {
  written: WrittenCounter;
  /** Its condition: null for none, undefined if the file does not say. */
  where: Predicate | null | undefined;
  /** Where it stands, such as `counters.json, line 4`. */
  place: string;
}

const usualName = 'counters.json';

/**
 * The counters of the file `given`, or of counters.json in `directory`; none if that is not there. Rejects with a usage error
 * (exit code 2) for anything in it that is not understood.
 */
export async function readConfig(given: string | null, directory: string): Promise<ConfiguredCounter[]> {
  const text = readText(given, directory);
  if (text === null) return [];
  // It loads zod, which takes longer than to see that there is no such file, as in most directories.
  const { configSchema } = await import('./config-schema.ts');
  const file = { name: given ?? usualName, text, schemaFile: 'docs/counters.schema.json' };
  const { counters } = parseSettings(file, configSchema);
  refuseTwice(counters, file);
  return Promise.all(
    counters.map(async (written, index) => ({
      written,
      where: await conditionOf(written, ['counters', index, 'records', 'where'], file),
      place: `${file.name}, line ${lineOf(text, ['counters', index])}`,
    })),
  );
}

function readText(given: string | null, directory: string): string | null {
  try {
    return readFileSync(given ?? join(directory, usualName), 'utf8').replace(/^\ufeff/, '');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' && given === null) return null;
    throw usageError(
      'unreadable-config',
      code === 'ENOENT' ? `There is no file ${given}.` : `The file ${given ?? usualName} cannot be read.`,
      'Check its path and its permissions.',
    );
  }
}

function refuseTwice(counters: readonly WrittenCounter[], file: SettingsFile): void {
  const seen = new Set<string>();
  for (const [index, { counter }] of counters.entries()) {
    const names = JSON.stringify(parseCounterId(counter));
    if (seen.has(names)) {
      throw invalidSettings(file, `${placeOf(file, ['counters', index, 'counter'])} is described twice.`);
    }
    seen.add(names);
  }
}

async function conditionOf(
  { records }: WrittenCounter,
  path: readonly PropertyKey[],
  file: SettingsFile,
): Promise<Predicate | null | undefined> {
  const where = records?.where;
  if (where === undefined || where === null) return where;
  const { predicate, problem } = await readCondition(where);
  if (predicate) return predicate;
  throw invalidSettings(file, `${placeOf(file, path)}, character ${problem.offset + 1}: ${problem.message}`);
}
