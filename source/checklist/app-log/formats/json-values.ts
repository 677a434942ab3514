import { readLine } from '../log-line.ts';
import type { Problems } from '../problems.ts';
import { isFields, readFields } from './fields.ts';
import { parseJson } from './json-line.ts';
import { nestedRecords } from './nested-records.ts';

/** In characters: a longer value is not a record of a log. */
const longestValue = 16_000_000;

/** True if a file is a list in JSON, objects of several lines, or objects that hold lists of records. */
export function isJsonDocument(lines: readonly string[]): boolean {
  const [start = '', next = ''] = lines.filter(line => line.trim() !== '');
  if (/^\s*\[\s*(?:\{|$)/.test(start)) return true;
  if (/^\s*\{\s*$/.test(start) && /^\s*"[^"]+"\s*:/.test(next)) return true;
  const first = /^\s*\{\s*"/.test(start) ? parseJson(start) : null;
  return first !== null && nestedRecords(first) !== null;
}

/** Reads objects of JSON that span lines, alone or in a list. */
export class JsonValuesReader {
  readonly #problems: Problems;
  #text: string[] = [];
  #length = 0;
  #depth = 0;
  #quoted = false;
  #line = 0;
  #first = 0;

  constructor(problems: Problems) {
    this.#problems = problems;
  }

  take(line: string): void {
    this.#problems.lines += 1;
    this.#line += 1;
    let start = this.#depth > 0 ? 0 : -1;
    for (let at = 0; at < line.length; at += 1) {
      const character = line[at];
      if (this.#quoted) {
        if (character === '\\') at += 1;
        else if (character === '"') this.#quoted = false;
      } else if (this.#depth > 0 && character === '"') this.#quoted = true;
      else if (character === '{') {
        if (this.#depth === 0) {
          start = at;
          this.#first = this.#line;
        }
        this.#depth += 1;
      } else if (character === '}' && this.#depth > 0) {
        this.#depth -= 1;
        if (this.#depth === 0) {
          this.#keep(line.slice(start, at + 1));
          this.#flush();
          start = -1;
        }
      } else if (this.#depth === 0 && character !== undefined && !/[[\],\s]/.test(character)) {
        // Between the objects stands something that is not JSON.
        this.#first = this.#line;
        this.#keep(line.slice(at));
        this.#flush();
        return;
      }
    }
    if (this.#depth > 0) this.#keep(`${line.slice(Math.max(0, start))}\n`);
    // No string spans lines in JSON.
    this.#quoted = false;
    if (this.#length > longestValue) this.end();
  }

  /** Takes an object that was cut. */
  end(): void {
    this.#depth = 0;
    if (this.#length > 0) this.#flush();
  }

  #keep(text: string): void {
    this.#text.push(text);
    this.#length += text.length;
  }

  #flush(): void {
    const raw = this.#text.join('');
    this.#text = [];
    this.#length = 0;
    let value: unknown = null;
    try {
      value = JSON.parse(raw);
    } catch {
      // Not understood, below.
    }
    const records = isFields(value) ? (nestedRecords(value) ?? [value]) : null;
    if (!records) {
      this.#problems.takeRecord(raw, this.#first, written => ({ ...readLine(raw, written), form: 'own' }));
      return;
    }
    const text = records.length === 1 ? () => raw : JSON.stringify;
    for (const record of records) {
      this.#problems.takeRecord(text(record), this.#first, written => readFields(record, written, readLine));
    }
  }
}
