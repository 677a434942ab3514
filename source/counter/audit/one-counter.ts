import { type ConsoleError, isConsoleError } from '../../errors/errors.ts';

const codes: ReadonlySet<string> = new Set([
  'missing-table',
  'missing-column',
  'not-a-table',
  'permission-denied',
  'keys-differ',
  'count-is-no-number',
  'amount-is-inexact',
  'counter-does-not-fit',
  'rows-hidden',
  'statement-timeout',
  'lock-timeout',
  'schema-changed',
  'server-error',
]);

/** Whether an error is about the tables of one counter: then it says nothing of the others. */
export function isOfOneCounter(error: unknown): error is ConsoleError {
  return isConsoleError(error) && codes.has(error.code);
}
