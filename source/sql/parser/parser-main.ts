// The process that parses, started by parser-process.ts.

import { readStatements } from '../read-statements.ts';
import { readRoutine } from '../routine.ts';
import type { SqlReader } from '../sql-reader.ts';
import { loadParser } from './parser.ts';
import type { ParserAnswer, ParserRequest } from './parser-messages.ts';

const answer = (message: ParserAnswer, sent = () => {}) => process.send?.(message, sent);

// Ctrl-C reaches every process of the terminal. The parent decides what to do, and ends this one by disconnecting.
process.on('SIGINT', () => {});
process.on('disconnect', () => process.exit());

const loading = loadParser();
process.on('message', async (request: ParserRequest) => {
  try {
    const reader: SqlReader = { parser: await loading, readRoutine: routine => readRoutine(routine, reader) };
    const reading =
      'text' in request ? readStatements(request.text, reader) : reader.readRoutine(request.routine);
    answer({ id: request.id, reading });
  } catch (error) {
    answer({ fault: error instanceof Error ? error.message : String(error) }, () => process.exit(1));
  }
});
