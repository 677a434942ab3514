import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import ignore, { type Ignore } from 'ignore';

/** The rules of one `.gitignore`, which apply to paths below its directory. */
interface Rules {
  /** Relative to the root, with a `/` at its end; empty for the root itself. */
  base: string;
  rules: Ignore;
}

/** What git ignores in a directory: the rules from the root down to it; the deepest take precedence. */
export type IgnoreRules = readonly Rules[];

/** Adds the rules of a directory's `.gitignore` to those above it. A file that is missing or unreadable has none. */
export async function withRulesOf(
  above: IgnoreRules,
  directory: string,
  base: string,
  name = '.gitignore',
): Promise<IgnoreRules> {
  const text = await readFile(join(directory, name), 'utf8').catch(() => null);
  if (text === null || text.trim() === '') return above;
  return [...above, { base, rules: ignore().add(text) }];
}

/** Whether git ignores a path, relative to the root; directories end with `/`. */
export function isIgnored(rules: IgnoreRules, path: string): boolean {
  let ignored = false;
  for (const { base, rules: own } of rules) {
    if (!path.startsWith(base)) continue;
    const { ignored: yes, unignored: no } = own.test(path.slice(base.length));
    if (yes) ignored = true;
    else if (no) ignored = false;
  }
  return ignored;
}
