import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Where the program's source is. */
export const source = fileURLToPath(new URL('../source', import.meta.url));

/** The files of `source` by their paths below it, each with the files it imports, including type imports. */
export type ImportGraph = ReadonlyMap<string, readonly string[]>;

/** Reads the imports of every file of the program. */
export function readImportGraph(): ImportGraph {
  const files = readdirSync(source, { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile() && /\.tsx?$/.test(entry.name))
    .map(entry => inSource(join(entry.parentPath, entry.name)))
    .sort();
  return new Map(files.map(file => [file, importsOf(file)]));
}

function importsOf(file: string): string[] {
  const text = readFileSync(join(source, file), 'utf8');
  return [...text.matchAll(/(?:from|import)\s*\(?\s*'(\.[^']+)'/g)].map(([, target = '']) =>
    inSource(resolve(source, dirname(file), target)),
  );
}

/** A path below `source`, with slashes on Windows too. */
function inSource(path: string): string {
  return relative(source, path).replaceAll('\\', '/');
}

/** The top folder of a file. */
export function roomOf(file: string): string {
  return file.split('/')[0] ?? '';
}

/** The pairs of folders of which the first imports from the second, such as `repair -> trigger`, with the imports. */
export function arrowsBetweenRooms(graph: ImportGraph): Map<string, string[]> {
  const arrows = new Map<string, string[]>();
  for (const [file, targets] of graph) {
    for (const target of targets) {
      const [from, to] = [roomOf(file), roomOf(target)];
      if (from === to) continue;
      const arrow = `${from} -> ${to}`;
      arrows.set(arrow, [...(arrows.get(arrow) ?? []), `${file} imports ${target}`]);
    }
  }
  return arrows;
}

/** The circles of files that import each other, by Tarjan's strongly connected components. */
export function circlesOf(graph: ImportGraph): string[][] {
  const index = new Map<string, number>();
  const low = new Map<string, number>();
  const stack: string[] = [];
  const circles: string[][] = [];
  const visit = (file: string) => {
    index.set(file, index.size);
    low.set(file, index.get(file) ?? 0);
    stack.push(file);
    for (const target of graph.get(file) ?? []) {
      if (!index.has(target)) visit(target);
      if (stack.includes(target)) low.set(file, Math.min(low.get(file) ?? 0, low.get(target) ?? 0));
    }
    if (low.get(file) !== index.get(file)) return;
    const circle = stack.splice(stack.indexOf(file));
    if (circle.length > 1) circles.push(circle);
  };
  for (const file of graph.keys()) if (!index.has(file)) visit(file);
  return circles;
}
