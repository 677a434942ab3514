import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

// What nothing reads at run time: maps, types, and the extensions of PGlite's PostgreSQL, none of which the demo uses.
const unread = /\.(?:map|md|d\.[cm]?ts|tar\.gz)$/;

/**
 * The files of the built program and of the packages that it needs, as paths with slashes below `root`; of the packages only
 * those that are installed, so without native code for other platforms.
 */
export function packedFiles(root: string): string[] {
  const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, { dev?: boolean }>;
  };
  const needed = Object.keys(packages).filter(
    directory => directory !== '' && !packages[directory]?.dev && existsSync(join(root, directory)),
  );
  const ofPackages = needed.flatMap(directory =>
    filesIn(root, directory).filter(file => !unread.test(file) && !isNested(file, directory)),
  );
  return [
    'LICENSE',
    'package.json',
    ...filesIn(root, 'dist').filter(file => !file.endsWith('.1')),
    ...filesIn(root, 'sql'),
    ...ofPackages,
  ].sort();
}

/** Packages inside of a package are in the list themselves, if they are needed. */
const isNested = (file: string, directory: string) =>
  file.slice(directory.length).startsWith('/node_modules/');

function filesIn(root: string, directory: string): string[] {
  return readdirSync(join(root, directory), { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile())
    .map(entry =>
      join(entry.parentPath, entry.name).slice(root.length).replaceAll('\\', '/').replace(/^\//, ''),
    );
}
