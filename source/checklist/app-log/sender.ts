import { namedLevel } from './log-level.ts';

/**
 * Removes what programs that collect logs put before a line, so that it begins with its time or its JSON: stern's and
 * kubectl's pod and container, the journal's day of the week. The line itself if there is nothing of that kind.
 */
export function withoutCollector(line: string): string {
  const start = line.slice(0, 400);
  const named = /^(?:\[[^\]\s]{1,200}\]|[\w./-]*-[\w./-]*)(?: [\w.-]{1,100})? (?=\{")/.exec(start)?.[0];
  const before = named ?? /^(?:[\w./[\]-]{1,150} +){1,3}(?=\d{4}-\d\d-\d\d[T ]\d\d:\d\d)/.exec(start)?.[0];
  if (before === undefined || words(before).some(word => namedLevel(word) !== null)) return line;
  return line.slice(before.length);
}

/** Removes the sender after a time: `stderr F`, a host, a program as in `host app[12]:`, or Fly's `app[12] iad [info]`. */
export function withoutSender(rest: string, line: string): string {
  const container = /^\sstd(?:out|err) [FP](?=\s)/.exec(rest);
  if (container) return rest.slice(container[0].length);
  // RFC 5424: host, program, process, message and structured data.
  if (/^<\d{1,3}>\d /.test(line)) {
    return rest.replace(/^ \S+ \S+ \S+ \S+ (?:-|(?:\[(?:"(?:[^"\\]|\\.)*"|[^\]"])*\])+)(?=\s|$)/, '');
  }
  // What an application prints is info there, whatever it is.
  const machine = /^ \w+\[\w+\] [a-z]{3} \[info\]/.exec(rest);
  if (machine) return ` ${rest.slice(machine[0].length)}`;
  const found = /^\s+(?:[a-z\d][\w.-]{0,79}\s+)?[a-z][\w./-]{0,79}(?:\[[^\]]{0,40}\])?:(?=\s)/.exec(
    rest,
  )?.[0];
  if (
    found !== undefined &&
    !/un(?:handled|caught)/.test(found) &&
    !words(found).some(word => namedLevel(word))
  ) {
    return rest.slice(found.length);
  }
  // In syslog, the first word after the time is always the host.
  return /^(?:<\d{1,3}>)?[A-Z][a-z]{2}\s+\d{1,2}\s\d\d:/.test(line)
    ? rest.replace(/^\s+[\w.-]+(?=\s)/, '')
    : rest;
}

const words = (text: string) => text.split(/[^A-Za-z\d]+/);
