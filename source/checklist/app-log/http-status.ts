import type { Level } from './log-level.ts';

const method = '(?:GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS)';
const patterns = [
  // The common and combined formats of Apache, nginx, Caddy and morgan: "POST /x HTTP/1.1" 500 12
  new RegExp(`"${method} [^"]{0,4000}" ([1-5]\\d\\d)(?![\\w.])`),
  // morgan's dev and tiny formats, and Next.js: POST /x 500 in 20ms
  new RegExp(`(?:^|\\s)${method} \\/\\S{0,4000} ([1-5]\\d\\d)(?=\\s|$)`),
  // Supabase's API gateway: POST | 500 | 203.0.113.7 | …
  new RegExp(`(?:^|\\s)${method} \\| ([1-5]\\d\\d) \\|`),
];

/** The level of a line of an access log: an error from 500 on; null for any other line. */
export function accessLevel(line: string): Level | null {
  const start = line.slice(0, 8_000);
  for (const pattern of patterns) {
    const found = pattern.exec(start);
    if (found) return statusLevel(found[1]);
  }
  return null;
}

/** The level of an HTTP status; null for any other value. */
export function statusLevel(value: unknown): Level | null {
  if (typeof value !== 'number' && (typeof value !== 'string' || !/^\d{3}$/.test(value))) return null;
  const status = Number(value);
  if (!Number.isInteger(status) || status < 100 || status > 599) return null;
  return status >= 500 ? { kind: 'error', level: `status ${status}` } : { kind: 'calm', level: '' };
}
