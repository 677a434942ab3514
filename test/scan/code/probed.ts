import type { Follower } from '../../../source/scan/code/follow/follow.ts';
import { Project } from '../../../source/scan/code/follow/project.ts';
import type { CodeModule, Reference } from '../../../source/scan/code/parse/code-module.ts';
import { loadCodeParser } from '../../../source/scan/code/parse/parse-code.ts';
import type { Call } from '../../../source/scan/code/write-candidate.ts';
import { type Aliases, Names } from '../../../source/scan/names.ts';

await loadCodeParser();

/** What is given to `probe(...)` in a file, and what is needed to follow it. */
export interface Probed {
  follower: Follower;
  module: CodeModule;
  call: Call;
  ref: Reference;
}

const noAliases: Aliases = { counters: [], presets: [], records: [] };

/**
 * Parses code that has a call of `probe` in it: a text, or several files of which the first has it. A hole of a template is
 * written as `#{}`.
 */
export function probed(code: string | Record<string, string>, aliases: Partial<Aliases> = {}): Probed {
  const files = typeof code === 'string' ? { 'a.ts': code } : code;
  const texts = new Map(Object.entries(files).map(([file, text]) => [file, text.replaceAll('#{', '${')]));
  const sources = [...texts].filter(([file]) => !file.endsWith('.json'));
  const configs = new Map([...texts].filter(([file]) => file.endsWith('.json')));
  const project = new Project(new Map(sources), new Names({ ...noAliases, ...aliases }), {
    broken: {},
    reading: () => {},
    configs,
  });
  const module = project.module(Object.keys(files)[0] ?? '');
  if (!module) throw new Error(`not parsed: ${[...project.problems.values()].map(({ message }) => message)}`);
  const call = module.calls.find(({ callee }) => callee.type === 'Identifier' && callee.name === 'probe');
  const node = call?.arguments[0];
  if (!call || !node) throw new Error('nothing is probed');
  return { follower: project.follower, module, call, ref: { module, node } };
}
