import type { Texts } from '../code/follow/project.ts';

// Names of files stand after these words. With a comment between, any file may be meant.
const importing = /(?:from|import|require)[\s()?.]*(?:'([^'\n]+)'|"([^"\n]+)")/g;
const unclear = /(?:from|import|require)[\s()?.]*\/[/*]/;

/** What the texts of files have, and those of the files that they import, and so on. Nothing is parsed for it. */
export class Reach {
  readonly #texts: Pick<Texts, 'get'>;
  readonly #fileOf: (from: string, specifier: string) => string | null;
  readonly #imports = new Map<string, string[]>();

  /** `fileOf` is the file that an import means; null for a package. */
  constructor(texts: Pick<Texts, 'get'>, fileOf: (from: string, specifier: string) => string | null) {
    this.#texts = texts;
    this.#fileOf = fileOf;
  }

  /** Whether a file, or one that it may reach by imports, has a text for which `holds` is true: each is asked about once. */
  has(holds: (text: string) => boolean): (file: string) => boolean {
    const own = new Map<string, boolean>();
    const reaches = new Map<string, boolean>();
    const isOwn = (file: string) => {
      const known = own.get(file);
      if (known !== undefined) return known;
      const text = this.#texts.get(file) ?? '';
      const held = holds(text) || unclear.test(text);
      own.set(file, held);
      if (!held && !this.#imports.has(file)) this.#imports.set(file, this.#importsIn(file, text));
      return held;
    };
    return file => {
      const importers = new Map<string, string | null>([[file, null]]);
      for (const at of importers.keys()) {
        if (reaches.get(at) ?? isOwn(at)) {
          for (let on: string | null = at; on !== null; on = importers.get(on) ?? null) reaches.set(on, true);
          return true;
        }
        if (reaches.has(at)) continue;
        for (const next of this.#imports.get(at) ?? []) if (!importers.has(next)) importers.set(next, at);
      }
      for (const at of importers.keys()) reaches.set(at, false);
      return false;
    };
  }

  #importsIn(file: string, text: string): string[] {
    const named = [...text.matchAll(importing)].map(([, one, other = '']) => one ?? other);
    return [...new Set(named)].map(each => this.#fileOf(file, each)).filter(each => each !== null);
  }
}
