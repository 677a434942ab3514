import type * as LibPgQuery from 'libpg-query';

/** What of PostgreSQL's parser is used here. */
export type Parser = Pick<typeof LibPgQuery, 'parseSync' | 'parsePlPgSQLSync' | 'scanSync'>;

/** Loads PostgreSQL's own parser (libpg-query, WebAssembly). Only the process that parses does: see parser-process.ts. */
export async function loadParser(): Promise<Parser> {
  const module = await import('libpg-query');
  await module.loadModule();
  return module;
}

/** A refusal by the parser in its own words, with the offset in bytes where it names one. */
interface Refusal {
  message: string;
  byte: number | null;
}

/**
 * What the parser says against a text. Throws what is no refusal: a WebAssembly module that has failed, by running out of
 * stack for example, is not to be used again.
 */
export function refusalOf(error: unknown): Refusal {
  if (!(error instanceof Error) || error.name === 'RuntimeError' || error instanceof RangeError) {
    throw error;
  }
  const { sqlDetails } = error as { sqlDetails?: { cursorPosition?: number } };
  return { message: error.message, byte: sqlDetails?.cursorPosition ?? null };
}
