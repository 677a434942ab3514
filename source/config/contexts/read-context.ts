import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { usageError } from '../../errors/errors.ts';
import { nearest } from '../../format/nearest.ts';
import { ownDirectory } from '../directories.ts';
import { invalidSettings, parseSettings, placeOf, type SettingsFile } from '../json/settings-file.ts';
import type { Context } from './context.ts';
import { contextsSchema, type WrittenContext } from './context-schema.ts';

/** The file with the contexts. It need not exist. */
export function contextsFile(environment: Record<string, string | undefined>): string {
  return join(ownDirectory('config', environment, environment.HOME || homedir()), 'config.json');
}

/**
 * The context of that name. Throws a usage error (exit code 2) for one that is not in the file, and for anything in the file that is not
 * understood.
 */
export function readContext(name: string, environment: Record<string, string | undefined>): Context {
  const path = contextsFile(environment);
  const contexts = readContexts(path);
  const found = contexts.find(context => context.name === name);
  if (!found) throw unknown(name, path, contexts);
  const { url, service, color = null, readOnly = null, counters = [] } = found;
  return {
    name,
    connection: url ?? `service='${service?.replace(/[\\']/g, '\\$&')}'`,
    color,
    readOnly,
    counters,
  };
}

/** The names of all contexts. Throws a usage error (exit code 2) for anything in the file that is not understood. */
export function contextNames(environment: Record<string, string | undefined>): string[] {
  return readContexts(contextsFile(environment)).map(({ name }) => name);
}

function readContexts(path: string): readonly WrittenContext[] {
  const text = readText(path);
  if (text === null) return [];
  const file = { name: path, text, schemaFile: 'docs/config.schema.json' };
  const { contexts } = parseSettings(file, contextsSchema);
  refuseTwice(contexts, file);
  return contexts;
}

function readText(path: string): string | null {
  try {
    return readFileSync(path, 'utf8').replace(/^\ufeff/, '');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw usageError('unreadable-config', `The file ${path} cannot be read.`, 'Check its permissions.');
  }
}

function refuseTwice(contexts: readonly WrittenContext[], file: SettingsFile): void {
  const seen = new Set<string>();
  for (const [index, { name }] of contexts.entries()) {
    if (seen.has(name))
      throw invalidSettings(file, `${placeOf(file, ['contexts', index, 'name'])} is there twice.`);
    seen.add(name);
  }
}

function unknown(name: string, path: string, contexts: readonly WrittenContext[]) {
  const names = contexts.map(context => context.name);
  const near = nearest(name, names);
  return usageError(
    'unknown-context',
    `${path} has no context "${name}".${near === undefined ? '' : ` Did you mean ${near}?`}`,
    names.length === 0
      ? 'Describe it there: docs/connecting.md#contexts shows how.'
      : `It has ${names.join(', ')}.`,
  );
}
