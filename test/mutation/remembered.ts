import { type ExecFileOptions, execFileSync, execFile as runFile } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import {
  access as accessFile,
  readdir as listDirectory,
  stat as lookAt,
  lstat as lookAtLink,
  readFile as readWhole,
  realpath as resolveLinks,
} from 'node:fs/promises';
import { dirname, relative, sep } from 'node:path';
import { readSql as parseSql } from '../../source/sql/parser/parser-process.ts';
import type { SqlReading } from '../../source/sql/sql-effects.ts';
import { firstPassFile } from './first-pass-file.ts';

/**
 * Stands in for the file system, git and the parser of SQL while changes of the scan are tried: what is below this repository stays as it is during
 * a run, so it is read once, and a snippet of the corpus is scanned in a millisecond instead of fifteen. Everything else is
 * read as ever.
 */
export * from 'node:fs/promises';

const root = process.cwd();
// Kept where this file is loaded again, with the modules of the scan.
const kept = globalThis as {
  rememberedAnswers?: Map<string, Promise<unknown>>;
  rememberedSql?: Record<string, SqlReading>;
};
kept.rememberedAnswers ??= new Map();
const remembered = kept.rememberedAnswers;

/** Whether a path is in this repository, or is looked for in a directory above it. */
const stays = (path: string) =>
  path.startsWith(root) || (/\/\.git(?:ignore)?$/.test(path) && root.startsWith(dirname(path)));

function once<In extends unknown[], Out>(name: string, read: (...given: In) => Promise<Out>) {
  return (...given: In): Promise<Out> => {
    if (!stays(String(given[0]))) return read(...given);
    const key = `${name} ${JSON.stringify(given)}`;
    const before = remembered.get(key) as Promise<Out> | undefined;
    if (before) return before;
    const answer = read(...given);
    remembered.set(key, answer);
    return answer;
  };
}

export const access = once('access', accessFile);
export const lstat = once('lstat', lookAtLink);
export const readdir = once('readdir', listDirectory as (...given: unknown[]) => Promise<unknown>);
export const readFile = once('readFile', readWhole as (...given: unknown[]) => Promise<unknown>);
export const realpath = once('realpath', resolveLinks as (...given: unknown[]) => Promise<unknown>);
export const stat = once('stat', lookAt);

type Callback = (error: Error | null, out: string) => void;

const lists = new Map<string, string[] | null>();

/** What git tracks below a directory of this repository, from one list of all; anything else is run. */
export function execFile(command: string, flags: string[], options: ExecFileOptions, done: Callback): void {
  const cwd = String(options.cwd);
  const tracked = cwd.startsWith(root) ? listTracked(command, flags) : null;
  if (!tracked) {
    runFile(command, flags, options, (error, out) => done(error, String(out)));
    return;
  }
  const prefix = `${relative(root, cwd).split(sep).join('/')}/`;
  const below = tracked.filter(file => file.startsWith(prefix)).map(file => file.slice(prefix.length));
  queueMicrotask(() => done(null, below.map(file => `${file}\0`).join('')));
}

/** The answer for the whole repository; null if the command fails. */
function listTracked(command: string, flags: string[]): string[] | null {
  const key = JSON.stringify([command, flags]);
  if (!lists.has(key)) lists.set(key, list(command, flags));
  return lists.get(key) ?? null;
}

function list(command: string, flags: string[]): string[] | null {
  try {
    return execFileSync(command, flags, { cwd: root, encoding: 'utf8', stdio: 'pipe' }).split('\0');
  } catch {
    return null;
  }
}

/** What the parser said of each text, also in the runs before. */
const readingsFile = 'remembered-sql.json';
kept.rememberedSql ??= existsSync(readingsFile)
  ? (JSON.parse(readFileSync(readingsFile, 'utf8')) as Record<string, SqlReading>)
  : {};
const readings = kept.rememberedSql;
// A test may put other timers in the place of this one.
const { setTimeout, clearTimeout } = globalThis;

function save(): void {
  // Only in a sandbox, which is removed at the end.
  if (existsSync(firstPassFile)) writeFileSync(readingsFile, JSON.stringify(readings));
}

let saving: NodeJS.Timeout | null = null;

export async function readSqlOnce(text: string): Promise<SqlReading> {
  if (!Object.hasOwn(readings, text)) {
    readings[text] = await parseSql(text);
    if (saving) clearTimeout(saving);
    saving = setTimeout(save, 100);
  }
  return structuredClone(readings[text] ?? (await parseSql(text)));
}
