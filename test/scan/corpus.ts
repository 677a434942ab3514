import { type Dirent, readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

/** A realistic piece of an application, with the writes that a scan must find in it. */
export interface Snippet {
  name: string;
  directory: string;
  /** As `file:line kind`. */
  writes: string[];
}

const root = fileURLToPath(new URL('./corpus', import.meta.url));

/**
 * The snippets of one part of the corpus. `known` existed while the scan was written. Each `held-out` part was written at once
 * and scanned before the scan was changed for it. `reviewed` came from a review, and includes writes that were missed until
 * then. Each snippet is a directory; the first comment of each file lists what must be found there:
 * `// writes: 12 supabase-update, 30 rpc` or `// writes: none`.
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
  if (name.endsWith('.json')) return [];
  if (label === undefined) throw new Error(`${path} has no label.`);
  if (label === 'none') return [];
  return label.split(', ').map(each => {
    const [line, kind] = each.split(' ');
    return `${relative(directory, path)}:${line} ${kind}`;
  });
}
