import { readLine } from '../log-line.ts';
import type { Problems } from '../problems.ts';
import { type Fields, readFields } from './fields.ts';

const field = /^([A-Z_][A-Z\d_]{0,63})=(.*)$/s;

/** True if a file is what `journalctl -o export` prints. */
export function isJournalExport(lines: readonly string[]): boolean {
  return lines.slice(0, 20).filter(line => /^__[A-Z_]+=/.test(line)).length >= 2;
}

/** Reads the journal's export format: a field a line, an empty line between entries. */
export class JournalReader {
  readonly #problems: Problems;
  #fields: Fields = {};
  #name: string | null = null;
  #line = 0;
  #first = 0;

  constructor(problems: Problems) {
    this.#problems = problems;
  }

  take(line: string): void {
    this.#problems.lines += 1;
    this.#line += 1;
    if (line === '' && this.#name === null) {
      this.end();
      return;
    }
    // After a value of several lines, an empty line may be part of it.
    if (line.startsWith('__CURSOR=')) this.end();
    if (Object.keys(this.#fields).length === 0) this.#first = this.#line;
    const [, name, value] = field.exec(line) ?? [];
    if (name !== undefined && value !== undefined) {
      this.#fields[name] = value;
      this.#name = null;
    } else if (/^[A-Z_][A-Z\d_]{0,63}$/.test(line)) {
      // A value with line breaks follows its length, which is in eight bytes that are no text.
      this.#name = line;
      this.#fields[line] = '';
    } else if (this.#name !== null) {
      const before = this.#fields[this.#name];
      const text = before === '' ? withoutLength(line) : line;
      this.#fields[this.#name] = typeof before === 'string' && before !== '' ? `${before}\n${text}` : text;
    }
  }

  end(): void {
    const fields = this.#fields;
    this.#fields = {};
    this.#name = null;
    if (Object.keys(fields).length === 0) return;
    this.#problems.takeRecord(JSON.stringify(fields), this.#first, written =>
      readFields(fields, written, readLine),
    );
  }
}

/** NUL bytes are gone by now, so of the length one or two characters are left. */
const withoutLength = (line: string) => line.replace(/^.[\x01-\x1f\ufffd]?/s, '');
