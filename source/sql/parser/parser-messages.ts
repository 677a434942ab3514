import type { Node } from 'libpg-query';
import type { ParsedCondition } from '../../counter/definition/parse-predicate.ts';
import type { BodySteps } from '../body/steps.ts';
import type { SqlReading } from '../sql-effects.ts';
import type { Routine } from '../sql-reader.ts';

/** What the parsing process can be asked, and what it answers. */
export interface ParserAnswers {
  /** What a text of SQL does. */
  text: { given: string; answer: SqlReading };
  /** What the body of a routine does. */
  routine: { given: Routine; answer: SqlReading };
  /** A condition on the columns of one table. */
  condition: { given: string; answer: ParsedCondition };
  /** The body of a routine, step by step. */
  steps: { given: Routine; answer: BodySteps };
  /** The trees of a text's statements. */
  trees: { given: string; answer: Node[] };
}

export type Question = {
  [Kind in keyof ParserAnswers]: { kind: Kind; given: ParserAnswers[Kind]['given'] };
}[keyof ParserAnswers];

/** A request to the parsing process. */
export type ParserRequest = { id: number } & Question;

/** Its answers, in the order of the requests. A `fault` is a failure of the parser itself, and its last message. */
export type ParserAnswer =
  | { id: number; answer: ParserAnswers[keyof ParserAnswers]['answer'] }
  | { fault: string };
