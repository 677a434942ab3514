import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type * as z from 'zod/mini';
import { type ConsoleError, usageError } from '../../errors/errors.ts';
import { readCondition } from '../../sql/parser/parser-process.ts';
import { parseCounterId } from '../definition/counter-id.ts';
import type { Predicate } from '../definition/predicate.ts';
import { configSchema, type WrittenCounter } from './config-schema.ts';
import { lineOf, lineOfFault, pathText } from './json-places.ts';

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
  const file = given ?? usualName;
  const parsed = configSchema.safeParse(parseJson(text, file));
  if (!parsed.success) throw refusal(file, text, parsed.error.issues);
  const { counters } = parsed.data;
  refuseTwice(counters, file, text);
  return Promise.all(
    counters.map(async (written, index) => ({
      written,
      where: await conditionOf(written, ['counters', index, 'records', 'where'], file, text),
      place: `${file}, line ${lineOf(text, ['counters', index])}`,
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

function parseJson(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw invalid(`${file}, line ${lineOfFault(text)}: this is not JSON.`);
  }
}

/** The error for the first issue: mending it may mend the others. */
function refusal(file: string, text: string, issues: readonly z.core.$ZodIssue[]): ConsoleError {
  const [issue] = issues;
  if (!issue) return invalid(`${file} is not valid.`);
  if (issue.code === 'unrecognized_keys') {
    const path = [...issue.path, issue.keys[0] ?? ''];
    return invalid(`${placeOf(file, text, path)} is not a key that is known here.`);
  }
  const place = placeOf(file, text, issue.path);
  if (issue.code === 'invalid_type' && issue.input === undefined)
    return invalid(`${place} ${saidOf(issue, text)}`);
  return invalid(`${place} ${saidOf(issue, text)}`);
}

function saidOf(issue: z.core.$ZodIssue, text: string): string {
  if (issue.code !== 'invalid_type') return `${issue.message}.`;
  const missing = valueAt(JSON.parse(text), issue.path) === undefined;
  const wanted: Readonly<Record<string, string>> = { array: 'a list', object: 'an object', string: 'a text' };
  return missing ? 'is missing.' : `must be ${wanted[issue.expected] ?? issue.expected}.`;
}

function valueAt(value: unknown, [first, ...others]: readonly PropertyKey[]): unknown {
  if (first === undefined) return value;
  return typeof value === 'object' && value !== null
    ? valueAt((value as Record<PropertyKey, unknown>)[first], others)
    : undefined;
}

function placeOf(file: string, text: string, path: readonly PropertyKey[]): string {
  const at = `${file}, line ${lineOf(text, path)}:`;
  return path.length === 0 ? `${at} the whole` : `${at} ${pathText(path)}`;
}

function refuseTwice(counters: readonly WrittenCounter[], file: string, text: string): void {
  const seen = new Set<string>();
  for (const [index, { counter }] of counters.entries()) {
    const names = JSON.stringify(parseCounterId(counter));
    if (seen.has(names)) {
      throw invalid(`${placeOf(file, text, ['counters', index, 'counter'])} is described twice.`);
    }
    seen.add(names);
  }
}

async function conditionOf(
  { records }: WrittenCounter,
  path: readonly PropertyKey[],
  file: string,
  text: string,
): Promise<Predicate | null | undefined> {
  const where = records?.where;
  if (where === undefined || where === null) return where;
  const { predicate, problem } = await readCondition(where);
  if (predicate) return predicate;
  throw invalid(`${placeOf(file, text, path)}, character ${problem.offset + 1}: ${problem.message}`);
}

function invalid(message: string): ConsoleError {
  return usageError(
    'bad-config',
    message,
    'docs/counters.schema.json describes the file; an editor that knows it shows mistakes.',
  );
}
