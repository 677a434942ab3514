import type { SqlReading } from '../sql-effects.ts';
import type { Routine } from '../sql-reader.ts';

/** A request to the parsing process. */
export type ParserRequest = { id: number } & ({ text: string } | { routine: Routine });

/** Its answers, in the order of the requests. A `fault` is a failure of the parser itself, and its last message. */
export type ParserAnswer = { id: number; reading: SqlReading } | { fault: string };
