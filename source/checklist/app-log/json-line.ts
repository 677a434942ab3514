import type { LogLine } from './line.ts';
import { type Level, namedLevel, plainLevel } from './log-level.ts';
import { fieldTime } from './log-time.ts';

type Fields = Record<string, unknown>;

// pino, winston and bunyan; Logstash and ECS; zap; Python's and PHP's; Serilog; Google, AWS and OpenTelemetry.
const levelNames = [
  ...[
    'level_name',
    'levelname',
    'level',
    'severity',
    'lvl',
    'log.level',
    '@l',
    'Level',
    'LogLevel',
    'logLevel',
  ],
  ...['severityText', 'severity_text', 'SeverityText'],
];
const timeNames = ['time', 'timestamp', '@timestamp', 'ts', '@t', 'datetime', 'Timestamp', 'asctime', 'date'];
const messageNames = ['msg', 'message', '@m', 'event', 'Message', 'errorMessage'];
const errorNames = ['err', 'error', 'exception'];

/** Reads a line of JSON; null if it is not JSON. `text` is '' if it has no message. */
export function readJson(line: string, written: number): Omit<LogLine, 'form'> | null {
  const fields = parse(line);
  if (!fields) return null;
  const at = first(fields, timeNames, value => fieldTime(value, written));
  const message = messageOf(fields);
  // Docker wraps each line that a container writes.
  const wrapped = typeof fields.log === 'string' && typeof fields.stream === 'string' ? fields.log : null;
  if (wrapped?.startsWith('{')) {
    const inner = readJson(wrapped, written);
    if (inner) return { ...inner, at: inner.at ?? at, text: inner.text || firstLine(wrapped) };
  }
  const text = firstLine(wrapped ?? message);
  const level = first(fields, levelNames, levelOf) ?? plainLevel(text, false);
  return { at, kind: level?.kind ?? null, level: level?.level ?? '', text };
}

function parse(line: string): Fields | null {
  try {
    const value: unknown = JSON.parse(line);
    return isFields(value) ? value : null;
  } catch {
    return /^\s*\{\s*"/.test(line) ? looseFields(line) : null;
  }
}

const loose =
  /"(level|severity|lvl|log\.level|time|timestamp|@timestamp|ts|msg|message)"\s*:\s*("(?:[^"\\]|\\.)*"|[\d.]+)/g;

/** The fields of truncated JSON. Docker cuts lines after 16 kB, and an error must not be lost with the rest. */
function looseFields(line: string): Fields | null {
  const fields: Fields = {};
  for (const [, name = '', value = ''] of line.slice(0, 65_536).matchAll(loose)) {
    fields[name] ??= value.startsWith('"') ? value.slice(1, -1) : Number(value);
  }
  return Object.keys(fields).length === 0 ? null : fields;
}

/** The first of the named fields whose value can be read. */
function first<T>(fields: Fields, names: readonly string[], read: (value: unknown) => T | null): T | null {
  for (const name of names) {
    const found = Object.hasOwn(fields, name) ? read(fields[name]) : null;
    if (found !== null) return found;
  }
  return null;
}

/** A level by its name or its number: 50 and 60 are pino's and bunyan's error and fatal, 400 and above Monolog's. */
function levelOf(value: unknown): Level | null {
  if (typeof value === 'string' && !/^\d+$/.test(value)) {
    // An unknown level is still a level, so the message is not searched for another.
    return namedLevel(value) ?? (value === '' ? null : { kind: 'calm', level: value });
  }
  if (typeof value !== 'number' && typeof value !== 'string') return null;
  const number = Number(value);
  if (number >= 400) return { kind: 'error', level: number >= 500 ? 'critical' : 'error' };
  if (number >= 100 || number < 50) return { kind: 'calm', level: '' };
  return { kind: 'error', level: number >= 60 ? 'fatal' : 'error' };
}

function messageOf(fields: Fields): string {
  const message = first(fields, messageNames, textOf) ?? '';
  const error = first(fields, errorNames, value => textOf(isFields(value) ? value.message : value)) ?? '';
  if (message === '' || message.includes(error)) return message || error;
  return `${firstLine(message)}: ${error}`;
}

const textOf = (value: unknown) => (typeof value === 'string' && value !== '' ? value : null);
const firstLine = (text: string) => /[^\r\n]*/.exec(text.trimStart())?.[0] ?? '';

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
