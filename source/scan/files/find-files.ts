import { type Dirent, readdirSync } from 'node:fs';
import { lstat, readdir, realpath, stat } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { stopIfInterrupted } from '../../errors/errors.ts';
import type { Skipped } from '../finding.ts';
import { neverRead } from './file-kind.ts';
import { type IgnoreRules, isIgnored, withRulesOf } from './ignore-rules.ts';
import { trackedFiles } from './tracked-files.ts';

/** The files of a directory that a scan may read, and what could not be listed. */
export interface FoundFiles {
  /** Relative, with `/`, in order. */
  files: string[];
  skipped: Skipped[];
  /** Files that git ignores and does not track; not all of them if there are very many. */
  ignored: string[];
  more: boolean;
  /** Directories of dependencies and build output. */
  installed: string[];
}

interface Walk {
  root: string;
  realRoot: string;
  /** Where the directory is in its repository, with a `/` at the end; empty for the root of one. */
  prefix: string;
  signal: AbortSignal | undefined;
  found: FoundFiles;
  /** How many directories were listed. */
  visited: number;
}

// Keys and interrupts are handled after this many directories.
const atOnce = 16;

// Enough to say that there are many.
const mostIgnored = 20_000;

// What is here was written elsewhere, even where it is tracked.
const packages =
  /(?:^|\/)(?:node_modules|bower_components|jspm_packages|\.yarn|\.pnpm-store|\.git|\.hg|\.svn)\//;

/**
 * Lists a directory as git sees it: what it tracks, and of the rest what no `.gitignore` or `.git/info/exclude` excludes and is
 * neither a dependency nor built. Links are not followed: their targets inside the directory are read anyway, and links that lead out of it
 * are reported.
 */
export async function findFiles(directory: string, signal?: AbortSignal): Promise<FoundFiles> {
  const realRoot = await realpath(directory);
  const { prefix, rules, inRepository } = await rulesAbove(realRoot);
  const found: FoundFiles = { files: [], skipped: [], ignored: [], more: false, installed: [] };
  const walk = { root: directory, realRoot, prefix, signal, found, visited: 0 };
  const [tracked] = await Promise.all([
    inRepository ? trackedFiles(realRoot) : { files: [] },
    visit(walk, '', rules),
  ]);
  stopIfInterrupted(signal);
  if ('files' in tracked) await addTracked(walk, tracked.files);
  else if (found.ignored.length > 0) {
    const reason = `${tracked.problem}, so tracked files that .gitignore names were left out`;
    found.skipped.push({ file: '.git', reason });
  }
  found.files.sort();
  found.skipped.sort((a, b) => (a.file < b.file ? -1 : 1));
  return found;
}

/** Adds what git tracks although a rule or a name left it out. */
async function addTracked(walk: Walk, tracked: readonly string[]): Promise<void> {
  const { root, found } = walk;
  const known = new Set(found.files);
  const missing = tracked.filter(file => !known.has(file) && !packages.test(file));
  if (missing.length === 0) return;
  await Promise.all(
    missing.map(async file => {
      const kind = await lstat(join(root, file)).catch(() => null);
      if (kind?.isFile()) found.files.push(file);
      else if (kind?.isSymbolicLink() && !found.skipped.some(each => each.file === file))
        await follow(walk, file);
    }),
  );
  const added = new Set(missing);
  found.ignored = found.ignored.filter(file => !added.has(file));
}

function leave({ found }: Walk, name: string, path: string): void {
  if (!/^\.(git|hg|svn)$/.test(name)) found.installed.push(path);
}

/** Counts what is in a directory that git ignores. */
async function countIgnored(walk: Walk, base: string): Promise<void> {
  const { found, root } = walk;
  if (found.ignored.length >= mostIgnored) {
    found.more = true;
    return;
  }
  const entries = await readdir(join(root, base), { withFileTypes: true }).catch(() => []);
  for (const entry of entries) {
    const path = `${base}${entry.name}`;
    if (!entry.isDirectory()) found.ignored.push(path);
    else if (neverRead.has(entry.name)) leave(walk, entry.name, path);
    else await countIgnored(walk, `${path}/`);
  }
}

/** What the repository around a directory ignores in it. */
async function rulesAbove(
  directory: string,
): Promise<{ prefix: string; rules: IgnoreRules; inRepository: boolean }> {
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
      const named = prefix !== '' && isIgnored(rules, prefix);
      return named ? { prefix: '', rules: [], inRepository: true } : { prefix, rules, inRepository: true };
    }
    above.push(dirname(at));
    if (dirname(at) === at) return { prefix: '', rules: [], inRepository: false };
  }
}

async function visit(walk: Walk, base: string, above: IgnoreRules): Promise<void> {
  walk.visited += 1;
  if (walk.visited % atOnce === 0) await setImmediate();
  stopIfInterrupted(walk.signal);
  const directory = join(walk.root, base);
  let entries: Dirent[];
  try {
    // Another thread would take longer to begin with it than this takes.
    entries = readdirSync(directory, { withFileTypes: true });
  } catch (error) {
    walk.found.skipped.push({ file: base || '.', reason: reasonOf(error, 'listed') });
    return;
  }
  const hasRules = entries.some(({ name }) => name === '.gitignore');
  const rules = hasRules ? await withRulesOf(above, directory, walk.prefix + base) : above;
  const [deeper, links]: [string[], string[]] = [[], []];
  for (const entry of entries) {
    const path = `${base}${entry.name}`;
    if (entry.isDirectory()) {
      if (neverRead.has(entry.name)) leave(walk, entry.name, path);
      else if (isIgnored(rules, `${walk.prefix}${path}/`)) await countIgnored(walk, `${path}/`);
      else deeper.push(`${path}/`);
    } else if (isIgnored(rules, walk.prefix + path)) {
      walk.found.ignored.push(path);
    } else if (entry.isFile()) {
      walk.found.files.push(path);
    } else if (entry.isSymbolicLink()) {
      links.push(path);
    }
  }
  await Promise.all(links.map(path => follow(walk, path)));
  for (const each of deeper) await visit(walk, each, rules);
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
