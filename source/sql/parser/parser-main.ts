// The process that parses, started by parser-process.ts.

import { parsePredicate } from '../../counter/definition/parse-predicate.ts';
import { readSteps, readTrees } from '../body/read-steps.ts';
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
    answer({ id: request.id, answer: answerTo(request, reader) });
  } catch (error) {
    answer({ fault: error instanceof Error ? error.message : String(error) }, () => process.exit(1));
  }
});

function answerTo(request: ParserRequest, reader: SqlReader) {
  switch (request.kind) {
    case 'text':
      return readStatements(request.given, reader);
    case 'routine':
      return reader.readRoutine(request.given);
    case 'condition':
      return parsePredicate(request.given, reader.parser);
    case 'steps':
      return readSteps(request.given, reader.parser);
    case 'trees':
      return readTrees(request.given, reader.parser);
  }
}
