import type { Parser } from './parser.ts';
import { readPlpgsql } from './plpgsql.ts';
import { readStatements } from './read-statements.ts';
import { emptyReading, type SqlReading } from './sql-effects.ts';

/** A routine as `pg_proc` has it. */
export interface Routine {
  /** Such as `plpgsql`. */
  language: string;
  /** Its body; of one with BEGIN ATOMIC, which has no text of its own, the whole CREATE FUNCTION. */
  source: string;
  /** Its arguments and its result, as after CREATE FUNCTION; PL/pgSQL is checked against both. */
  arguments?: string;
  result?: string | null;
  kind?: 'function' | 'procedure';
  /** The whole statement that creates it, where there is one. */
  statement?: string;
}

export function readRoutine(routine: Routine, parser: Parser): SqlReading {
  const { language, source } = routine;
  if (source.trim() === '') return emptyReading();
  switch (language.toLowerCase()) {
    case 'sql':
      return readSqlBody(source, parser);
    case 'plpgsql':
      return readPlpgsql(source, routine.statement ?? creating(routine), parser);
    default:
      return {
        ...emptyReading(),
        problem: { message: `the language ${language} is not read`, offset: 0 },
      };
  }
}

/** What BEGIN ATOMIC does stands in the statement that creates it; other bodies of SQL are statements themselves. */
function readSqlBody(source: string, parser: Parser): SqlReading {
  const reading = readStatements(source, parser);
  const [created] = reading.creates;
  const whole = /^\s*create\s/i.test(source) && reading.creates.length === 1;
  return whole && created && (created.kind === 'function' || created.kind === 'procedure')
    ? created.reading
    : reading;
}

/** The statement that PL/pgSQL's parser wants to see a body in. */
function creating({ source, arguments: given = '', result = 'void', kind }: Routine): string {
  let tag = '$body$';
  for (let each = 0; source.includes(tag); each += 1) tag = `$body${each}$`;
  const returns = kind === 'procedure' || result === null ? '' : ` RETURNS ${result}`;
  return `CREATE ${kind === 'procedure' ? 'PROCEDURE' : 'FUNCTION'} f(${given})${returns} LANGUAGE plpgsql AS ${tag}${source}${tag}`;
}
