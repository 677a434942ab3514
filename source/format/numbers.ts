/**
 * A number with thousands separated, 12,345, and of a fraction six digits: 0.7 where 3.3 lacks something to 4. Of decimal text all
 * digits.
 */
export function count(value: number | string): string {
  const text = String(
    typeof value === 'string' || Number.isInteger(value) ? value : Number(value.toFixed(6)),
  );
  // Intl.NumberFormat does the same, and takes 9 ms to load its data: a twentieth of the time to the list.
  return text.replace(/\B(?<!\.\d*)(?=(?:\d{3})+(?:\.|$))/g, ',');
}

/** A count, which may be NULL. */
export function countText(value: number | string | null): string {
  return value === null ? 'NULL' : count(value);
}

/** A counter's count in full: from what the server writes where no number here is exactly that, and NULL for none. */
export function countOf({ usageCount, exact }: { usageCount: number | null; exact?: string }): string {
  return countText(exact ?? usageCount);
}

/** A whole number in at most `width` columns: where it does not fit, in millions or billions (12.3M). */
export function brief(value: number, width: number): string {
  const whole = count(value);
  if (whole.length <= width) return whole;
  return Math.abs(value) < 1e9 ? `${(value / 1e6).toFixed(1)}M` : `${(value / 1e9).toFixed(1)}G`;
}

/** A drift with its sign: +3, -12, 0. */
export function signed(value: number | string): string {
  return Number(value) > 0 ? `+${count(value)}` : count(value);
}

/** A time span in words, from milliseconds: 14 s, 3 min, 2 h, 5 d. */
export function span(milliseconds: number): string {
  const seconds = Math.max(0, Math.round(milliseconds / 1000));
  if (seconds < 90) return `${seconds} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 90) return `${minutes} min`;
  const hours = Math.round(minutes / 60);
  return hours < 48 ? `${hours} h` : `${Math.round(hours / 24)} d`;
}

/**
 * How long ago something was, coarse on purpose: a text that changes every second would have the terminal redrawn
 * every second where nothing happens. Both times in milliseconds since 1970.
 */
export function ago(time: number | null, now: number): string {
  if (time === null) return 'never';
  const past = now - time;
  if (past < -60_000) return day(time);
  if (past < 60_000) return 'just now';
  return past < 45 * 86_400_000 ? `${span(past)} ago` : day(time);
}

/**
 * A time as 2026-09-30 14:05:09 UTC; `iso` for machines. Every time that is shown is UTC, wherever this machine or the
 * server's session is: the server's log, receipts and the evidence of a diagnosis say UTC too.
 */
export function dateTime(time: number | null): string {
  const bare = bareDateTime(time);
  return /^\d/.test(bare) ? `${bare} UTC` : bare;
}

/** The same without its zone, for columns and sentences that name it. */
export function bareDateTime(time: number | null): string {
  if (time === null) return 'never';
  const text = iso(time);
  // Of a year with more than four digits, all.
  return text === null ? 'out of range' : text.replace('T', ' ').replace(/\.\d+Z$/, '');
}

/** The day of a time in UTC, 2026-09-30. */
export function day(time: number): string {
  return bareDateTime(time).replace(/ [\d:]+$/, '');
}

/** The time of day in UTC, 14:05:09, for columns and sentences that name the zone. */
export function clock(time: number): string {
  return bareDateTime(time).slice(-8);
}

/** The time of day in UTC, 14:05:09, with the day in front if `now` is on another one. The zone must be named beside it. */
export function timeOfEvent(time: number, now: number): string {
  return day(time) === day(now) ? clock(time) : bareDateTime(time);
}

/** ISO 8601 in UTC, for JSON; null stays null. */
export function iso(time: number | null): string | null {
  return time === null || Number.isNaN(new Date(time).getTime()) ? null : new Date(time).toISOString();
}
