import { existsSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { expect, test } from 'vitest';
import {
  anchorsOf,
  codeOf,
  type Document,
  linksOf,
  readDocument,
  readDocuments,
  readPages,
  root,
} from './markdown.ts';

test.each(readDocuments())('the links of $file lead somewhere', document => {
  expect(linksOf(document).filter(link => !leadsSomewhere(document, link))).toEqual([]);
});

test.each(readDocuments())('the files that $file names are there', document => {
  // A name in capital letters is one to choose.
  const paths = codeOf(document).filter(code =>
    /^(?:source|test|docs|sql|scripts|\.github)\/[a-z0-9_./-]*$/.test(code),
  );
  expect(paths.filter(path => !existsSync(join(root, path)))).toEqual([]);
});

test('the README leads to every page', () => {
  const links = linksOf(readDocument('README.md'));
  const pages = readPages().map(({ file }) => file);
  expect(
    pages.filter(file => file !== 'README.md' && file !== 'docs/testing.md' && !links.includes(file)),
  ).toEqual([]);
});

function leadsSomewhere({ file, text }: Document, link: string): boolean {
  const [path = '', anchor] = link.split('#');
  const target = path === '' ? file : normalize(join(dirname(file), path));
  if (!existsSync(join(root, target))) return false;
  return (
    anchor === undefined || anchorsOf(path === '' ? { file, text } : readDocument(target)).includes(anchor)
  );
}
