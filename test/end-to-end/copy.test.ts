import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { createDatabase, insertPresets, insertRecords, type TestDatabase } from '../helpers/database.ts';
import { keys, startTerminal, type Terminal } from '../helpers/terminal.ts';

let own: TestDatabase;
let ids: string[];
let terminal: Terminal | undefined;

beforeAll(async () => {
  own = await createDatabase();
  ids = await insertPresets(own.sql, ['Noir', 'Pastel']);
  await insertRecords(own.sql, ids[0]!, 4);
  await own.sql`UPDATE presets SET usage_count = usage_count + 3 WHERE name = 'Noir'`;
});
afterAll(() => own.drop());
afterEach(() => {
  terminal?.kill('SIGKILL');
});

/** What the program asked the terminal to copy, in order. */
const copied = ({ written }: Terminal) =>
  [...written().matchAll(/\u001b\]52;c;([^\u0007]*)\u0007/g)].map(([, text = '']) =>
    Buffer.from(text, 'base64').toString(),
  );

describe('y', () => {
  test('copies ids and SQL that shows the counts, and says that it was sent', async () => {
    terminal = startTerminal({ env: { DATABASE_URL: own.url } });
    await terminal.until(/2 presets {2}1 accurate {2}1 mismatched/);
    terminal.press('y');
    await terminal.until(/^Copy {2}i the id {2}s the count's SQL {2}Esc nothing$/m);
    terminal.press('i');
    await terminal.until(/^Sent to the terminal, to copy if it can: the id$/m);
    terminal.press('*', 'y', 's');
    await terminal.until(/^Sent to the terminal, to copy if it can: the SQL of 2 marked presets$/m);
    const [id, query = '', ...others] = copied(terminal);
    expect(others).toEqual([]);
    expect(id).toBe(ids[0]);
    expect([...(await own.sql.unsafe(query))]).toEqual(
      expect.arrayContaining([
        { id: ids[0], name: 'Noir', usage_count: 7, records: '4' },
        { id: ids[1], name: 'Pastel', usage_count: 0, records: '0' },
      ]),
    );
    // The menu closes without a copy.
    terminal.press('y', keys.escape);
    await terminal.until(/Enter open .* q quit$/m);
    expect(copied(terminal)).toHaveLength(2);
  });

  test("copies the plan's SQL", async () => {
    terminal = startTerminal({ env: { DATABASE_URL: own.url } });
    await terminal.until(/1 mismatched/);
    terminal.press('S');
    await terminal.until(/1 preset changes/);
    terminal.press('y');
    await terminal.until(/^Copy {2}s the plan's SQL {2}Esc nothing$/m);
    terminal.press('s');
    await terminal.until(/^Sent to the terminal, to copy if it can: the plan's SQL$/m);
    expect(copied(terminal)).toEqual([expect.stringMatching(/UPDATE public\.presets[\s\S]*;$/)]);
  });
});

describe('e', () => {
  test('writes what is listed, and what is marked, to new files of the working directory', async () => {
    const cwd = mkdtempSync(join(tmpdir(), 'exported-'));
    const read = (ending: string) =>
      readFileSync(join(cwd, readdirSync(cwd).find(name => name.endsWith(ending))!), 'utf8');
    try {
      terminal = startTerminal({ env: { DATABASE_URL: own.url }, cwd });
      await terminal.until(/1 mismatched/);
      terminal.press('e');
      await terminal.until(/^Export 2 presets {2}c CSV {2}j JSON {2}m Markdown {2}Esc nothing$/m);
      terminal.press('j');
      await terminal.until(/^Exported 2 presets to presets-usage_count-\d{8}T\d{6}Z\.json$/m);
      const { list, database } = JSON.parse(read('.json'));
      expect(database.name).toBe(own.name);
      expect(list).toMatchObject([
        { id: ids[0], name: 'Noir', count: 7, records: 4, drift: 3 },
        { id: ids[1], name: 'Pastel', count: 0, records: 0, drift: 0 },
      ]);
      terminal.press(' ', 'e');
      await terminal.until(/^Export 1 marked preset {2}c CSV/m);
      terminal.press('c');
      await terminal.until(/^Exported 1 marked preset to /m);
      expect(read('.csv')).toMatch(/^counter,id,.*\r\n.*,Noir,7,4,3,.*\r\n$/);
      expect(readdirSync(cwd)).toHaveLength(2);
    } finally {
      rmSync(cwd, { recursive: true });
    }
  });
});
