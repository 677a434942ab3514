import { readLine } from '../log-line.ts';
import type { Problems } from '../problems.ts';
import { type Fields, readFields } from './fields.ts';

/** True if a file is what `gcloud logging read` prints: entries in YAML, with a line of hyphens before each. */
export function isYamlEntries(lines: readonly string[]): boolean {
  return (
    lines.some(line => /^---\s*$/.test(line)) &&
    lines.some(line => /^(?:insertId|logName|severity|textPayload|jsonPayload):/.test(line))
  );
}

const pair = /^( *)([\w.-]{1,100}):(?: +(.*))?$/;

/**
 * Reads Google Cloud's entries in YAML. Of YAML it knows what stands in such entries: names with a value, within others by
 * indentation, and texts in quotes or over several lines.
 */
export class YamlEntriesReader {
  readonly #problems: Problems;
  #lines: string[] = [];
  #line = 0;
  #first = 1;

  constructor(problems: Problems) {
    this.#problems = problems;
  }

  take(line: string): void {
    this.#problems.lines += 1;
    this.#line += 1;
    if (/^---\s*$/.test(line)) {
      this.end();
      this.#first = this.#line + 1;
    } else this.#lines.push(line);
  }

  end(): void {
    const lines = this.#lines;
    this.#lines = [];
    if (lines.every(line => line.trim() === '')) return;
    this.#problems.takeRecord(lines.join('\n'), this.#first, written => ({
      ...readFields(fieldsOf(lines), written, readLine),
      form: 'own',
    }));
  }
}

function fieldsOf(lines: readonly string[]): Fields {
  const root: Fields = {};
  const open: { indent: number; fields: Fields }[] = [{ indent: -1, fields: root }];
  for (let index = 0; index < lines.length; index += 1) {
    const [, spaces = '', name, value = ''] = pair.exec(lines[index] ?? '') ?? [];
    if (name === undefined) continue;
    const indent = spaces.length;
    while (open.length > 1 && (open.at(-1)?.indent ?? -1) >= indent) open.pop();
    const fields = open.at(-1)?.fields ?? root;
    const below: string[] = [];
    // A text goes on in lines that are indented further.
    while (value !== '' && deeper(lines[index + 1], indent)) {
      index += 1;
      below.push((lines[index] ?? '').trim());
    }
    if (value === '' && deeper(lines[index + 1], indent)) {
      const inner: Fields = {};
      fields[name] = inner;
      open.push({ indent, fields: inner });
    } else fields[name] = textOf(value, below);
  }
  return root;
}

const deeper = (line: string | undefined, indent: number) => line !== undefined && indentOf(line) > indent;

const indentOf = (line: string) => (line.trim() === '' ? Number.POSITIVE_INFINITY : line.search(/\S/));

function textOf(value: string, below: readonly string[]): string {
  if (/^[|>][+-]?$/.test(value)) return below.join('\n');
  const text = [value, ...below].join(' ');
  const quoted = /^'(.*)'$/s.exec(text)?.[1]?.replaceAll("''", "'");
  if (quoted !== undefined) return quoted;
  try {
    return text.startsWith('"') ? String(JSON.parse(text)) : text;
  } catch {
    return text;
  }
}
