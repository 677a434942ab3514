import { hasErrorCode } from './error-code.ts';
import { priorityLevel, readFields } from './formats/fields.ts';
import { parseJson } from './formats/json-line.ts';
import { isPlainTalk, namesTrouble } from './free-text.ts';
import { accessLevel, statusLevel } from './http-status.ts';
import type { LogLine } from './line.ts';
import { type Level, namedLevel, plainLevel } from './log-level.ts';
import { fieldTime, takeTime } from './log-time.ts';
import { logfmtReader } from './logfmt.ts';
import { withoutCollector, withoutSender } from './sender.ts';

/**
 * Reads one line of a log, plain or JSON. `written` is when its file was last written to, in milliseconds since 1970, for
 * times without a year. Never throws: a line that cannot be read has no time and no level.
 */
export function readLine(raw: string, written: number): LogLine {
  // Only colours: node's stripVTControlCharacters takes minutes for a hostile line of 1 MB.
  const plain = raw.includes('\x1b') ? raw.replaceAll(/\x1b\[[\d;]*m/g, '') : raw;
  // Docker Compose puts the service before each line, pm2 a number too.
  const line = withoutCollector(plain.replace(/^(?:\d{1,4}\|)?[\w.-]{1,80}\s*\|(?! \d{3} \|)\s?/, ''));
  const outer = takeTime(line, written);
  // Containers, syslog and Heroku put their own time and more before the application's.
  const inner = takeTime(outer.rest === line ? line : withoutSender(outer.rest, line), written);
  const dated = inner.rest !== line;
  const lineTime = outer.exact ? outer.at : (inner.at ?? outer.at);
  const at = lineTime ?? fieldTime(logfmtTime(line.slice(0, 2_000)), written);
  const fields = inner.rest.trimStart().startsWith('{') ? parseJson(inner.rest) : null;
  if (fields) {
    const record = readFields(fields, written, readLine);
    return { ...record, at: record.at ?? at, text: record.text || raw };
  }
  const level = levelOf(inner.rest, plain, dated);
  const form = level === null || !dated ? formOf(inner.rest, dated) : 'own';
  const understood = level !== null || saysNoTrouble(inner.rest, form);
  return { at, kind: level?.kind ?? null, level: level?.level ?? '', form, text: raw, understood };
}

function saysNoTrouble(text: string, form: LogLine['form']): boolean {
  if (form === 'own') return isPlainTalk(text);
  return form !== 'part' || !namesTrouble(text);
}

/** `rest` is the line without its time. */
function levelOf(rest: string, line: string, dated: boolean): Level | null {
  const level =
    plainLevel(rest, dated) ??
    serverLevel(line) ??
    letterLevel(line, dated ? rest : '') ??
    routerLevel(rest) ??
    syslogLevel(line);
  if (level?.kind === 'error' || level?.kind === 'continues') return level;
  // Routers log what they pass on as info, whatever its status.
  return accessLevel(rest) ?? statusLevel(logfmtStatus(rest.slice(0, 2_000))) ?? level ?? codeLevel(rest);
}

const logfmtStatus = logfmtReader(['status', 'status_code', 'statusCode']);

/** PostgreSQL's own mark, after whatever log_line_prefix puts before it: always with two spaces. */
function serverLevel(line: string): Level | null {
  const mark = serverMark.exec(line.slice(0, 600))?.[1];
  if (mark === undefined) return null;
  const part = /^(?:DETAIL|HINT|QUERY|CONTEXT|STATEMENT|LOCATION)$/.test(mark);
  return part ? { kind: 'continues', level: mark.toLowerCase() } : namedLevel(mark);
}

const serverMark =
  /(?<!\p{Lu})(DEBUG[1-5]?|LOG|INFO|NOTICE|WARNING|ERROR|FATAL|PANIC|FEHLER|ERREUR|ERRO|ERRORE|ОШИБКА|エラー|错误|DETAIL|HINT|QUERY|CONTEXT|STATEMENT|LOCATION): {2}(?=\S)/u;

/** Levels of one letter: glog's and klog's E1122 10:00:00.123456, and those of Google's functions, after a time or in a table. */
function letterLevel(line: string, rest: string): Level | null {
  const found =
    /^([DIWEF])(?:\d{4} \d\d:\d\d:\d\d\.\d| {2,}[\w-]+ +[\w-]+ +\d{4}-\d\d-\d\d )/.exec(line) ??
    /^\s([DIWEF]) [\w-]{1,100}: /.exec(rest);
  const mark = found?.[1];
  if (mark === undefined) return null;
  if (mark === 'E' || mark === 'F') return { kind: 'error', level: mark === 'E' ? 'error' : 'fatal' };
  return { kind: 'calm', level: '' };
}

/** The level that syslog puts before a line: <11> is an error of a user's program. */
function syslogLevel(line: string): Level | null {
  const priority = /^<(\d{1,3})>/.exec(line)?.[1];
  return priority === undefined ? null : priorityLevel(Number(priority) % 8);
}

/** Heroku's router says at=error and no level. */
function routerLevel(rest: string): Level | null {
  const at = logfmtAt(rest.slice(0, 2_000));
  return at === null ? null : namedLevel(at);
}

const logfmtAt = logfmtReader(['at']);

/** An indented code belongs to the line above. */
function codeLevel(rest: string): Level | null {
  return !/^(?:\s{2}|\t)/.test(rest) && hasErrorCode(rest) ? { kind: 'error', level: 'error' } : null;
}

const logfmtTime = logfmtReader(['time', 'timestamp', 'ts', 't']);

/** `dated`: `line` follows a time and a space, so only further spaces are indentation. */
function formOf(line: string, dated: boolean): LogLine['form'] {
  const message = dated ? line.replace(/^\s/, '') : line;
  if (message.trim() === '') return 'blank';
  if (/^\s+at\s/.test(message)) return 'frame';
  if (/^(?:Caused by:|\s*\.\.\. \d+ more|[\]})][\]}),;\s]*$)/.test(message)) return 'part';
  // Next.js indents its own lines by one space: its signs, and the requests it answered.
  const own =
    /^\s*(?:[⨯⚠✓○▲]|(?:(?:<--|-->|xxx)\s)?(?:GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS)\s\/)/.test(message) ||
    // consola's, which are in a box of colour.
    /^ (?:FATAL|ERROR|WARN|INFO|DEBUG|TRACE|SUCCESS) {2}\S/.test(message);
  return /^\s/.test(message) && !own ? 'part' : 'own';
}
