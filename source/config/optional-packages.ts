import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { type ConsoleError, usageError } from '../errors/errors.ts';
import { packageDirectory, readPackage } from './paths.ts';

/** The packages that an installation may leave out, each with what needs it. */
const optional = { '@electric-sql/pglite': 'The demo', 'oxc-parser': 'A scan of code' };

type OptionalPackage = keyof typeof optional;

/** Whether a package can be found from here; one with native code may still lack the part for this platform. */
export function isInstalled(name: OptionalPackage): boolean {
  const places = createRequire(import.meta.url).resolve.paths(name) ?? [];
  return places.some(place => existsSync(join(place, name, 'package.json')));
}

/** The error for an optional package that is not there: exit code 2, with the line that installs it. */
export function missingPackage(name: OptionalPackage): ConsoleError {
  const isExecutable = process.getBuiltinModule('node:sea').isSea();
  const { optionalDependencies: versions } = readPackage();
  const exact = `${name}@${versions[name]?.replace(/^\^/, '')}`;
  return usageError(
    'package-missing',
    `${optional[name]} needs ${name}, which is not installed for ${process.platform}-${process.arch}.`,
    isExecutable
      ? 'This executable was built without it. Install preset-usage-console with npm.'
      : `Run: ${lineToInstall(exact, packageDirectory)}`,
  );
}

/** The line that installs a package beside this one, which is in `directory`: in a project, in npx's, or globally. */
export function lineToInstall(exact: string, directory: string): string {
  const above = dirname(directory);
  const host = basename(above) === 'node_modules' ? dirname(above) : directory;
  if (!existsSync(join(host, 'package.json'))) return `npm install --global ${exact}`;
  return `npm install --prefix ${/[^\w./\\:-]/.test(host) ? `"${host}"` : host} ${exact}`;
}
