import type { Texts } from '../code/follow/project.ts';

/** Texts by file, each made whenever it is asked for. */
export class TextsOfFiles implements Texts {
  readonly #sources = new Map<string, { text: string; named: boolean }>();

  add(source: { file: string; text: string; named: boolean }): this {
    this.#sources.set(source.file, source);
    return this;
  }

  get size(): number {
    return this.#sources.size;
  }

  has = (file: string) => this.#sources.has(file);

  keys = () => this.#sources.keys();

  get = (file: string) => this.#sources.get(file)?.text;

  *named(): Generator<string> {
    for (const [file, { named }] of this.#sources) if (named) yield file;
  }

  *[Symbol.iterator](): Generator<[string, string]> {
    for (const [file, { text }] of this.#sources) yield [file, text];
  }
}
