import { readLine } from '../log-line.ts';
import type { Problems } from '../problems.ts';
import { type Fields, readFields } from './fields.ts';

const field = /^(?: {4})?([A-Z_][A-Z\d_]{0,63})=(.*)$/s;
/** How an entry begins with `journalctl -o verbose`: its time, and its cursor in brackets. */
const head = /^[A-Z][a-z]{2} (\d{4}-\d\d-\d\d .{8,40}) \[s=[^\]]*\]$/;

/** True if a file is what `journalctl -o export` or `-o verbose` prints. */
export function isJournalExport(lines: readonly string[]): boolean {
  if (lines.some(line => head.test(line))) return true;
  return lines.slice(0, 20).filter(line => /^__[A-Z_]+=/.test(line)).length >= 2;
}

/** Reads the journal's formats with a field a line; entries are separated by an empty line or by their heads. */
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
    const time = head.exec(line)?.[1];
    if (time !== undefined || line.startsWith('__CURSOR=')) this.end();
    if (Object.keys(this.#fields).length === 0) this.#first = this.#line;
    const [, name, value] = field.exec(line) ?? [];
    if (time !== undefined) this.#fields.time = time;
    else if (name !== undefined && value !== undefined) {
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
