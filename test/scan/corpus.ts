import { type Dirent, readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

/** A piece of an application as people write them, with the writes that a scan has to find in it. */
export interface Snippet {
  name: string;
  directory: string;
  /** As `file:line kind`. */
  writes: string[];
}

const root = fileURLToPath(new URL('./corpus', import.meta.url));

/**
 * The snippets of one part of the corpus: `known` was there while the scan was written, each `held-out` was written in one go
 * and scanned before anything was changed for its sake, and `reviewed` came
 * with what a review found, the writes that were missed until then among them. Each snippet is a directory; the first comment of each of its files says what is to be
 * found there: `// writes: 12 supabase-update, 30 rpc` or `// writes: none`.
 */
export function readCorpus(part: string): Snippet[] {
  return readdirSync(join(root, part))
    .sort()
    .map(name => {
      const directory = join(root, part, name);
      const files = readdirSync(directory, { recursive: true, withFileTypes: true }).filter(isFile);
      return { name: `${part}/${name}`, directory, writes: files.flatMap(file => labelsOf(directory, file)) };
    });
}

const isFile = (entry: Dirent) => entry.isFile();

function labelsOf(directory: string, { parentPath, name }: Dirent): string[] {
  const path = join(parentPath, name);
  const [, label] = /^(?:\/\/|--|#|<!--) writes: (.*?)(?: -->)?$/m.exec(readFileSync(path, 'utf8')) ?? [];
  if (label === undefined) throw new Error(`${path} has no label.`);
  if (label === 'none') return [];
  return label.split(', ').map(each => {
    const [line, kind] = each.split(' ');
    return `${relative(directory, path)}:${line} ${kind}`;
  });
}
