import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { arrowsBetweenRooms, circlesOf, readImportGraph, roomOf, source } from '../scripts/import-graph.ts';
import { door, layout, mayImport } from '../scripts/layout.ts';
import { withPicture } from '../scripts/layout-picture.ts';

const graph = readImportGraph();
const features = Object.keys(layout.features);

/** The files that import from a package or a file whose name matches. */
const importing = (pattern: RegExp) =>
  [...graph.keys()].filter(file => pattern.test(readFileSync(join(source, file), 'utf8')));

describe('the layout', () => {
  test('rooms import only what the layout lets them', () => {
    const forbidden = [...arrowsBetweenRooms(graph)].flatMap(([arrow, imports]) => {
      const [from = '', to = ''] = arrow.split(' -> ');
      return mayImport(from, to) ? [] : imports;
    });
    expect(forbidden).toEqual([door]);
  });

  test('every room is in the layout, and every room of the layout is there', () => {
    const rooms = new Set([...graph.keys()].map(roomOf));
    expect([...rooms].sort()).toEqual([...layout.faces, ...features, ...layout.foundation].sort());
  });

  test('every arrow between features that the layout allows is used', () => {
    const used = arrowsBetweenRooms(graph);
    const unused = Object.entries(layout.features).flatMap(([from, targets]) =>
      targets.map(to => `${from} -> ${to}`).filter(arrow => !used.has(arrow)),
    );
    expect(unused).toEqual([]);
  });

  test('migration takes nothing of the repairs but their receipts', () => {
    const targets = [...graph]
      .filter(([file]) => roomOf(file) === 'migration')
      .flatMap(([, imports]) => imports);
    const others = targets.filter(
      target => roomOf(target) === 'repair' && !target.startsWith('repair/receipts/'),
    );
    expect(others).toEqual([]);
  });

  test('no files import each other in a circle, types included', () => {
    expect(circlesOf(graph)).toEqual([]);
  });

  test('one file speaks to the driver', () => {
    expect(importing(/from 'postgres'/)).toEqual(['connection/pool.ts']);
  });

  test('in a feature only what reads, runs and holds SQL imports the connection', () => {
    const pure = [...graph].filter(
      ([file, imports]) =>
        features.includes(roomOf(file)) &&
        !reachesTheServer(file) &&
        imports.some(target => roomOf(target) === 'connection'),
    );
    expect(pure.map(([file]) => file)).toEqual([]);
  });

  test('no folder holds more than sixteen files side by side', () => {
    const folders = [
      '.',
      ...readdirSync(source, { recursive: true, withFileTypes: true })
        .filter(entry => entry.isDirectory())
        .map(entry => join(entry.parentPath, entry.name).slice(source.length + 1)),
    ];
    const full = folders
      .map(folder => ({
        folder,
        files: readdirSync(join(source, folder), { withFileTypes: true }).filter(entry => entry.isFile())
          .length,
      }))
      .filter(({ files }) => files > 16);
    expect(full).toEqual([]);
  });

  test('the picture in CONTRIBUTING.md is of the imports as they are', () => {
    const document = readFileSync(new URL('../CONTRIBUTING.md', import.meta.url), 'utf8');
    expect(document).toBe(withPicture(document));
  });
});

function reachesTheServer(file: string): boolean {
  const name = file.split('/').at(-1) ?? '';
  return /^(?:read-|run)/.test(name) || file.split('/').some(part => part === 'sql' || part === 'run');
}
