import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * The licenses of the packages whose code is in the bundles: each one's text has to go with copies of it. `inputs` are the files
 * that the bundles were made from, relative to `root`. Throws where a package has no license.
 */
export function licensesOf(inputs: readonly string[], root: string): string {
  const directories = inputs.flatMap(file => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file)?.[0] ?? []);
  const notices = [...new Set(directories)].map(directory => noticeOf(join(root, directory)));
  return [...new Set(notices)].sort().join(`\n${'-'.repeat(72)}\n\n`);
}

function noticeOf(directory: string): string {
  const { name, version, license } = JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8')) as {
    name: string;
    version: string;
    license?: string;
  };
  const files = readdirSync(directory).filter(file =>
    /^(?:licen[cs]e|notice|copying)(?:\.\w+)?$/i.test(file),
  );
  if (license === undefined) throw new Error(`${name} has no license.`);
  const texts = files.map(file => readFileSync(join(directory, file), 'utf8').trim());
  return `${name} ${version}: ${license}\n\n${texts.map(text => `${text}\n`).join('\n')}`;
}
