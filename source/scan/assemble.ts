import { statementAround } from './code/follow/lookup.ts';
import type { WriteCandidate } from './code/write-candidate.ts';
import { messageOfCounter } from './counter-reasons.ts';
import type { CodeLocation, CountChange, Note, Unparsed, Write } from './finding.ts';
import { inOneLine, placeAt } from './place.ts';
import { hintOf, whyOf } from './reasons.ts';
import type { SqlFound } from './sql/judge-sql.ts';
import type { SqlUnit } from './sql/sql-unit.ts';
import { names } from './subject.ts';

/** A finding of either list. */
export type ReportedFinding = { write: Write } | { note: Note };

const messages: Record<Note['kind'], string> = {
  recount:
    'It sets the count to the number of records, so nothing counts twice. Under live traffic it may lose uses that commit meanwhile; preset-usage sync loses none.',
  reset:
    'It sets counts to 0 once but keeps the records. preset-usage reset shows what that changes, and can be undone.',
  'row-saved':
    'It saves a row that was read before. TypeORM also writes back a count that has changed since, and that use is lost. update() with the changed columns avoids it.',
  'insert-with-count': 'A new preset starts with a count that has no records.',
};

const unknownColumns = (column: string) =>
  `It names no columns, and no scanned file says which of its values is ${column}. Name the columns, and leave ${column} out.`;

/** Reports a write found in code; null for a new preset that starts at 0. */
export function reportCode(
  found: WriteCandidate,
  text: string,
  recordAt: number | null,
): ReportedFinding | null {
  const { module, node, offset, kind, how, inserts, readBefore, through } = found;
  const place = placeAt(module.file, text, offset);
  const { start, end } = statementAround(node);
  const statement = inOneLine(text.slice(start, end));
  if (inserts && how === 'zero') return null;
  if (inserts && !found.begins) return { note: noteOf(place, statement, 'insert-with-count') };
  if (found.saved) return { note: noteOf(place, statement, 'row-saved') };
  if (how === 'recounts') return { note: noteOf(place, statement, 'recount') };
  const record = recordAt === null ? null : placeAt(module.file, text, recordAt).line;
  const line = place.line;
  const about = { kind, how, record, line, readBefore, inserts, through, routine: null, trigger: null };
  return {
    write: { ...place, text: statement, kind, how, why: whyOf(about), hint: hintOf(about), record },
  };
}

/** Reports a write found in SQL. `statement` is what the finding shows, `record` the line of a record inserted with it. */
export function reportSql(
  found: SqlFound,
  fileText: string,
  statement: string,
  record: number | null,
): ReportedFinding {
  const { unit, offset, kind, how, once, inserts, unsure, routine, trigger } = found;
  const place = placeAt(unit.file, fileText, unit.source(offset));
  const text = inOneLine(statement);
  if (unsure)
    return {
      note: {
        ...noteOf(place, text, 'insert-with-count'),
        message: unknownColumns(names().column),
      },
    };
  if (how === 'recounts') return { note: noteOf(place, text, 'recount') };
  // A value that code is given may be 0; one that another row has, or a file, is what it is.
  if (inserts && unit.in === 'code' && /\$\d/.test(found.text) && !/\bselect\b/i.test(found.text)) {
    return { note: noteOf(place, text, 'insert-with-count') };
  }
  if (how === 'zero' && once) return { note: noteOf(place, text, 'reset') };
  const line = place.line;
  const about = { kind, how, record, line, readBefore: false, inserts, through: null, routine, trigger };
  return { write: { ...place, text, kind, how, why: whyOf(about), hint: hintOf(about), record } };
}

function noteOf(place: CodeLocation, text: string, kind: Note['kind']): Note {
  const subject = names();
  const message = subject.counter === null ? messages[kind] : messageOfCounter(kind, subject);
  return { ...place, text, kind, message };
}

/** Reports SQL that could not be parsed, with its location. */
export function unparsedSql(unit: SqlUnit, fileText: string): Unparsed | null {
  const { problem } = unit.reading;
  if (!problem) return null;
  return { ...placeAt(unit.file, fileText, unit.source(problem.offset)), message: problem.message };
}

/** Sorts by file and line, and keeps only the first finding of each location. */
export function sortByLocation<T extends CodeLocation & { how?: CountChange | null }>(
  list: readonly T[],
): T[] {
  const sorted = list.toSorted((a, b) =>
    a.file < b.file ? -1 : a.file > b.file ? 1 : a.line - b.line || a.column - b.column,
  );
  return sorted.filter((each, index) => {
    const before = sorted[index - 1];
    return !before || before.file !== each.file || before.line !== each.line || before.column !== each.column;
  });
}
