import type * as LibPgQuery from 'libpg-query';

/** What of PostgreSQL's parser is used here; see loadParser. */
export type Parser = Pick<typeof LibPgQuery, 'parseSync' | 'parsePlPgSQLSync' | 'scanSync'>;

let loading: Promise<Parser> | null = null;

/**
 * PostgreSQL's own parser (libpg-query, WebAssembly), loaded when it is first asked for: it takes tens of milliseconds and
 * of megabytes, which nobody should pay for who has no SQL to read.
 */
export function loadParser(): Promise<Parser> {
  loading ??= import('libpg-query').then(async module => {
    await module.loadModule();
    return module;
  });
  return loading;
}

/** A refusal by the parser in its own words, with the offset in bytes where it names one. */
export interface Refusal {
  message: string;
  byte: number | null;
}

/** What the parser says against a text. Faults that are no refusal (the parser itself failed) have words as well. */
export function refusalOf(error: unknown): Refusal {
  if (!(error instanceof Error)) return { message: String(error), byte: null };
  const { sqlDetails } = error as { sqlDetails?: { cursorPosition?: number } };
  return { message: error.message, byte: sqlDetails?.cursorPosition ?? null };
}
