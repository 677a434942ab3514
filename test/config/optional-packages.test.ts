import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { isInstalled, lineToInstall, missingPackage } from '../../source/config/optional-packages.ts';
import { packageDirectory } from '../../source/config/paths.ts';

const scratch = mkdtempSync(join(tmpdir(), 'packages-'));
afterAll(() => rmSync(scratch, { recursive: true }));

/** Where this package stands inside of `host`, which may be a project. */
function installedIn(host: string, isProject: boolean): string {
  const directory = join(scratch, host, 'node_modules/preset-usage-console');
  mkdirSync(directory, { recursive: true });
  if (isProject) writeFileSync(join(scratch, host, 'package.json'), '{}');
  return directory;
}

test('the line installs into the project that has this package, with a quoted path where it needs one', () => {
  expect(lineToInstall('a@1.2.3', installedIn('app', true))).toBe(
    `npm install --prefix ${join(scratch, 'app')} a@1.2.3`,
  );
  expect(lineToInstall('a@1.2.3', installedIn('my app', true))).toBe(
    `npm install --prefix "${join(scratch, 'my app')}" a@1.2.3`,
  );
});

test('the line installs globally where this package is', () => {
  expect(lineToInstall('a@1.2.3', installedIn('lib', false))).toBe('npm install --global a@1.2.3');
});

test('the line of a checkout installs into it', () => {
  expect(lineToInstall('a@1.2.3', packageDirectory)).toBe(`npm install --prefix ${packageDirectory} a@1.2.3`);
});

test('what is missing is named with its exact version', () => {
  expect(isInstalled('oxc-parser')).toBe(true);
  expect(missingPackage('oxc-parser')).toMatchObject({
    code: 'package-missing',
    exitCode: 2,
    hint: expect.stringMatching(/ oxc-parser@\d+\.\d+\.\d+$/),
  });
});
