import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { usageError } from '../../errors/errors.ts';
import type { Environment } from './environment.ts';
import { takeKeyword } from './keywords.ts';

/**
 * The keywords of a service, from the user's file or else the system's. Not read with an INI parser, which would remove quotes
 * and supposed comments from values; libpq keeps them, because they may belong to a password. Throws a usage error if there is
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
    'Check PGSERVICE or service=, or add a section with that name.',
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
    // Not trim(), which also removes what C does not call a space: it may be the end of a password.
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
        'Write keyword=value, one per line and without spaces around the sign. A service cannot refer to another.',
      );
    }
    const keyword = line.slice(0, sign);
    // As in libpq, the first of two values counts, and spaces after the sign belong to the value.
    if (!keywords.has(keyword)) takeKeyword(keywords, keyword, line.slice(sign + 1), `service "${name}"`);
  }
  return keywords;
}
