import type { SqlCall } from '../parsing/reading.ts';
import { resolveCall, searchPathOf } from './resolve.ts';
import type { CatalogFunction, TriggerCatalog } from './trigger-catalog.ts';

/** A function that a use runs and that may do what no rollback takes back. */
export interface OutsideReach {
  function: string;
  /** What it does it with, in a few words. */
  means: string;
}

interface Means {
  call: (call: SqlCall) => boolean;
  /** The same for a text that cannot be parsed. */
  words: RegExp;
  how: string;
}

// pg_net and NOTIFY wait for a commit where they behave; a person has to know about them all the same.
const means: Means[] = [
  {
    call: ({ name }) => name.startsWith('dblink'),
    words: /\bdblink/i,
    how: 'dblink: statements on another connection, which commit by themselves',
  },
  {
    call: ({ schema, name }) =>
      schema !== 'net' && /^http(?:_(?:get|post|put|patch|delete|head))?$/.test(name),
    words: /(?<!net\s*\.\s*)\bhttp(?:_(?:get|post|put|patch|delete|head))?\s*\(/i,
    how: 'http: a request that is sent at once',
  },
  {
    call: ({ schema, name }) => schema === 'net' && name.startsWith('http_'),
    words: /\bnet\s*\.\s*http_/i,
    how: 'pg_net: a request in the background',
  },
  {
    call: ({ name }) => name === 'pg_notify',
    words: /\bpg_notify\b|\bnotify\s+\w/i,
    how: 'NOTIFY: listeners hear of it at a commit',
  },
  {
    call: () => false,
    words: /\bcopy\b[^;]*\bprogram\b/i,
    how: 'COPY ... PROGRAM: a command on the server',
  },
  {
    call: ({ schema, name }) =>
      ['lo_export', 'pg_file_write'].includes(name) || ['aws_s3', 'aws_lambda'].includes(schema ?? ''),
    words: /\blo_export\b|\baws_(?:s3|lambda)\b|\bpg_file_write\b/i,
    how: 'a file or a service outside the database',
  },
];

// The same by statements instead of functions.
const statements = {
  notifies: 'NOTIFY: listeners hear of it at a commit',
  program: 'COPY ... PROGRAM: a command on the server',
  file: 'a file or a service outside the database',
} as const;

/**
 * The functions that a use runs (the triggers that fire for it, the function that the application calls, and what those call in
 * turn) and that can reach outside the transaction.
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
  // What is added while it is gone through is gone through as well.
  const run = new Set([...firing, ...called]);
  for (const oid of run) {
    const body = catalog.functions.find(each => each.oid === oid);
    if (!body) continue;
    const path = searchPathOf(body.searchPath);
    for (const call of body.reading.calls) {
      for (const callee of resolveCall(call, path, catalog)) run.add(callee.oid);
    }
  }
  return catalog.functions
    .filter(({ oid }) => run.has(oid))
    .flatMap(body => meansOf(body).map(how => ({ function: body.identity, means: how })));
}

// The bits of tgtype.
const insert = 4;
const update = 16;

/** What a function itself does that no rollback takes back, in words; what cannot be parsed is searched for words, in doubt too many. */
export function meansOf({
  source,
  language,
  trusted,
  reading,
}: Pick<CatalogFunction, 'source' | 'language' | 'trusted' | 'reading'>): string[] {
  // Built-in trigger functions are written in C or internal; they are the server's own.
  if (language === 'c' || language === 'internal') return [];
  if (!trusted) return [`${language}: a language in which a function may do anything`];
  const unread = [...reading.dynamic.map(({ text }) => text), ...(reading.problem ? [source] : [])];
  const found = means
    .filter(({ call, words }) => reading.calls.some(call) || unread.some(text => words.test(text)))
    .map(({ how }) => how);
  for (const each of reading.also) if (each !== 'raises') found.push(statements[each]);
  return [...new Set(found)];
}
