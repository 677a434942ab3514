import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

const source = fileURLToPath(new URL('../source', import.meta.url));

/** The directories of `source` and what each may import; top-level files count as `.`. */
const allowed: Record<string, string[]> = {
  ui: ['ui', 'actions', 'audit', 'database', 'present', '.'],
  commands: [
    'commands',
    'actions',
    'audit',
    'connecting',
    'database',
    'log',
    'parsing',
    'present',
    'receipts',
    'scan',
    '.',
  ],
  actions: ['actions', 'audit', 'database', 'log', 'parsing', 'receipts', 'scan', '.'],
  database: ['database', 'audit', 'connecting', 'parsing', '.'],
  connecting: ['connecting', '.'],
  demo: ['demo', '.'],
  log: ['log', '.'],
  scan: ['scan', 'parsing', '.'],
  receipts: ['receipts', '.'],
  parsing: ['parsing'],
  audit: ['audit', 'parsing'],
  present: ['present', 'audit'],
};

const files = readdirSync(source, { recursive: true, withFileTypes: true })
  .filter(entry => entry.isFile() && /\.tsx?$/.test(entry.name))
  .map(entry => join(entry.parentPath, entry.name));

const roomOf = (file: string) => {
  const [room = '.', ...rest] = relative(source, file).split('/');
  return rest.length === 0 ? '.' : room;
};

describe('imports point one way', () => {
  test.each(Object.entries(allowed))('%s', (room, rooms) => {
    for (const file of files.filter(candidate => roomOf(candidate) === room)) {
      const imports = readFileSync(file, 'utf8').matchAll(/(?:from|import)\s*\(?'(\.[^']+)'/g);
      for (const [, target = ''] of imports) {
        const imported = roomOf(resolve(dirname(file), target));
        expect(rooms, `${relative(source, file)} imports ${target}`).toContain(imported);
      }
    }
  });

  test('every room is in the table', () => {
    const rooms = new Set(files.map(roomOf).filter(room => room !== '.'));
    expect([...rooms].sort()).toEqual(Object.keys(allowed).sort());
  });

  test('only the database’s room speaks to the driver', () => {
    const speaking = files.filter(file => /from 'postgres'/.test(readFileSync(file, 'utf8')));
    expect(speaking.map(file => relative(source, file))).toEqual(['database/pool.ts']);
  });
});
