import type { Dirent } from 'node:fs';
import { readdir, realpath, stat } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import { stopIfInterrupted } from '../../errors/errors.ts';
import type { Skipped } from '../finding.ts';
import { neverRead } from './file-kind.ts';
import { type IgnoreRules, isIgnored, withRulesOf } from './ignore-rules.ts';

/** The files of a directory that a scan may read, and what could not be listed. */
interface FoundFiles {
  /** Relative, with `/`, in order. */
  files: string[];
  skipped: Skipped[];
}

interface Walk {
  root: string;
  realRoot: string;
  /** Where the directory is in its repository, with a `/` at the end; empty for the root of one. */
  prefix: string;
  signal: AbortSignal | undefined;
  found: FoundFiles;
}

/**
 * Lists a directory as git sees it: without what any `.gitignore` or `.git/info/exclude` excludes, and without dependencies
 * and build output. Links are not followed: their targets inside the directory are read anyway, and links that lead out of it
 * are reported.
 */
export async function findFiles(directory: string, signal?: AbortSignal): Promise<FoundFiles> {
  const realRoot = await realpath(directory);
  const { prefix, rules } = await rulesAbove(realRoot);
  const found: FoundFiles = { files: [], skipped: [] };
  await visit({ root: directory, realRoot, prefix, signal, found }, '', rules);
  found.files.sort();
  found.skipped.sort((a, b) => (a.file < b.file ? -1 : 1));
  return found;
}

/** What the repository around a directory ignores in it. */
async function rulesAbove(directory: string): Promise<{ prefix: string; rules: IgnoreRules }> {
  const above: string[] = [];
  for (let at = directory; ; at = dirname(at)) {
    const isRoot = await stat(join(at, '.git')).then(
      () => true,
      () => false,
    );
    if (isRoot) {
      let rules = await withRulesOf([], join(at, '.git', 'info'), '', 'exclude');
      const prefix = at === directory ? '' : `${relative(at, directory).split(sep).join('/')}/`;
      for (const each of above.reverse()) {
        const base = relative(at, each).split(sep).join('/');
        rules = await withRulesOf(rules, each, base === '' ? '' : `${base}/`);
      }
      // A directory that the user names is scanned even if it is ignored.
      return prefix !== '' && isIgnored(rules, prefix) ? { prefix: '', rules: [] } : { prefix, rules };
    }
    above.push(dirname(at));
    if (dirname(at) === at) return { prefix: '', rules: [] };
  }
}

async function visit(walk: Walk, base: string, above: IgnoreRules): Promise<void> {
  stopIfInterrupted(walk.signal);
  const directory = join(walk.root, base);
  let entries: Dirent[];
  try {
    entries = await readdir(directory, { withFileTypes: true });
  } catch (error) {
    walk.found.skipped.push({ file: base || '.', reason: reasonOf(error, 'listed') });
    return;
  }
  const rules = await withRulesOf(above, directory, walk.prefix + base);
  await Promise.all(
    entries.map(async entry => {
      const path = `${base}${entry.name}`;
      if (entry.isDirectory()) {
        const left = neverRead.has(entry.name) || isIgnored(rules, `${walk.prefix}${path}/`);
        if (!left) await visit(walk, `${path}/`, rules);
      } else if (!isIgnored(rules, walk.prefix + path)) {
        if (entry.isFile()) walk.found.files.push(path);
        else if (entry.isSymbolicLink()) await follow(walk, path);
      }
    }),
  );
}

async function follow({ root, realRoot, found }: Walk, path: string): Promise<void> {
  try {
    const target = await realpath(join(root, path));
    if (target === realRoot || target.startsWith(realRoot + sep)) return;
    found.skipped.push({ file: path, reason: 'it is a link that leads out of the directory' });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const nowhere = code === 'ENOENT' ? 'it is a link to nothing' : reasonOf(error, 'followed');
    found.skipped.push({ file: path, reason: nowhere });
  }
}

/** Why the system refused. */
export function reasonOf(error: unknown, verb: string): string {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'EACCES' || code === 'EPERM') return 'this user may not read it';
  if (code === 'ELOOP') return 'it is a link that leads back to itself';
  return `it cannot be ${verb}: ${code ?? message}`;
}
