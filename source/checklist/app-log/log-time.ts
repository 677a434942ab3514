/** The time of a line, and the rest of the line. */
interface Dated {
  /** Milliseconds since 1970; null if the line has no time, or a time without a day. */
  at: number | null;
  /** True if it includes its zone and so does not depend on this machine's. */
  exact: boolean;
  rest: string;
}

const zone = /(?:\s?(?<zone>Z|(?:UTC|GMT)(?:[+-]\d{4})?|[ECMP][SD]T|[+-]\d\d(?::?\d\d)?)(?!\w))?/.source;
const clock = /(?<hour>\d{1,2}):(?<minute>\d\d)(?::(?<second>\d\d)(?:[.,](?<fraction>\d{1,9}))?)?/.source;
const monthNames = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const monthName = `(?<month>${monthNames.join('|')})`;

/** What may come before a time: syslog's priority, Ruby's letter, a name in brackets, a level, a bracket. */
const lead =
  /(?:[A-Z],\s)?(?:\[[\w -]{1,20}\]\s*(?:\d+\s+-\s+)?)?(?:(?:[A-Z]{3,9}|error|fatal|warn|info|debug|trace)[\]:]?\s+)?[[(]?/
    .source;
const priority = /\s*(?:<\d{1,3}>(?:\d\s)?)?/.source;

const formats = [
  // 2026-11-22T10:00:00.123Z, 2026-11-22 10:00:00,123 +0100, nginx's 2026/11/22 10:00:00
  `(?<year>\\d{4})[-/.](?<month>\\d\\d)[-/.](?<day>\\d\\d)(?:[T,]|\\s-)?\\s?${clock}${zone}`,
  // Syslog's Nov 22 10:00:00, Apache's Sun Nov 22 10:00:00.123 2026, and Sun Nov 22 2026 10:00:00 GMT+0000
  `(?:[A-Z][a-z]{2}\\s)?${monthName}\\s+(?<day>\\d{1,2})\\s(?:(?<year>\\d{4})\\s)?${clock}(?:\\s(?<late>\\d{4})(?!\\w))?${zone}`,
  // PHP's 22-Nov-2026 10:00:00 UTC, and 22/Nov/2026:10:00:00 +0000 of access logs
  `(?<day>\\d{1,2})[-/]${monthName}[-/](?<year>\\d{4})[:\\s]${clock}${zone}`,
  // Nest's 11/22/2026, 10:00:00 AM
  `(?<month>\\d{1,2})/(?<day>\\d{1,2})/(?<year>\\d{4}),?\\s${clock}(?:\\s(?<half>[AP]M))?`,
  // 10:00:00.123, which is useless without a day
  `${clock}(?:\\s?[AP]M)?`,
].map(format => new RegExp(`^${priority}(?<lead>${lead})${format}\\]?`));

/**
 * Splits off the time at the front of a line. Without a zone, it is in this machine's. Without a year (syslog), it is the
 * last such day before `written`, the time of the last write to the file, in milliseconds since 1970.
 */
export function takeTime(line: string, written: number): Dated {
  // Every format has hours and minutes near the start; most lines of a stack trace do not.
  const start = line.slice(0, 160);
  if (!/\d:\d\d/.test(start)) return { at: null, exact: false, rest: line };
  for (const format of formats) {
    const found = format.exec(start);
    if (!found?.groups) continue;
    const rest = (found.groups.lead ?? '').replace(/[[(]$/, '') + line.slice(found[0].length);
    const at = milliseconds(found.groups, written);
    return { at, exact: at !== null && found.groups.zone !== undefined, rest };
  }
  return { at: null, exact: false, rest: line };
}

/** A time in a field of JSON or logfmt: text, or seconds, milli-, micro- or nanoseconds since 1970. */
export function fieldTime(value: unknown, written: number): number | null {
  if (typeof value === 'string' && !/^\d+(?:\.\d+)?$/.test(value)) return takeTime(value, written).at;
  if (typeof value !== 'string' && typeof value !== 'number') return null;
  const number = Number(value);
  // A smaller number is not a log's time: in seconds it would be before 1973.
  if (!(number >= 1e8)) return null;
  if (number < 1e11) return number * 1e3;
  if (number < 1e14) return number;
  return number < 1e17 ? number / 1e3 : number / 1e6;
}

type Groups = Record<string, string | undefined>;

function milliseconds(groups: Groups, written: number): number | null {
  if (groups.day === undefined) return null;
  const year = groups.year ?? groups.late;
  if (year !== undefined) return parse(groups, Number(year));
  const last = new Date(written).getFullYear();
  // One day of tolerance, because the clock or zone of another machine may differ.
  for (const candidate of [last + 1, last, last - 1]) {
    const at = parse(groups, candidate);
    if (at !== null && at <= written + 86_400_000) return at;
  }
  return null;
}

function parse(groups: Groups, year: number): number | null {
  let month = monthNames.indexOf(groups.month ?? '') + 1 || Number(groups.month);
  let day = Number(groups.day);
  // If the first number cannot be a month, it is the day.
  if (month > 12) [month, day] = [day, month];
  const hour = Number(groups.hour);
  const hours = groups.half === undefined ? hour : (hour % 12) + (groups.half === 'PM' ? 12 : 0);
  const date = [String(year).padStart(4, '0'), two(month), two(day)].join('-');
  const fraction = (groups.fraction ?? '').slice(0, 3).padEnd(3, '0');
  const time = `${two(hours)}:${groups.minute}:${groups.second ?? '00'}.${fraction}`;
  const at = Date.parse(`${date}T${time}${offset(groups.zone)}`);
  return Number.isNaN(at) ? null : at;
}

const two = (number: number) => String(number).padStart(2, '0');

const american: Record<string, number> = { E: 5, C: 6, M: 7, P: 8 };

/** A zone in ISO 8601; '' is this machine's. */
function offset(zone: string | undefined): string {
  if (zone === undefined) return '';
  const digits = /([+-]\d\d):?(\d\d)?$/.exec(zone);
  if (digits) return `${digits[1]}:${digits[2] ?? '00'}`;
  const behind = american[zone[0] ?? ''];
  if (zone.length !== 3 || behind === undefined) return 'Z';
  return `-${two(zone[1] === 'D' ? behind - 1 : behind)}:00`;
}
