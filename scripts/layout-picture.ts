import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { arrowsBetweenRooms, readImportGraph } from './import-graph.ts';
import { layout } from './layout.ts';

const file = new URL('../CONTRIBUTING.md', import.meta.url);
const begin = '<!-- layout: made by `npm run picture:layout` -->';
const end = '<!-- end of layout -->';

/** The folders as boxes and the imports between features as arrows, in a Mermaid flowchart. */
export function layoutPicture(): string {
  const graph = readImportGraph();
  const group = (name: string, rooms: readonly string[]) => [
    `  subgraph ${name}`,
    ...rooms.map(room => `    ${room}["${room}/"]`),
    '  end',
  ];
  const features = Object.keys(layout.features);
  const arrows = [...arrowsBetweenRooms(graph).keys()]
    .map(arrow => arrow.split(' -> '))
    .filter(([from = '', to = '']) => features.includes(from) && features.includes(to))
    .map(([from, to]) => `  ${from} --> ${to}`)
    .sort();
  return [
    '```mermaid',
    'flowchart TD',
    ...group('faces', layout.faces),
    ...group('features', features),
    ...group('foundation', layout.foundation),
    '  faces --> features',
    '  features --> foundation',
    ...arrows,
    '```',
  ].join('\n');
}

/** The document with an up-to-date picture. */
export function withPicture(document: string): string {
  const [before = '', rest = ''] = document.split(begin);
  const [, after = ''] = rest.split(end);
  return `${before}${begin}\n${layoutPicture()}\n${end}${after}`;
}

if (process.argv[1] === fileURLToPath(import.meta.url))
  writeFileSync(file, withPicture(readFileSync(file, 'utf8')));
