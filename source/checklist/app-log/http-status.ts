import type { Level } from './log-level.ts';

const method = '(?:GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS)';
const patterns = [
  // The common and combined formats of Apache, nginx, Caddy and morgan: "POST /x HTTP/1.1" 500 12
  new RegExp(`"${method} [^"]{0,4000}" ([1-5]\\d\\d)(?![\\w.])`),
  // morgan's dev and tiny formats, Next.js and Vercel: POST /x 500 in 20ms
  new RegExp(`(?:^|\\s)${method} {1,2}\\/\\S{0,4000} {1,2}([1-5]\\d\\d)(?=\\s|$)`),
  // Supabase's API gateway: POST | 500 | 203.0.113.7 | …
  new RegExp(`(?:^|\\s)${method} \\| ([1-5]\\d\\d) \\|`),
  // gin and fiber: | 500 | 1.2ms | 127.0.0.1 | POST
  new RegExp(`\\| +([1-5]\\d\\d) +\\|[^|]{1,40}\\|[^|]{1,60}\\| +${method}\\s`),
  // HAProxy's timers and AWS's load balancers, which have the request last
  new RegExp(`\\s(?:-?\\d+\\/){3,4}\\+?\\d+ ([1-5]\\d\\d) .{0,400}"${method} `),
  new RegExp(`(?:\\s-?[\\d.]+){3} ([1-5]\\d\\d) (?:[1-5]\\d\\d|-) \\d+ \\d+ "${method} `),
];

const request = new RegExp(`^\\s*<-- ${method} \\/\\S*\\s*$`);

/** The level of a line of an access log: an error from 500 on; null for any other line. */
export function accessLevel(line: string): Level | null {
  const start = line.slice(0, 8_000);
  for (const pattern of patterns) {
    const found = pattern.exec(start);
    if (found) return statusLevel(found[1]);
  }
  // Hono and koa log a request before it is answered.
  return request.test(start) ? { kind: 'calm', level: '' } : null;
}

/** The level of an HTTP status; null for any other value. */
export function statusLevel(value: unknown): Level | null {
  if (typeof value !== 'number' && (typeof value !== 'string' || !/^\d{3}$/.test(value))) return null;
  const status = Number(value);
  if (!Number.isInteger(status) || status < 100 || status > 599) return null;
  return status >= 500 ? { kind: 'error', level: `status ${status}` } : { kind: 'calm', level: '' };
}
