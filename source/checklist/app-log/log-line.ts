import { readJson } from './json-line.ts';
import type { LogLine } from './line.ts';
import { namedLevel, plainLevel } from './log-level.ts';
import { fieldTime, takeTime } from './log-time.ts';
import { logfmtReader } from './logfmt.ts';

/**
 * Reads one line of a log, plain or JSON. `written` is when its file was last written to, in milliseconds since 1970, for
 * times without a year. Never throws: a line that cannot be read has no time and no level.
 */
export function readLine(raw: string, written: number): LogLine {
  // Only colours: node's stripVTControlCharacters takes minutes for a hostile line of 1 MB.
  const plain = raw.includes('\x1b') ? raw.replaceAll(/\x1b\[[\d;]*m/g, '') : raw;
  // Docker Compose puts the service before each line.
  const line = plain.replace(/^[\w.-]{1,80}\s*\|\s?/, '');
  const outer = takeTime(line, written);
  // Containers, syslog and Heroku put their own time and more before the application's.
  const inner = takeTime(outer.rest === line ? line : withoutSender(outer.rest, line), written);
  const dated = inner.rest !== line;
  const lineTime = outer.exact ? outer.at : (inner.at ?? outer.at);
  const at = lineTime ?? fieldTime(logfmtTime(line.slice(0, 2_000)), written);
  const record = inner.rest.trimStart().startsWith('{') ? readJson(inner.rest, written) : null;
  if (record) return { ...record, at: record.at ?? at, form: 'own', text: record.text || raw };
  const level = plainLevel(inner.rest, dated);
  const form = level === null || !dated ? formOf(inner.rest, dated) : 'own';
  return { at, kind: level?.kind ?? null, level: level?.level ?? '', form, text: raw };
}

const logfmtTime = logfmtReader(['time', 'timestamp', 'ts', 't']);

/** Removes the sender after a time: `stderr F`, a host, or a program as in `host app[12]:`. */
function withoutSender(rest: string, line: string): string {
  const container = /^\sstd(?:out|err) [FP](?=\s)/.exec(rest);
  if (container) return rest.slice(container[0].length);
  const found = /^\s+(?:[a-z\d][\w.-]{0,79}\s+)?[a-z][\w./-]{0,79}(?:\[[^\]]{0,40}\])?:(?=\s)/.exec(
    rest,
  )?.[0];
  if (found !== undefined && !/un(?:handled|caught)/.test(found) && !words(found).some(namedLevel)) {
    return rest.slice(found.length);
  }
  // In syslog, the first word after the time is always the host.
  return /^(?:<\d{1,3}>)?[A-Z][a-z]{2}\s+\d{1,2}\s\d\d:/.test(line)
    ? rest.replace(/^\s+[\w.-]+(?=\s)/, '')
    : rest;
}

const words = (text: string) => text.split(/[^A-Za-z\d]+/);

/** `dated`: `line` follows a time and a space, so only further spaces are indentation. */
function formOf(line: string, dated: boolean): LogLine['form'] {
  const message = dated ? line.replace(/^\s/, '') : line;
  if (message.trim() === '') return 'blank';
  if (/^\s+at\s/.test(message)) return 'frame';
  if (/^(?:Caused by:|\s*\.\.\. \d+ more)/.test(message)) return 'part';
  // Next.js indents its own lines by one space: its signs, and the requests it answered.
  const own = /^\s*(?:[⨯⚠✓○▲]|(?:GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS)\s\/)/.test(message);
  return /^\s/.test(message) && !own ? 'part' : 'own';
}
