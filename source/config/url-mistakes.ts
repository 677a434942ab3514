import { usageError } from '../errors/errors.ts';

/** What the pages of hosts put where something of one's own belongs: [YOUR-PASSWORD], <project-ref>, {password}. */
const placeholder =
  /(?:\[|<|\{|%5B|%3C|%7B)((?:[a-z]+[ _-])*(?:your|password|pass|project|ref|region|host|user|username|database|db)(?:[ _-][a-z]+)*)(?:\]|>|\}|%5D|%3E|%7D)/i;

/** Other names under which hosts and libraries keep the address of a database. */
const otherNames = [
  ...[
    'POSTGRES_URL',
    'POSTGRES_URL_NON_POOLING',
    'POSTGRES_PRISMA_URL',
    'DATABASE_URL_UNPOOLED',
    'DIRECT_URL',
  ],
  ...[
    'POSTGRESQL_URL',
    'PG_URL',
    'DB_URL',
    'SUPABASE_DATABASE_URL',
    'NEON_DATABASE_URL',
    'DATABASE_PUBLIC_URL',
  ],
];

/**
 * Throws a usage error (exit code 2) for the usual mistakes in a connection's text: empty, in quotation marks, with its own
 * name, with a placeholder. The error never repeats the text, which may hold a password.
 */
export function refuseMistakes(text: string, source: string): void {
  if (text.trim() === '') {
    throw usageError(
      'empty-database-url',
      `${source} is set, but empty.`,
      'Set it to the URL of the database: in CI the secret may be missing. Pass --demo for the demo.',
    );
  }
  if (/^\s*["'`]|["'`]\s*$/.test(text) && !/^\s*[a-z_]+\s*=/.test(text)) {
    throw usageError(
      'quoted-database-url',
      `The value of ${source} has quotation marks in it.`,
      'Remove them: Docker and some CI systems take them as part of the value.',
    );
  }
  const [, prefix] = /^\s*(psql|(?:export\s+)?[A-Z][A-Z\d_]*\s*=)\s*["']?postgres/.exec(text) ?? [];
  if (prefix !== undefined) {
    throw usageError(
      'bad-url',
      `The value of ${source} begins with "${prefix.trim()}", not with postgres://.`,
      'Give the URL alone, from postgres:// on.',
    );
  }
  const [found] = placeholder.exec(text) ?? [];
  if (found !== undefined) {
    throw usageError(
      'placeholder-in-url',
      `${source} still has the placeholder ${found}.`,
      'Replace it, brackets included. Percent-encode @ : / # ? and % in a password.',
    );
  }
}

/** The error if the only variables that name a database are ones that this console does not read; else null. */
export function otherVariables(environment: Record<string, string | undefined>, where: string) {
  const name = otherNames.find(each => /^\s*["']?(?:postgres|postgresql):\/\//.test(environment[each] ?? ''));
  if (name === undefined) return null;
  return usageError(
    'other-variable',
    `${where} has ${name}, but no DATABASE_URL, and only that is read.`,
    `Set DATABASE_URL to the value of ${name}, or pass --demo for the demo.`,
  );
}
