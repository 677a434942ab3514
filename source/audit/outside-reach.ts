import { withoutComments } from './sql-text.ts';
import type { CatalogFunction, TriggerCatalog } from './trigger-catalog.ts';

/** A function that a use runs and that may do what no rollback takes back. */
export interface OutsideReach {
  function: string;
  /** What it does it with, in a few words. */
  means: string;
}

// pg_net and NOTIFY wait for a commit where they behave; a person has to know about them all the same.
const means: [RegExp, string][] = [
  [/\bdblink\w*\s*\(/i, 'dblink: statements on another connection, which commit by themselves'],
  [
    /(?<!net\s*\.\s*)\bhttp(?:_(?:get|post|put|patch|delete|head))?\s*\(/i,
    'http: a request that is sent at once',
  ],
  [/\bnet\s*\.\s*http_\w+\s*\(/i, 'pg_net: a request in the background'],
  [
    /\bpg_notify\s*\(|(?:^|;|\bbegin|\bthen|\belse|\bloop)\s*notify\s+\w/i,
    'NOTIFY: listeners hear of it at a commit',
  ],
  [/\bcopy\b[^;]*\bprogram\b/i, 'COPY ... PROGRAM: a command on the server'],
  [
    /\blo_export\s*\(|\baws_(?:s3|lambda)\s*\.|\bpg_file_write\s*\(/i,
    'a file or a service outside the database',
  ],
];

/**
 * The functions that a use runs (the triggers that fire for it, and the function that the application calls) and that can
 * reach outside the transaction. It reads their own text; what they call in turn is not followed.
 */
export function outsideReach(catalog: TriggerCatalog, called: readonly number[]): OutsideReach[] {
  const firing = catalog.triggers
    .filter(({ enabled }) => enabled === 'O' || enabled === 'A')
    .filter(
      ({ tableOid, type }) =>
        (tableOid === catalog.recordsOid && type & insert) ||
        (tableOid === catalog.presetsOid && type & update),
    )
    .map(({ functionOid }) => functionOid);
  const run = new Set([...firing, ...called]);
  return catalog.functions
    .filter(({ oid }) => run.has(oid))
    .flatMap(body => meansOf(body).map(how => ({ function: body.identity, means: how })));
}

// The bits of tgtype.
const insert = 4;
const update = 16;

/** What a function's text says that no rollback takes back, in words. */
export function meansOf({
  source,
  language,
  trusted,
}: Pick<CatalogFunction, 'source' | 'language' | 'trusted'>): string[] {
  // Built-in trigger functions are written in C or internal; they are the server's own.
  if (language === 'c' || language === 'internal') return [];
  if (!trusted) return [`${language}: a language in which a function may do anything`];
  const code = withoutComments(source);
  return means.filter(([pattern]) => pattern.test(code)).map(([, how]) => how);
}
