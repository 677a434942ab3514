import { aliasesIn } from '../aliases.ts';
import type { TextsOfFiles } from '../files/texts-of-files.ts';
import { type Aliases, mayWrite } from '../names.ts';
import { type ScanSubject, scanningFor, names as subjectNames, withColumn, withNames } from '../subject.ts';

/** What code has that may write one of these counters: of other code nothing is asked that `candidatesOf` and `mayWrite` ask first. */
export function firstWords(subjects: readonly (ScanSubject | null)[] = [null]): RegExp {
  const words = subjects.flatMap(subject =>
    scanningFor(subject, () => {
      const { column, row, track } = subjectNames().patterns;
      return [exactly().source, column, row, track];
    }),
  );
  return new RegExp([...new Set(words), 'rpc'].join('|'), 'i');
}

/** The files of code that may write the count, and the names that an ORM gave it. `counting` are functions that count. */
export function candidatesOf(
  code: TextsOfFiles,
  schemas: readonly (readonly [string, string])[],
  counting: Iterable<string>,
): { aliases: Aliases; naming: string[] } {
  const named: [string, string][] = [];
  const own = new Set<string>();
  // Texts are made anew each time, so everything is asked of each at once.
  for (const file of code.named()) {
    const text = code.get(file) ?? '';
    if (text.includes(subjectNames().column)) named.push([file, text]);
    if (mayWrite(text, []) || tracks().test(text)) own.add(file);
  }
  const aliases = aliasesIn(schemas, named);
  const extra = [...counting, ...aliases.counters, ...named.flatMap(([, text]) => constantsIn(text))];
  if (extra.length === 0) return { aliases, naming: [...own] };
  const naming: string[] = [];
  for (const [file, text] of code) {
    if (own.has(file) || extra.some(name => text.includes(name))) naming.push(file);
  }
  return { aliases, naming };
}

// A file that imports the counter's name as a constant need not name it: `update({ [COUNTER]: n + 1 })`.
const constantsIn = (text: string) => [...text.matchAll(constant())].map(([, name = '']) => name);

const exactly = withColumn(column => new RegExp(column));
const tracks = withNames(({ track }) => new RegExp(track));
const constant = withColumn(column => new RegExp(`\\b([A-Z]\\w{3,})\\s*[:=]\\s*['"\`]${column}['"\`]`, 'g'));
