import { withNames } from '../../subject.ts';
import type { CodeModule } from '../parse/code-module.ts';
import { codeOfComponent } from '../parse/component-script.ts';
import { isCode, isParsed, type ParseProblem, parseCode } from '../parse/parse-code.ts';
import { aliasesOfBundler, isBundlerConfig } from './bundler-aliases.ts';
import { Follower } from './follow.ts';
import { type ImportRules, importRules } from './import-rules.ts';
import { importedFile } from './imports.ts';

/** Texts by path; they may be made whenever they are asked for. */
export interface Texts extends Pick<ReadonlyMap<string, string>, 'get' | 'has' | 'keys'> {
  /** The files that may say what a row is called; all of them if left out. */
  named?(): Iterable<string>;
}

/** The code of a directory: its files by name, parsed on demand. */
export class Project {
  readonly follower: Follower;
  readonly problems = new Map<string, ParseProblem>();
  /** Code in the markup of components that could not be read. */
  readonly markup: (ParseProblem & { file: string })[] = [];
  readonly #texts: Texts;
  readonly #files: ReadonlySet<string>;
  readonly #parsed = new Map<string, CodeModule | null>();
  readonly #reading: (file: string) => void;
  /** The file that an import in another means; null for a package. */
  readonly fileOf: (from: string, specifier: string) => string | null;

  /**
   * `texts` are all files of code by path, `configs` those that say what imports mean; `broken` are files to skip, with the
   * reason. `reading` is called with each file before it is parsed or read. The parser must be loaded before `module` is called.
   */
  constructor(
    texts: Texts,
    {
      broken,
      reading,
      configs,
    }: {
      broken: Readonly<Record<string, string>>;
      reading: (file: string) => void;
      configs: ReadonlyMap<string, string>;
    },
  ) {
    this.#texts = texts;
    this.#reading = reading;
    for (const [file, message] of Object.entries(broken)) this.#refuse(file, message);
    this.#files = new Set(texts.keys());
    let rules: ImportRules | undefined;
    const imported = new Map<string, string | null>();
    this.fileOf = (from, specifier) => {
      // Every use of an imported name asks, and it takes longest to find out that it comes from a package.
      const key = `${specifier}\n${from}`;
      const known = imported.get(key);
      if (known !== undefined) return known;
      rules ??= importRules(
        configs,
        [...texts.keys()].flatMap(each =>
          isBundlerConfig(each) ? aliasesOfBundler(each, texts.get(each) ?? '') : [],
        ),
      );
      const file = importedFile(from, specifier, this.#files, rules);
      imported.set(key, file);
      return file;
    };
    this.follower = new Follower(({ file: from }, specifier) => {
      const file = this.fileOf(from, specifier);
      return file === null ? null : this.module(file);
    });
  }

  /** A parsed file; null if it cannot be parsed: `problems` has the reason. */
  module(file: string): CodeModule | null {
    const known = this.#parsed.get(file);
    if (known !== undefined) return known;
    const text = this.#texts.get(file);
    if (text === undefined) return null;
    this.#reading(file);
    const component = isComponent(file);
    let unread: number[] = [];
    const ofComponent = (isIn: typeof isCode) => {
      const made = codeOfComponent(file, text, isIn);
      unread = made.unread;
      return parseCode(file, made.code);
    };
    const whole = withinStack(() => (component ? ofComponent(isCode) : parseCode(file, text)));
    // What is in the markup may not be what it seems; the script is code.
    const apart = component && whole && 'offset' in whole;
    const script = () => ofComponent(() => false);
    const parsed = (apart ? withinStack(script) : whole) ?? { message: tooDeep, offset: 0 };
    const module = 'offset' in parsed ? null : { ...parsed, text };
    if ('offset' in parsed) this.problems.set(file, parsed);
    else this.markup.push(...unread.map(offset => ({ file, message: notParsed, offset })));
    this.#parsed.set(file, module);
    return module;
  }

  /** Adds to `problems` as `module` does, but makes no module of a file that can be parsed: that takes a third of the time. */
  check(file: string): null {
    const text = this.#texts.get(file);
    if (text === undefined || this.#parsed.has(file)) return null;
    this.#reading(file);
    if (isComponent(file) || !isParsed(file, text)) this.module(file);
    return null;
  }

  /** The files that speak of presets and have one of these names, parsed. */
  naming(names: ReadonlySet<string>): CodeModule[] {
    if (names.size === 0) return [];
    return [...(this.#texts.named?.() ?? this.#texts.keys())].flatMap((file): CodeModule[] => {
      const text = this.#texts.get(file) ?? '';
      if (!rowNamed().test(text) || ![...names].some(name => text.includes(name))) return [];
      return [this.module(file)].filter(module => module !== null);
    });
  }

  /** Runs `work` on a file. If the file is nested too deeply, returns `otherwise` and adds to `problems`. */
  read<Result>({ file }: CodeModule, work: () => Result, otherwise: Result): Result {
    this.#reading(file);
    const result = withinStack(work);
    if (result === null) this.problems.set(file, { message: tooDeep, offset: 0 });
    return result ?? otherwise;
  }

  #refuse(file: string, message: string): void {
    if (!this.#texts.has(file)) return;
    this.problems.set(file, { message, offset: 0 });
    this.#parsed.set(file, null);
  }
}

const isComponent = (file: string) => /\.(vue|svelte|astro)$/.test(file);

const notParsed = 'code in the markup could not be parsed';
const tooDeep = 'it is nested too deeply to follow';

/** The result of `work`; null if the stack is too small for it. */
function withinStack<Result>(work: () => Result): Result | null {
  try {
    return work();
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}

const rowNamed = withNames(({ row }) => new RegExp(row, 'i'));
