import { readPlpgsql } from './plpgsql.ts';
import { readStatements } from './read-statements.ts';
import { emptyReading, type SqlReading } from './sql-effects.ts';
import type { Routine, SqlReader } from './sql-reader.ts';

export function readRoutine(routine: Routine, reader: SqlReader): SqlReading {
  const { language, source } = routine;
  if (source.trim() === '') return emptyReading();
  switch (language.toLowerCase()) {
    case 'sql':
      return readSqlBody(source, reader);
    case 'plpgsql':
      return readPlpgsql(source, routine.statement ?? creating(routine), reader);
    default:
      return {
        ...emptyReading(),
        problem: { message: `the language ${language} is not supported`, offset: 0 },
      };
  }
}

/** A BEGIN ATOMIC body is part of the statement that creates it; other SQL bodies are statements themselves. */
function readSqlBody(source: string, reader: SqlReader): SqlReading {
  const reading = readStatements(source, reader);
  const [created] = reading.creates;
  const whole = /^\s*create\s/i.test(source) && reading.creates.length === 1;
  return whole && created && (created.kind === 'function' || created.kind === 'procedure')
    ? created.reading
    : reading;
}

/** The statement that PL/pgSQL's parser expects around a body. */
export function creating({ source, arguments: given = '', result = 'void', kind }: Routine): string {
  let tag = '$body$';
  for (let each = 0; source.includes(tag); each += 1) tag = `$body${each}$`;
  const returns = kind === 'procedure' || result === null ? '' : ` RETURNS ${result}`;
  return `CREATE ${kind === 'procedure' ? 'PROCEDURE' : 'FUNCTION'} f(${given})${returns} LANGUAGE plpgsql AS ${tag}${source}${tag}`;
}
