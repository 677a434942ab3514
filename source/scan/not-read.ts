import { type ConsoleError, usageError } from '../errors/errors.ts';
import { count } from '../format/numbers.ts';
import { listed } from '../format/plurals.ts';
import { displayText } from '../format/text.ts';
import type { NotRead } from './finding.ts';

/** Files that were not read, in words: "12 Python files", "445 files that git ignores (445 of them code)". */
export function notReadWords({ reason, language, files, code, more }: NotRead): string {
  const number = more ? `more than ${count(files)}` : count(files);
  const one = files === 1 && !more;
  const noun = one ? 'file' : 'files';
  switch (reason) {
    case 'language':
      return `${number} ${language} ${noun}`;
    case 'ignored':
      return `${number} ${noun} that git ignores${code > 0 ? ` (${count(code)} of them in a language that is read)` : ''}`;
    case 'test':
      return `${number} ${noun} of tests`;
    case 'installed':
      return `${number} ${one ? 'directory' : 'directories'} of dependencies or build output`;
    case 'types':
      return `${number} ${noun} of types alone`;
    case 'skipped':
      return `${number} ${noun} that ${one ? 'is' : 'are'} too large, minified, not text, unreadable or ${one ? 'a link' : 'links'}`;
    case 'other':
      return `${number} other ${noun} without code`;
  }
}

/** The languages that were not read, in words; empty if all were. */
export function languagesNotRead(notRead: readonly NotRead[]): string {
  return listed(notRead.filter(({ reason }) => reason === 'language').map(notReadWords));
}

/** The error (exit code 2) that nothing of a directory could be read; null if something was. */
export function nothingRead({
  directory,
  files,
  notRead,
}: {
  directory: string;
  files: number;
  notRead: readonly NotRead[];
}): ConsoleError | null {
  if (files > 0) return null;
  const languages = languagesNotRead(notRead);
  const others = listed(
    notRead.filter(({ reason }) => /ignored|test|skipped/.test(reason)).map(notReadWords),
  );
  const left = languages || others;
  return usageError(
    'nothing-to-read',
    `Nothing in ${displayText(directory)} was read${left === '' ? ': it has no code' : `: it has ${left}`}.`,
    `Scan reads ${readLanguages}. Name a directory with such code, and check other languages by hand.`,
  );
}

const readLanguages = 'TypeScript, JavaScript, Vue, Svelte, Astro, SQL, Prisma and shell scripts';
