import { usageError } from '../errors/errors.ts';

/** What the pages of hosts put where something of one's own belongs: [YOUR-PASSWORD], <project-ref>, {password}. */
const placeholder =
  /(?:\[|<|\{|%5B|%3C|%7B)((?:[a-z]+[ _-])*(?:your|password|pass|project|ref|region|host|user|username|database|db)(?:[ _-][a-z]+)*)(?:\]|>|\}|%5D|%3E|%7D)/i;

/** A whole value that stands for one: of a secret that was not filled in, or of a template. */
const unfilled =
  /^\s*(?:\$?\{\{.*\}\}|\*{3,}|undefined|null|none|todo|change[_-]?me|replace[_-]?me|your[_-][\w-]+)\s*$/i;
const template = /^\s*postgres(?:ql)?:\/\/.*@HOST(?:NAME)?(?:[:/]|\s*$)/;

/** How URLs begin that are not a PostgreSQL server's own: what they are, and what to give instead. */
const foreign: readonly [start: RegExp, is: string, instead: string][] = [
  [/^postg\w+\+\w+:/, 'names the driver of a library', 'Leave out the plus sign and the driver after it.'],
  [
    /^jdbc:/,
    'is for JDBC',
    'Leave out jdbc:, and put user and password before the host, as in postgres://user:password@host/database.',
  ],
  [
    /^prisma(?:\+postgres)?:/,
    "is for Prisma's client alone",
    "Give the database's own URL, which Prisma's projects often call DIRECT_URL.",
  ],
  [
    /^https?:/,
    'is the address of an API or a website',
    "Copy the connection string from the provider's Connect page. It begins with postgres://.",
  ],
  [
    /^(?:mysql2?|mariadb|mongodb(?:\+srv)?|sqlite3?|libsql|mssql|sqlserver|rediss?|file):/,
    'is of another kind of database',
    'This console reads PostgreSQL only.',
  ],
];

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
 * name, with a placeholder, or for something else than PostgreSQL. The error never repeats the text, which may hold a password.
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
  if (unfilled.test(text) || template.test(text)) {
    throw usageError(
      'placeholder-in-url',
      `${source} has a placeholder in place of a URL.`,
      'Set it to the URL of the database: in CI the secret may be missing. Pass --demo for the demo.',
    );
  }
  const other = foreign.find(([start]) => start.test(text.trim().toLowerCase()));
  if (other) throw usageError('bad-url', `The URL of ${source} ${other[1]}.`, other[2]);
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
