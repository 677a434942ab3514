import type * as LibPgQuery from 'libpg-query';

/** The parts of PostgreSQL's parser that are used here. */
export type Parser = Pick<typeof LibPgQuery, 'parseSync' | 'parsePlPgSQLSync' | 'scanSync'>;

/** Loads PostgreSQL's parser (libpg-query, WebAssembly). Only the parsing process does that: see parser-process.ts. */
export async function loadParser(): Promise<Parser> {
  const module = await import('libpg-query');
  await module.loadModule();
  return module;
}

/** The parser's error message, and its offset in bytes if it has one. */
interface Refusal {
  message: string;
  byte: number | null;
}

/**
 * The parser's objection to a text. Rethrows any other error: a WebAssembly module that has failed, for example by running out
 * of stack, must not be used again.
 */
export function refusalOf(error: unknown): Refusal {
  if (!(error instanceof Error) || error.name === 'RuntimeError' || error instanceof RangeError) {
    throw error;
  }
  const { sqlDetails } = error as { sqlDetails?: { cursorPosition?: number } };
  return { message: error.message, byte: sqlDetails?.cursorPosition ?? null };
}
