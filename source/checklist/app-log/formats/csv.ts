import { parse } from 'csv-parse/sync';
import { readLine } from '../log-line.ts';
import type { Problems } from '../problems.ts';
import { type Fields, readFields } from './fields.ts';

// PostgreSQL's csvlog has no header; its columns are in its manual, and later versions add to them.
const serverColumns = [
  ...['log_time', 'user_name', 'database_name', 'process_id_of_server', 'connection_from', 'session_id'],
  ...['session_line_num', 'command_tag', 'session_start_time', 'virtual_transaction_id', 'transaction_id'],
  ...[
    'error_severity',
    'sql_state_code',
    'message',
    'detail',
    'hint',
    'internal_query',
    'internal_query_pos',
  ],
  ...[
    'context',
    'query',
    'query_pos',
    'location',
    'application_name',
    'backend_type',
    'leader_pid',
    'query_id',
  ],
];
const serverRecord = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d+)? [\w+:-]+,(?:[^,]*,){9}/;

const timeName =
  /^@?(?:time|timestamp|timestampinms|timeutc|date|datetime|ts|time_utc|start_time|ingestion_time|timegenerated)$/i;
const saysName =
  /^@?(?:message|msg|event_message|level|severity|error_severity|status|statuscode|status_code|responsestatuscode|textpayload|event|content|loglevel|errorlevel_s|severitylevel)$/i;

/** How the first lines of a file show that it is CSV: its separator and its columns; null for any other file. */
export interface CsvFormat {
  separator: string;
  columns: readonly string[];
  hasHeader: boolean;
}

/** Tells PostgreSQL's csvlog, and CSV whose header names a time and a message or a level, from anything else. */
export function detectCsv(lines: readonly string[]): CsvFormat | null {
  for (const separator of [',', ';', '\t']) {
    const columns = split(lines[0] ?? '', separator);
    if (columns.some(name => timeName.test(name)) && columns.some(name => saysName.test(name))) {
      return { separator, columns, hasHeader: true };
    }
  }
  // A log that was cut may begin within a record.
  return lines.some(line => serverRecord.test(line) && (split(line, ',').length >= 14 || odd(line)))
    ? { separator: ',', columns: serverColumns, hasHeader: false }
    : null;
}

function split(line: string, separator: string): string[] {
  try {
    return records(line, separator)[0]?.map(name => name.trim().replace(/ \[UTC\]$/, '')) ?? [];
  } catch {
    return [];
  }
}

const records = (text: string, separator: string): string[][] =>
  parse(text, { delimiter: separator, relax_column_count: true, relax_quotes: true, bom: true });

/** A record longer than this many characters is one with a quote too many. */
const longestRecord = 1_000_000;

/** Reads records of CSV, line by line: a field in quotes may have several. */
export class CsvReader {
  readonly #format: CsvFormat;
  readonly #problems: Problems;
  #lines: string[] = [];
  #length = 0;
  #quoted = false;
  #line = 0;
  #first = 0;

  constructor(format: CsvFormat, problems: Problems) {
    this.#format = format;
    this.#problems = problems;
  }

  take(line: string): void {
    this.#problems.lines += 1;
    this.#line += 1;
    if (this.#line === 1 && this.#format.hasHeader) return;
    // A record that began with a quote too many, or before the file did, ends where PostgreSQL's next one begins.
    if (this.#quoted && !this.#format.hasHeader && serverRecord.test(line)) this.end();
    if (this.#lines.length === 0) this.#first = this.#line;
    this.#lines.push(line);
    this.#length += line.length;
    if (odd(line)) this.#quoted = !this.#quoted;
    if (!this.#quoted || this.#length > longestRecord) this.end();
  }

  /** Takes what was read so far as a whole record. */
  end(): void {
    const raw = this.#lines.join('\n');
    const first = this.#first;
    this.#lines = [];
    this.#length = 0;
    this.#quoted = false;
    if (raw.trim() === '') return;
    const fields = this.#fields(raw);
    this.#problems.takeRecord(raw, first, written =>
      fields
        ? { ...readFields(fields, written, readLine), form: 'own' }
        : { at: null, kind: null, level: '', form: 'own', text: raw, understood: false },
    );
  }

  /** Null if the record cannot be parsed, or is not the only one. */
  #fields(raw: string): Fields | null {
    const { separator, columns, hasHeader } = this.#format;
    try {
      const [values, ...more] = records(raw, separator);
      if (!values || more.length > 0 || (hasHeader ? values.length !== columns.length : values.length < 14))
        return null;
      return Object.fromEntries(values.map((value, index) => [columns[index] ?? `column ${index}`, value]));
    } catch {
      return null;
    }
  }
}

function odd(line: string): boolean {
  let quotes = 0;
  for (let at = line.indexOf('"'); at >= 0; at = line.indexOf('"', at + 1)) quotes += 1;
  return quotes % 2 === 1;
}
