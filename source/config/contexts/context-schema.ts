import * as z from 'zod/mini';
import { readConninfo } from '../../connection/libpq/conninfo.ts';
import { readUrl } from '../../connection/libpq/url.ts';
import { counterName } from '../../counter/configured/config-schema.ts';
import { isConsoleError } from '../../errors/errors.ts';
import { said } from '../json/said.ts';

/** What a label can be drawn in. */
export const contextColors = ['red', 'yellow', 'green', 'cyan', 'blue', 'magenta', 'white', 'gray'] as const;

const url = z.string().check(
  z.refine(text => keywordsOf(text) !== null, {
    error: 'must be a URL such as postgres://reader@host:5432/database',
    abort: true,
  }),
  z.refine(text => !['password', 'sslpassword'].some(name => keywordsOf(text)?.get(name)), {
    error: 'must not have a password: put it into the file that PGPASSFILE names',
  }),
);

/** libpq's keywords of a connection; null if it cannot be read. What is wrong is not told: it may hold a password. */
function keywordsOf(text: string): Map<string, string> | null {
  try {
    return /^\s*[a-z_]+\s*=/.test(text) ? readConninfo(text, '') : readUrl(text, '');
  } catch (error) {
    if (isConsoleError(error)) return null;
    throw error;
  }
}

const context = z
  .strictObject({
    name: said(
      z
        .string()
        .check(
          z.regex(/^[\w.-]+$/, { error: 'must have only letters, digits, dots, dashes and underscores' }),
        ),
      'What --context calls it.',
    ),
    url: said(z.optional(url), 'The database, without a password.'),
    service: said(
      z.optional(z.string().check(z.minLength(1, 'must not be empty'))),
      'Instead of a URL, the name of a service in pg_service.conf.',
    ),
    color: said(
      z.optional(z.enum(contextColors, { error: `must be one of ${contextColors.join(', ')}` })),
      'The colour of its name in the header.',
    ),
    readOnly: said(
      z.optional(z.boolean()),
      'Whether --read-only is set. If left out, it is where a name says production.',
    ),
    counters: said(
      z.optional(z.array(counterName())),
      'The counters that check audits, and on the first of which the console opens.',
    ),
  })
  .check(
    z.refine(({ url, service }) => (url === undefined) !== (service === undefined), {
      error: 'must have either url or service',
    }),
  );

/** The file config.json. */
export const contextsSchema = z.strictObject({
  $schema: z.optional(z.string()),
  contexts: said(z.array(context), 'The databases that --context names.'),
});

/** A context as the file has it. */
export type WrittenContext = z.infer<typeof context>;
