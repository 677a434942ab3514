import type { Follower } from '../../../source/scan/code/follow/follow.ts';
import { Project } from '../../../source/scan/code/follow/project.ts';
import type { CodeModule, Reference } from '../../../source/scan/code/parse/code-module.ts';
import { loadCodeParser } from '../../../source/scan/code/parse/parse-code.ts';
import { readCode } from '../../../source/scan/code/read-code.ts';
import type { Call } from '../../../source/scan/code/write-candidate.ts';
import { type Aliases, Names, soundsLikeCounting } from '../../../source/scan/names.ts';

await loadCodeParser();

/** What is given to `probe(...)` in a file, and what is needed to follow it. */
export interface Probed {
  follower: Follower;
  module: CodeModule;
  call: Call;
  ref: Reference;
}

const noAliases: Aliases = { counters: [], presets: [], records: [] };

/** A project of these files; a hole of a template is written as `#{}`. */
function projectOf(files: Record<string, string>, aliases: Partial<Aliases>): Project {
  const texts = Object.entries(files).map(([file, text]) => [file, text.replaceAll('#{', '${')] as const);
  const project = new Project(new Map(texts.filter(([file]) => !file.endsWith('.json'))), {
    broken: {},
    reading: () => {},
    configs: new Map(texts.filter(([file]) => file.endsWith('.json'))),
  });
  project.follower.names = new Names({ ...noAliases, ...aliases });
  return project;
}

/**
 * Parses code that has a call of `probe` in it: a text, or several files of which the first has it. A hole of a template is
 * written as `#{}`.
 */
export function probed(code: string | Record<string, string>, aliases: Partial<Aliases> = {}): Probed {
  const files = typeof code === 'string' ? { 'a.ts': code } : code;
  const project = projectOf(files, aliases);
  const module = project.module(Object.keys(files)[0] ?? '');
  if (!module) throw new Error(`not parsed: ${[...project.problems.values()].map(({ message }) => message)}`);
  const call = module.calls.find(({ callee }) => callee.type === 'Identifier' && callee.name === 'probe');
  const node = call?.arguments[0];
  if (!call || !node) throw new Error('nothing is probed');
  return { follower: project.follower, module, call, ref: { module, node } };
}

/**
 * What calls in code write: where each points, its kind and how it changes the count, and what else is known of it. Then where records
 * are inserted, as `record`.
 */
export function writesIn(code: string | Record<string, string>, aliases: Partial<Aliases> = {}): string[] {
  const files = typeof code === 'string' ? { 'a.ts': code } : code;
  const project = projectOf(files, aliases);
  const modules = Object.keys(files).flatMap(file => project.module(file) ?? []);
  if (modules.length < Object.keys(files).length) throw new Error('not parsed');
  const known = { follower: project.follower, counts: soundsLikeCounting, defined: () => false };
  const { found, records } = readCode(modules, known, project);
  const wordAt = ({ text }: CodeModule, offset: number) => /^\W*\w*/.exec(text.slice(offset))?.[0] ?? '';
  return [
    ...found.map(({ module, offset, kind, how, inserts, begins, saved, readBefore, through }) =>
      [
        wordAt(module, offset),
        kind,
        how,
        inserts && 'inserts',
        begins && 'begins',
        saved && 'saved',
        readBefore && 'read',
        through !== null && `through ${through}`,
      ]
        .filter(each => typeof each === 'string')
        .join(' '),
    ),
    ...records.map(() => 'record'),
  ];
}
