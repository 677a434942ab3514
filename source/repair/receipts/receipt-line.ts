import * as z from 'zod/mini';
import { decimal } from '../../counter/quantity.ts';
import { jsonText } from '../../format/json-text.ts';
import type { ReceiptBatch, ReceiptEnd, ReceiptHead } from './receipt.ts';
import { receiptId } from './receipt-id.ts';

const whole = z.int().check(z.nonnegative());
const xid = z.string().check(z.regex(/^\d+$/));

/** The head without `kind`. Unknown keys are dropped, so no password can slip in with a larger object. */
export const headSchema = z.object({
  version: z.literal(1),
  id: z.string().check(z.regex(receiptId)),
  at: z.iso.datetime(),
  action: z.enum(['sync', 'reset', 'undo', 'migrate']),
  by: z.object({ user: z.string(), host: z.string() }),
  database: z.object({ name: z.string(), host: z.string(), user: z.string(), serverVersion: z.string() }),
  identity: z.string(),
  schema: z.string(),
  counter: z.exactOptional(z.string()),
  counts: z.exactOptional(z.string()),
  fingerprint: z.string(),
  options: z.record(z.string(), z.boolean()),
  undoes: z.nullable(z.string()),
  columns: z.exactOptional(
    z.array(
      z.object({
        quoted: z.string(),
        type: z.string(),
        declared: z.exactOptional(z.string()),
        number: z.exactOptional(whole),
      }),
    ),
  ),
  reference: z.exactOptional(z.string()),
  mapped: z.exactOptional(z.array(z.object({ from: z.string(), to: z.string() }))),
  dropped: z.exactOptional(z.array(z.string())),
  replaced: z.exactOptional(z.array(z.string())),
  began: z.exactOptional(z.object({ xid, oldest: z.exactOptional(xid), timeline: z.nullable(whole) })),
}) satisfies z.ZodMiniType<ReceiptHead>;

const quantity = z.union([z.number(), z.string().check(z.regex(decimal))]);

const changeFields = z.object({
  id: z.nullable(z.string()),
  name: z.string(),
  before: z.nullable(quantity),
  delta: quantity,
  drift: quantity,
  deletes: z.number(),
  worth: z.exactOptional(quantity),
  remaining: z.exactOptional(whole),
  lastUsedBefore: z.nullable(z.string()),
  lastUsedAfter: z.exactOptional(z.nullable(z.string())),
  of: z.exactOptional(whole),
  part: z.exactOptional(z.enum(['records', 'state', 'all'])),
  places: z.exactOptional(z.array(z.tuple([whole, whole]))),
});

// Older undos gave records of no preset an empty id, and had no parts.
const change = z.pipe(
  changeFields,
  z.transform(fields =>
    fields.id === '' && fields.of !== undefined && fields.part === undefined
      ? { ...fields, id: null }
      : fields,
  ),
);

const batchSchema = z.object({
  batch: whole,
  xid: z.string().check(z.regex(/^\d+$/)),
  changes: z.array(change),
  records: z.nullable(
    z.object({
      offset: whole,
      length: whole,
      count: whole,
      bytes: z.exactOptional(whole),
      sha256: z.exactOptional(z.string().check(z.regex(/^[0-9a-f]{64}$/))),
    }),
  ),
}) satisfies z.ZodMiniType<ReceiptBatch>;

const endSchema = z.object({
  ended: z.enum(['finished', 'interrupted', 'failed']),
  changed: whole,
  deleted: whole,
  restored: whole,
  durationMs: z.number(),
  left: z.array(
    z.object({ id: z.nullable(z.string()), name: z.string(), reason: z.string(), message: z.string() }),
  ),
}) satisfies z.ZodMiniType<ReceiptEnd>;

const settledSchema = z.object({ batch: whole, outcome: z.enum(['committed', 'aborted', 'unknown']) });

export const lineSchema = z.discriminatedUnion('kind', [
  z.extend(headSchema, { kind: z.literal('head') }),
  z.extend(batchSchema, { kind: z.literal('batch') }),
  z.extend(settledSchema, { kind: z.literal('settled') }),
  z.extend(endSchema, { kind: z.literal('end') }),
]);

/** One line of a receipt. */
export type ReceiptLine = z.infer<typeof lineSchema>;

/** Marks the end of a torn line when more is written after it. No JSON ends like this. */
export const tornMark = '#torn';

/** A line as it is written, with its line end; `after` is the seal of the line before. */
export function lineText(line: ReceiptLine | (ReceiptLine & { after: string })): string {
  return `${jsonText(line)}\n`;
}
