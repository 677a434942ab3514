import { expect, test } from 'vitest';
import { proseOf, readDocument, readDocuments } from './markdown.ts';

test('the README has at most 1,200 words', () => {
  expect(readDocument('README.md').text.split(/\s+/).length).toBeLessThanOrEqual(1_200);
});

test.each(readDocuments())('the sentences of $file have at most 25 words', document => {
  const long = sentencesOf(proseOf(document)).filter(sentence => sentence.split(' ').length > 25);
  expect(long).toEqual([]);
});

test.each(readDocuments())('every row of a table in $file has as many cells as its head', document => {
  const tables = proseOf(document).match(/(?:^\|.*\n)+/gm) ?? [];
  const uneven = tables.flatMap(table => {
    const rows = table.trim().split('\n');
    const cells = (row: string) => row.split(/(?<!\\)\|/).length;
    return rows.filter(row => cells(row) !== cells(rows[0] ?? ''));
  });
  expect(uneven).toEqual([]);
});

/** The sentences of paragraphs and of list items; tables and headings have none. */
function sentencesOf(prose: string): string[] {
  return prose
    .replace(/\]\([^)]*\)/g, ']')
    .split(/\n\s*\n|\n(?= *(?:[-*]|\d+\.) )/)
    .filter(paragraph => !/^\s*[|#<!]/.test(paragraph))
    .flatMap(paragraph =>
      paragraph
        .trim()
        .replace(/\s+/g, ' ')
        .split(/(?<=[.!?]["*)]*) /),
    )
    .map(sentence => sentence.replace(/^(?:[-*]|\d+\.) /, ''));
}
