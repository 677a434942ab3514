import type { SqlReading } from '../sql-effects.ts';
import type { Routine } from '../sql-reader.ts';

/** What the process that parses is asked. */
export type ParserRequest = { id: number } & ({ text: string } | { routine: Routine });

/** What it answers, in the order of the requests; a `fault` is the parser's own, and the last that is heard of it. */
export type ParserAnswer = { id: number; reading: SqlReading } | { fault: string };
