import { statementWords } from '../code/read-sql-texts.ts';
import { writers } from '../code/write-methods.ts';

// What a text with a call of one of these has, however it is called.
const calling = new RegExp(`\\b(?:${[...writers].join('|')})\\b`);

// Any function may send a request, and one of `rpc` need not say how. A name may be spelled with escapes.
const asking = /rpc|flush|\b(?:update|patch|put|post)\b|\\[ux]/i;

// SQL is a text of its own, and may begin with a comment.
const stating = new RegExp(`['"\`][\\s([]*(?:--|/\\*|(?:${statementWords})\\b)`, 'i');

/**
 * Whether code with this text could write anything, by itself or for whoever calls it: it calls what writes rows, sends a request, or
 * has SQL. All that a scan finds has one of these words.
 */
export const hasWriteWords = (text: string): boolean =>
  calling.test(text) || asking.test(text) || stating.test(text);
