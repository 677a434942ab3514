import { isErrorCode } from '../error-code.ts';
import { statusLevel } from '../http-status.ts';
import type { LogLine } from '../line.ts';
import { type Level, namedLevel, numericLevel } from '../log-level.ts';
import { fieldTime } from '../log-time.ts';

export type Fields = Record<string, unknown>;

/** Reads a line of plain text, or whatever else a message may contain. */
export type ReadText = (line: string, written: number) => LogLine;

// pino, winston and bunyan; Logstash and ECS; zap; Python's and PHP's; Serilog; Google, AWS and OpenTelemetry; PostgreSQL.
const levelNames = [
  ...['level_name', 'levelname', 'level', 'severity', 'lvl', 'log.level', '@l', 'loglevel'],
  ...['severitytext', 'severity_text', 'error_severity', 'errorlevel', 'errorlevel_s'],
];
const timeNames = [
  ...['time', 'timestamp', '@timestamp', 'ts', '@t', 'datetime', 'asctime', 'date', 'log_time', 'timeutc'],
  ...[
    'timestampinms',
    '__realtime_timestamp',
    '_source_realtime_timestamp',
    'start_time',
    'time_local',
    'time_iso8601',
    'timegenerated',
    'timeunixnano',
    'observedtimeunixnano',
  ],
];
const messageNames = [
  ...[
    'msg',
    'message',
    '@m',
    '@mt',
    'short_message',
    '@message',
    'event_message',
    'textpayload',
    'event',
    'errormessage',
    'error_description',
    'line',
    'content',
    'stringvalue',
  ],
];
const errorNames = ['err', 'error', 'exception', 'errors', 'exceptions', 'details'];
const statusNames = [
  ...[
    'status',
    'statuscode',
    'status_code',
    'responsestatuscode',
    'response_status',
    'http_status',
    'sc-status',
  ],
  ...[
    'res.statuscode',
    'http.status_code',
    'http.response.status_code',
    'originresponsestatus',
    'elb_status_code',
  ],
  ...['downstreamstatus'],
];
const codeNames = ['code', 'state_code', 'sql_state_code', 'sqlstate', 'sqlerrcode', 'sqlerrcode_s'];
/** Objects in a record whose fields are those of the record: Supabase's, Vercel's, Google's, pino's, ECS's, Loki's. */
const containers = [
  ...['metadata', 'parsed', 'response', 'proxy', 'jsonpayload', 'httprequest', 'res', 'http', 'err', 'error'],
  ...['fields', 'attributes', 'body', 'log', 'labels', 'stream', 'properties'],
];
/** Fields that hold a line which another program wrote, so that it may have a level of its own. */
const wrapperNames: readonly [string, string][] = [
  ['log', 'stream'],
  ['message', '__realtime_timestamp'],
  ['event_message', 'event_message'],
  ['message', 'timestampinms'],
  ['message', 'deploymentid'],
  ['message', 'ingestiontime'],
  ['@message', '@message'],
  ['message', 'process_id'],
  ['textpayload', 'textpayload'],
  ['line', 'labels'],
  ['line', 'stream'],
  ['message', 'podname'],
];

/**
 * Reads a record of named fields: a line of JSON, a record of CSV, an entry of the journal. `kind` is null if the fields
 * have no level, no status and no code, and their message has no level either. `text` is '' if there is no message.
 */
export function readFields(record: Fields, written: number, readText: ReadText): LogLine {
  const all = levels(record);
  const at = first(all, timeNames, value => fieldTime(value, written));
  const wrapped = wrappedText(all[0] ?? {});
  const message = wrapped ?? messageOf(all);
  const inner = message === '' ? null : readText(message, written);
  const known = gelfLevel(all) ?? loggedLevel(all) ?? numberedLevel(all) ?? wordOfStatus(all);
  const status = first(all, statusNames, statusLevel);
  // A level outranks a code: the server logs a client that went away as LOG with 08006.
  const code = known === null ? (codeLevel(all) ?? listedErrors(all)) : null;
  const own = wrapped === null ? null : levelIn(inner);
  // Each may say that it is an error; what says nothing of the kind does not take that back.
  const told = [known, own, status, code].filter(level => level !== null);
  const level = told.find(({ kind }) => kind === 'error') ?? told[0] ?? levelIn(inner);
  const text = wrapped !== null && inner && inner.text !== wrapped ? inner.text : firstLine(message);
  return {
    // Docker and the journal store each line of a stack trace by itself.
    form: (wrapped === null ? null : inner?.form) ?? 'own',
    at: at ?? (wrapped === null ? null : (inner?.at ?? null)),
    kind: level?.kind ?? null,
    level: level?.level ?? '',
    text,
    understood: level !== null || (inner?.understood ?? false),
  };
}

function levelIn(line: LogLine | null): Level | null {
  return line?.kind == null ? null : { kind: line.kind, level: line.level };
}

/** The record, and the objects in it whose fields count as its own, with names in lower case. */
function levels(record: Fields): Fields[] {
  const found: Fields[] = [lowerCase(record)];
  for (let index = 0; index < found.length && found.length < 12; index += 1) {
    for (const name of containers) {
      const inner = objectIn(found[index]?.[name]);
      if (inner) found.push(lowerCase(inner));
    }
  }
  return found;
}

const lowerCase = (fields: Fields): Fields =>
  Object.fromEntries(Object.entries(fields).map(([name, value]) => [name.toLowerCase(), value]));

/** An object, the only one of a list, or one in text, as in the columns of a CSV. */
function objectIn(value: unknown): Fields | null {
  if (Array.isArray(value)) return objectOfPairs(value) ?? objectIn(value[0]);
  if (typeof value === 'string' && /^\s*[[{]/.test(value)) {
    try {
      return objectIn(JSON.parse(value));
    } catch {
      return null;
    }
  }
  return isFields(value) ? value : null;
}

/** A list of names and values as an object: `[{ name: 'level', value: 'error' }]`. Null for anything else. */
export function objectOfPairs(list: unknown): Fields | null {
  if (!Array.isArray(list) || list.length === 0 || !list.every(isFields)) return null;
  const pairs = list.map(pair => [pair.key ?? pair.name ?? pair.field, scalarOf(pair.value)]);
  return pairs.every(([name, value]) => typeof name === 'string' && value !== undefined)
    ? Object.fromEntries(pairs)
    : null;
}

/** OpenTelemetry wraps values: `{ stringValue: 'error' }`. */
const scalarOf = (value: unknown) => (isFields(value) ? Object.values(value)[0] : value);

/** True if an object has a message or a level, so that it is a record of a log. */
export function speaks(record: Fields): boolean {
  const names = lowerCase(record);
  return [...levelNames, ...messageNames].some(name => Object.hasOwn(names, name));
}

/** The first of the named fields whose value can be read. */
function first<T>(
  all: readonly Fields[],
  names: readonly string[],
  read: (value: unknown) => T | null,
): T | null {
  for (const fields of all) {
    for (const name of names) {
      const found = Object.hasOwn(fields, name) ? read(fields[name]) : null;
      if (found !== null) return found;
    }
  }
  return null;
}

/** A level by its name or its number. */
function levelOf(value: unknown): Level | null {
  if (typeof value === 'string' && !/^\d+$/.test(value)) {
    // An unknown level is still a level, so the message is not searched for another.
    return (
      namedLevel(value) ?? (/^(?:|default|unspecified)$/i.test(value) ? null : { kind: 'calm', level: value })
    );
  }
  return typeof value === 'number' || typeof value === 'string' ? numericLevel(Number(value)) : null;
}

/** Levels that are numbers by their field's name: the journal's, OpenTelemetry's, Azure's; Serilog leaves out that of information. */
function numberedLevel(all: readonly Fields[]): Level | null {
  return (
    priorityOf(all) ??
    first(all, ['severitynumber'], value => levelFrom(value, 17)) ??
    first(all, ['severitylevel'], value => levelFrom(value, 3) ?? levelOf(value)) ??
    (all[0] && Object.hasOwn(all[0], '@t') ? { kind: 'calm', level: '' } : null)
  );
}

function levelFrom(value: unknown, error: number): Level | null {
  if (value === '' || !/^\d{1,2}$/.test(String(value))) return null;
  return Number(value) >= error ? { kind: 'error', level: 'error' } : { kind: 'calm', level: '' };
}

/** GELF's levels are those of syslog. */
function gelfLevel([record]: readonly Fields[]): Level | null {
  if (record === undefined || !Object.hasOwn(record, 'short_message')) return null;
  return priorityLevel(record.level) ?? { kind: 'calm', level: '' };
}

/** The level by name, or by number where something else shows that a logger wrote it: `{"level":50,"player":7}` is a game's. */
function loggedLevel(all: readonly Fields[]): Level | null {
  const isLogger = all.some(fields => loggerNames.some(name => Object.hasOwn(fields, name)));
  return first(all, levelNames, value => (isLogger || Number.isNaN(Number(value)) ? levelOf(value) : null));
}

const loggerNames = [...timeNames, ...messageNames, 'err', 'error', 'pid', 'hostname', 'v', 'level_name'];

/** Datadog's status is a level. Elsewhere it may be that of an order or a device, unless it is "error". */
function wordOfStatus(all: readonly Fields[]): Level | null {
  const isDatadog = all.some(fields => Object.hasOwn(fields, 'service') || Object.hasOwn(fields, 'content'));
  return first(all, ['status'], value =>
    typeof value === 'string' && (isDatadog || value === 'error') ? namedLevel(value) : null,
  );
}

/** GraphQL answers with a list of errors, and a status of 200. */
function listedErrors(all: readonly Fields[]): Level | null {
  const listed = first(all, ['errors', 'exceptions'], value =>
    Array.isArray(value) && textOf(objectIn(value)?.message) !== null ? true : null,
  );
  return listed ? { kind: 'error', level: 'error' } : null;
}

const priorities = ['emergency', 'alert', 'critical', 'error'];

/** The journal's and syslog's priority, 0 to 7: 3 is an error. 6 says nothing: it is what whatever a service prints gets. */
export function priorityLevel(value: unknown): Level | null {
  if (typeof value !== 'string' && typeof value !== 'number') return null;
  if (!/^[0-57]$/.test(String(value))) return null;
  const level = priorities[Number(value)];
  return level === undefined ? { kind: 'calm', level: '' } : { kind: 'error', level };
}

const priorityOf = ([record]: readonly Fields[]) => priorityLevel(record?.priority);

/** PostgREST's and postgres.js's errors have a code and no level. */
function codeLevel(all: readonly Fields[]): Level | null {
  const found = first(all, codeNames, value => (isErrorCode(value) ? true : null));
  return found ? { kind: 'error', level: 'error' } : null;
}

function wrappedText(record: Fields): string | null {
  for (const [name, mark] of wrapperNames) {
    const text = record[name];
    if (typeof text === 'string' && text !== '' && Object.hasOwn(record, mark)) return text;
  }
  return null;
}

function messageOf(all: readonly Fields[]): string {
  const message = first(all, messageNames, textOf) ?? '';
  const error = first(all, errorNames, value => textOf(objectIn(value)?.message ?? value)) ?? '';
  if (message === '' || message.includes(error)) return message || error;
  return `${firstLine(message)}: ${error}`;
}

function textOf(value: unknown): string | null {
  // A worker's console has a list of what was printed.
  const text =
    Array.isArray(value) && value.every(part => typeof part === 'string') ? value.join(' ') : value;
  return typeof text === 'string' && text !== '' ? text : null;
}

export const firstLine = (text: string) => /[^\r\n]*/.exec(text.trimStart())?.[0] ?? '';

export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
