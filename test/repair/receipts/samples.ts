import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { ReceiptChange, ReceiptEnd, ReceiptHead } from '../../../source/repair/receipts/receipt.ts';
import { newReceiptId } from '../../../source/repair/receipts/receipt-id.ts';

/** A state directory of the test's own, which does not exist yet. */
export function newStateDirectory(): string {
  const parent = mkdtempSync(join(tmpdir(), 'receipts-'));
  onTestFinished(() => rmSync(parent, { recursive: true, force: true }));
  return join(parent, 'state', 'preset-usage-console');
}

export function sampleHead(other: Partial<ReceiptHead> = {}): ReceiptHead {
  const at = new Date(other.at ?? '2026-11-23T04:15:54.250Z');
  const action = other.action ?? 'sync';
  return {
    version: 1,
    id: newReceiptId(action, at),
    at: at.toISOString(),
    action,
    by: { user: 'ada', host: 'lovelace' },
    database: { name: 'app', host: 'db.example', user: 'writer', serverVersion: '18.4' },
    identity: '7531-app',
    schema: 'public',
    fingerprint: 'k3f9-22ab',
    options: { lastUsed: true },
    undoes: null,
    ...other,
  };
}

export function sampleChange(id: string, other: Partial<ReceiptChange> = {}): ReceiptChange {
  return {
    id,
    name: `Preset ${id}`,
    before: 7,
    delta: -2,
    drift: 2,
    deletes: 0,
    lastUsedBefore: '2026-11-20 10:00:00.123456+00',
    ...other,
  };
}

export const sampleEnd: ReceiptEnd = {
  ended: 'finished',
  changed: 12,
  deleted: 0,
  restored: 0,
  durationMs: 81.5,
  left: [{ id: '9', name: 'Warm', reason: 'moved', message: 'It drifts by another number now.' }],
};
