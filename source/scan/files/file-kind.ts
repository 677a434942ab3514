import { basename, extname } from 'node:path';
import { isImportConfig } from '../code/follow/import-rules.ts';

/** What a file is read as. */
export type FileKind = 'code' | 'component' | 'sql' | 'shell' | 'prisma' | 'config';

const kinds: Record<string, FileKind> = {
  '.ts': 'code',
  '.tsx': 'code',
  '.mts': 'code',
  '.cts': 'code',
  '.js': 'code',
  '.jsx': 'code',
  '.mjs': 'code',
  '.cjs': 'code',
  '.vue': 'component',
  '.svelte': 'component',
  '.astro': 'component',
  '.sql': 'sql',
  '.psql': 'sql',
  '.sh': 'shell',
  '.bash': 'shell',
  '.zsh': 'shell',
  '.prisma': 'prisma',
};

/** The kind by the name alone; null if it is not read. A file without an extension is a shell script if its first line says so. */
export function kindOfName(path: string): FileKind | 'unknown' | null {
  if (isTypes(path)) return null;
  if (isImportConfig(path)) return 'config';
  const ending = extname(path).toLowerCase();
  if (ending === '') return basename(path).startsWith('.') ? null : 'unknown';
  return kinds[ending] ?? null;
}

/** True for declarations of types, which hold no code. */
export const isTypes = (path: string) => /\.d\.[mc]?ts$/.test(path);

/** Whether a file is in a language that is read, by its name alone. */
export function isRead(path: string): boolean {
  const kind = kindOfName(path);
  return kind !== null && kind !== 'unknown' && kind !== 'config';
}

/** True for the first line of a shell script. */
export function isShell(text: string): boolean {
  return /^#!.*\b(?:ba|da|z|k)?sh\b/.test(text);
}

const testDirectories =
  /(^|\/)(__tests__|__mocks__|__fixtures__|tests?|specs?|e2e|fixtures|mocks|cypress|playwright|testing|test-utils)\//i;
const testNames = /[._-](test|spec|mock|mocks|fixture|fixtures|stories|story|e2e|cy|bench)\.[a-z]+$/i;

/** True for tests, fixtures and stories, which do not write real counts. `path` is relative, with `/`. */
export function isTest(path: string): boolean {
  return (
    testDirectories.test(path) || testNames.test(path) || /(^|\/)(jest|vitest)\.setup\.[a-z]+$/.test(path)
  );
}

/** Directories that are never read: dependencies, build output, and anything else that is not source. */
export const neverRead: ReadonlySet<string> = new Set([
  'node_modules',
  'bower_components',
  'jspm_packages',
  '.git',
  '.hg',
  '.svn',
  'dist',
  'vendor',
  '.next',
  '.nuxt',
  '.output',
  '.svelte-kit',
  '.turbo',
  '.vercel',
  '.netlify',
  '.yarn',
  '.pnpm-store',
  'coverage',
]);
