import { execFile } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createDatabase, insertPresets, insertRecords, type TestDatabase } from '../helpers/database.ts';
import { needsFullScale } from '../helpers/needs.ts';
import type { Finished } from '../helpers/run.ts';
import { startTerminal } from '../helpers/terminal.ts';

/** A program as somebody has it who did not build it. */
export interface Program {
  /** The path of what is run. */
  file(): string;
  /** All that it gets of an environment. */
  environment(): Record<string, string>;
  /** A directory of its own, which it is run in. */
  directory(): string;
}

/** Runs the program, without a terminal. */
export function runProgram(
  { file, environment, directory }: Program,
  args: string[],
  env: Record<string, string> = {},
): Promise<Finished> {
  const options = { env: { ...environment(), ...env }, cwd: directory() };
  return new Promise(resolve => {
    execFile(file(), args, options, (error, out, err) =>
      resolve({ code: error === null ? 0 : Number(error.code), out, err }),
    );
  });
}

/** Adds tests that try each part of the program that may be missing from what was built or packed. */
export function testCommands(program: Program): void {
  let own: TestDatabase;
  beforeAll(async () => {
    own = await createDatabase();
    const [id] = await insertPresets(own.sql, ['Noir', 'Pastel']);
    await insertRecords(own.sql, id!, 3);
    await own.sql`UPDATE presets SET usage_count = usage_count + 4 WHERE name = 'Noir'`;

    const source = join(program.directory(), 'src');
    mkdirSync(source);
    const code = `await supabase.from('presets').update({ usage_count: count + 1 }).eq('id', id);\n`;
    writeFileSync(join(source, 'use.ts'), code);
    writeFileSync(join(source, 'long.ts'), `${code}const text = 'usage_count'${"\n + ' '".repeat(11_000)};`);
  });
  afterAll(() => own.drop());
  const onServer = (...args: string[]) => runProgram(program, args, { DATABASE_URL: own.url });

  test('check, trigger and simulate', async () => {
    expect(await onServer('check')).toMatchObject({
      code: 1,
      err: '',
      out: expect.stringContaining('1 mismatched'),
    });
    const { code, out } = await onServer('trigger', '--json');
    // Without PostgreSQL's parser it would find that the function cannot be read.
    expect({ code, findings: JSON.parse(out).findings }).toEqual({ code: 0, findings: [] });
    expect(await onServer('simulate', 'Noir', '--json')).toMatchObject({
      out: expect.stringContaining('"increment":1'),
    });
  });

  test('the first screen of the console', async () => {
    const terminal = startTerminal({
      command: [program.file()],
      env: { ...program.environment(), DATABASE_URL: own.url },
    });
    try {
      await terminal.until(/Noir +7 +3 +\+4/);
      terminal.press('q');
      expect(await terminal.exit()).toBe(0);
    } finally {
      terminal.kill('SIGKILL');
    }
  });

  test('the demo', async () => {
    expect(await runProgram(program, ['check', '--demo'])).toMatchObject({
      code: 1,
      err: '',
      out: expect.stringContaining('14 mismatched'),
    });
  });

  test('a scan, also of code that nests as deeply as generated code does', async () => {
    const { code: exitCode, out, err } = await runProgram(program, ['scan', 'src', '--json']);
    expect({ exitCode, err }).toEqual({ exitCode: 1, err: '' });
    expect(JSON.parse(out)).toMatchObject({
      writes: [{ file: 'long.ts' }, { file: 'use.ts' }],
      unparsed: [],
    });
  });

  /** The receipt of a sync that was planned and confirmed. */
  async function sync(): Promise<string> {
    const planned = JSON.parse((await onServer('sync', '--dry-run', '--json')).out);
    const { code, out } = await onServer('sync', '--confirm', planned.plan.fingerprint, '--json');
    const { outcome } = JSON.parse(out);
    expect({ code, outcome }).toMatchObject({ code: 0, outcome: { changed: 1 } });
    return outcome.receipt;
  }

  test('sync', async () => {
    await sync();
    expect(await own.sql`SELECT usage_count FROM presets WHERE name = 'Noir'`).toEqual([{ usage_count: 3 }]);
  });

  test('undo', needsFullScale(), async () => {
    await own.sql`UPDATE presets SET usage_count = 9 WHERE name = 'Noir'`;
    const undo = ['undo', await sync()];
    const planned = JSON.parse((await onServer(...undo, '--dry-run', '--json')).out);
    expect(await onServer(...undo, '--confirm', planned.plan.fingerprint)).toMatchObject({ code: 0 });
    expect(await own.sql`SELECT usage_count FROM presets WHERE name = 'Noir'`).toEqual([{ usage_count: 9 }]);
  });
}
