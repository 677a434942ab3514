import type { Names } from '../names.ts';
import type { CodeModule } from './code-module.ts';
import { scriptsOf } from './component-script.ts';
import { Follower } from './follow.ts';
import { importedFile } from './imports.ts';
import { type Problem, parseCode } from './parse-code.ts';

/** The code of a directory: its files by name, parsed when somebody asks for one. */
export class Project {
  readonly follower: Follower;
  readonly problems = new Map<string, Problem>();
  readonly #texts: ReadonlyMap<string, string>;
  readonly #files: ReadonlySet<string>;
  readonly #parsed = new Map<string, CodeModule | null>();

  /** `texts` are all files of code, by their paths. The parser has to be loaded. */
  constructor(texts: ReadonlyMap<string, string>, names: Names) {
    this.#texts = texts;
    this.#files = new Set(texts.keys());
    this.follower = new Follower((from, specifier) => {
      const file = importedFile(from.file, specifier, this.#files);
      return file === null ? null : this.module(file);
    }, names);
  }

  /** A file, parsed; null where it cannot be, and `problems` says why. */
  module(file: string): CodeModule | null {
    const known = this.#parsed.get(file);
    if (known !== undefined) return known;
    const text = this.#texts.get(file);
    if (text === undefined) return null;
    const parsed = parseCode(file, /\.(vue|svelte|astro)$/.test(file) ? scriptsOf(text) : text);
    const module = 'offset' in parsed ? null : { ...parsed, text };
    if ('offset' in parsed) this.problems.set(file, parsed);
    this.#parsed.set(file, module);
    return module;
  }
}
