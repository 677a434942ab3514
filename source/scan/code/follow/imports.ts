import { posix } from 'node:path';
import type { ImportRules } from './import-rules.ts';

const endings = [
  '',
  '.ts',
  '.tsx',
  '.mts',
  '.js',
  '.jsx',
  '.mjs',
  '.cjs',
  '.cts',
  '.vue',
  '.svelte',
  '/index.ts',
  '/index.tsx',
  '/index.js',
  '/index.jsx',
  '/index.mjs',
  '/index.cjs',
];

/**
 * The scanned file that an import refers to; null for a package from elsewhere. The rules of the project come first: paths of a
 * tsconfig.json, packages of the workspace. `@/lib/db` and `~/lib/db` are also searched from the root, from `src` and `app`,
 * and from the package of the importing file.
 */
export function importedFile(
  from: string,
  specifier: string,
  files: ReadonlySet<string>,
  rules?: ImportRules,
): string | null {
  const named = specifier.startsWith('.') ? [] : (rules?.candidates(from, specifier) ?? []);
  for (const base of [...named, ...basesOf(from, specifier)]) {
    const path = posix.normalize(base);
    const plain = path.replace(/\.[mc]?jsx?$/, '');
    for (const stem of plain === path ? [path] : [path, plain]) {
      for (const ending of endings) if (files.has(stem + ending)) return stem + ending;
    }
  }
  return null;
}

function basesOf(from: string, specifier: string): string[] {
  const directory = posix.dirname(from);
  if (specifier.startsWith('.')) return [posix.join(directory, specifier)];
  const rest = /^(?:@|~|#|\$lib|src|@app|@src)\/(.*)/.exec(specifier)?.[1];
  if (rest === undefined) return [];
  const roots: string[] = [];
  for (let at = directory; ; at = posix.dirname(at)) {
    roots.push(...['', 'src', 'app', 'src/lib', 'lib'].map(below => posix.join(at, below, rest)));
    if (at === '.') return roots;
  }
}
