import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { usageError } from '../../errors/errors.ts';
import type { Environment } from './environment.ts';
import { takeKeyword } from './keywords.ts';

/**
 * The keywords of a service, from the user's file or else the system's. A reader of INI files would take quotes and what it
 * holds for comments out of values, which libpq leaves as they are: they may be a password. Throws a usage error where there is
 * no such service.
 */
export function readService(
  name: string,
  file: string | undefined,
  environment: Environment,
  home: string,
): Map<string, string> {
  const files = [
    file ?? join(home, '.pg_service.conf'),
    join(environment.PGSYSCONFDIR || '/etc/postgresql-common', 'pg_service.conf'),
  ];
  for (const [place, path] of files.entries()) {
    const text = readText(path, file !== undefined && place === 0);
    const found = text === null ? null : sectionOf(text, name, path);
    if (found) return found;
  }
  throw usageError(
    'no-such-service',
    `There is no service "${name}" in ${files.join(' or ')}.`,
    'Check PGSERVICE or service=, or add a section of that name.',
  );
}

function readText(path: string, named: boolean): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' && !named) return null;
    throw usageError(
      'unreadable-service-file',
      `The service file ${path} cannot be read.`,
      code === 'ENOENT' ? 'It is not there: check PGSERVICEFILE.' : 'Check its permissions.',
    );
  }
}

function sectionOf(text: string, name: string, path: string): Map<string, string> | null {
  let keywords: Map<string, string> | null = null;
  for (const [index, raw] of text.split('\n').entries()) {
    // Not trim(), which takes off what C calls no space: it may be the end of a password.
    const line = raw.replace(/^[ \t\r\v\f\ufeff]+|[ \t\r\v\f]+$/g, '');
    if (line === '' || line.startsWith('#')) continue;
    if (line.startsWith('[')) {
      if (keywords) return keywords;
      if (line === `[${name}]`) keywords = new Map();
      continue;
    }
    if (!keywords) continue;
    const sign = line.indexOf('=');
    if (sign < 1 || /\s/.test(line.slice(0, sign)) || line.slice(0, sign) === 'service') {
      throw usageError(
        'bad-service-file',
        `Line ${index + 1} of the service file ${path} is not keyword=value.`,
        'Write one keyword and its value a line, without spaces around the sign; a service does not name another.',
      );
    }
    const keyword = line.slice(0, sign);
    // As libpq has it, the first of two counts, and a value begins behind the sign.
    if (!keywords.has(keyword)) takeKeyword(keywords, keyword, line.slice(sign + 1), `service "${name}"`);
  }
  return keywords;
}
