import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { usageError } from '../errors/errors.ts';

/**
 * The variables in the `.env` of a directory; undefined where there is no such file. Throws a usage error for one that cannot be
 * read: without it another database would be opened, or the demo.
 */
export function readEnvFile(directory: string): Record<string, string | undefined> | undefined {
  let text: string;
  try {
    text = readFileSync(join(directory, '.env'), 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw usageError(
      'unreadable-env-file',
      'The file .env in this directory cannot be read.',
      'Check its permissions, or name the database with --database-url.',
    );
  }
  // What PowerShell writes by itself.
  if (text.includes('\0')) {
    throw usageError(
      'unreadable-env-file',
      'The file .env in this directory is not written in UTF-8.',
      'Save it as UTF-8, or name the database with --database-url.',
    );
  }
  const variables = parseEnv(text.replace(/^\ufeff/, ''));
  const [, written] = /^\s*(DATABASE_URL|SUPABASE_DB_URL)[ \t]*:[ \t]*\S/m.exec(text) ?? [];
  if (written !== undefined && variables[written] === undefined) {
    throw usageError(
      'bad-env-file',
      `The file .env in this directory has a colon after ${written}, so it is not read.`,
      `Write ${written}=postgres://... with an equals sign.`,
    );
  }
  return variables;
}

/** Throws a usage error where a value refers to another one: the reference would be taken for a password or a host. */
export function refuseReference(value: string, source: string): void {
  const [reference] = /\$\{\w+[^}]*\}/.exec(value) ?? [];
  if (reference === undefined) return;
  throw usageError(
    'bad-env-file',
    `${source} refers to another variable with \${...}, which is not expanded.`,
    'Write the value out, or set the variable in the environment.',
  );
}
