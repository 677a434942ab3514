import { type Dirent, readdirSync, readFileSync } from 'node:fs';
import { basename, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

/** A realistic piece of an application, with the writes that a scan must find in it. */
export interface Snippet {
  name: string;
  directory: string;
  /** As `file:line kind`. */
  writes: string[];
  /** Of each finding its column, how it changes the count, and what else makes its reason; `only` is worth a look. */
  told: string[];
}

const folder = (name: string) => fileURLToPath(new URL(`./${name}`, import.meta.url));

/** The parts of the corpus whose snippets are looked at when the scan is mended. */
export const parts = [
  'known',
  'held-out',
  'held-out-2',
  'held-out-3',
  'held-out-4',
  'held-out-5',
  'held-out-6',
  'held-out-7',
  'reviewed',
].map(part => `corpus/${part}`);

/** Snippets that were scanned blind, once, and are known since. */
export const onceBlind = 'corpus/held-out-3';

/** Snippets that were written before mends and are not looked at: only their sums are told. */
export const unseen = 'held-out';

/**
 * The snippets of a folder beside this file, such as `corpus/known`. `known` existed while the scan was written. Each `held-out` part was written at once
 * and scanned before the scan was changed for it. `reviewed` came from a review, and includes writes that were missed until
 * then. Each snippet is a directory; the first comment of each file lists what must be found there:
 * `// writes: 12 supabase-update, 30 rpc` or `// writes: none`. What else is known of each finding was written down from a scan,
 * and read once, in corpus-found.txt.
 */
export function readCorpus(part: string): Snippet[] {
  const root = folder(part);
  const lines = readFileSync(folder('corpus-found.txt'), 'utf8').trimEnd().split('\n');
  const told = Object.groupBy(lines, line => line.split(' ', 1)[0] ?? '');
  return readdirSync(root)
    .sort()
    .map(name => {
      const directory = join(root, name);
      const files = readdirSync(directory, { recursive: true, withFileTypes: true }).filter(isFile);
      return {
        name: `${basename(part)}/${name}`,
        directory,
        writes: files.flatMap(file => labelsOf(directory, file)),
        told: (told[`${basename(part)}/${name}`] ?? []).map(line => line.slice(line.indexOf(' ') + 1)),
      };
    });
}

const isFile = (entry: Dirent) => entry.isFile();

function labelsOf(directory: string, { parentPath, name }: Dirent): string[] {
  const path = join(parentPath, name);
  const [, label] = /^(?:\/\/|--|#|<!--) writes: (.*?)(?: -->)?$/m.exec(readFileSync(path, 'utf8')) ?? [];
  // JSON has no comments, and is only read for what imports mean.
  if (name.endsWith('.json')) return [];
  if (label === undefined) throw new Error(`${path} has no label.`);
  if (label === 'none') return [];
  return label.split(', ').map(each => {
    const [line, kind] = each.split(' ');
    return `${relative(directory, path)}:${line} ${kind}`;
  });
}
