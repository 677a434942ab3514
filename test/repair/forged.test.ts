import { copyFileSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readHistory } from '../../source/repair/history.ts';
import { keyFile, receiptFile, recordsFile } from '../../source/repair/receipts/places.ts';
import type { RepairOutcome } from '../../source/repair/repair.ts';
import { insertPresets, insertRecords } from '../helpers/database.ts';
import { forgeReset, linesOf, unseal } from '../helpers/forge.ts';
import { RepairBench } from '../helpers/repair-bench.ts';

let bench: RepairBench;
let noir: string;
let reset: RepairOutcome;
const withHistory = { options: { deleteHistory: true } };

beforeEach(async () => {
  bench = await RepairBench.open();
  [noir] = (await insertPresets(bench.own.sql, ['Noir', 'Pastel'])) as [string];
  await insertRecords(bench.own.sql, noir, 3);
  reset = await bench.repair('reset', withHistory);
});
afterEach(() => bench.close());

const planOf = (receipt: string) => bench.plan('undo', { receipt });
const codesOf = (remarks: readonly { code: string }[]) => remarks.map(({ code }) => code);

/** A forged receipt, with three records that were never deleted. */
function forge(file: string, id: string, head: Record<string, unknown> = {}): void {
  const { columns = [] } = linesOf(reset.receipt)[0] as { columns?: { quoted: string }[] };
  const record = (place: number) =>
    columns.map(({ quoted }) =>
      quoted === 'id'
        ? `d0d0d0d0-0000-4000-8000-00000000000${place}`
        : quoted === 'preset_id'
          ? noir
          : quoted === 'usage_type'
            ? 'generation'
            : quoted.endsWith('_at')
              ? '2026-01-01 00:00:00+00'
              : null,
    );
  forgeReset(file, reset.receipt, { id, ...head }, { id: noir, name: 'Noir' }, [1, 2, 3].map(record));
}

test('the undo of its own receipt is as it was', async () => {
  const plan = await planOf(reset.receiptId);
  expect(plan).toMatchObject({
    phrase: `undo ${bench.own.name} 1`,
    source: { id: reset.receiptId, origin: 'own', doubt: null },
  });
  expect(codesOf(plan.remarks)).not.toContain('receipt-own');
});

test('a forged receipt from elsewhere is reported as one, with another phrase and fingerprint', async () => {
  const file = join(dirname(bench.directory), 'x.jsonl');
  forge(file, '20260101T000000Z-reset-abcdef');
  const plan = await planOf(file);
  expect(plan).toMatchObject({
    recordsToRestore: 3,
    phrase: `undo unverified ${bench.own.name} 1`,
    source: { id: '20260101T000000Z-reset-abcdef', origin: 'unsealed' },
  });
  expect(plan.remarks[0]).toMatchObject({
    code: 'receipt-unsealed',
    severity: 'warning',
    message: expect.stringMatching(
      /^The receipt 20260101T000000Z-reset-abcdef may not be what this console wrote\. It carries no seal/,
    ),
  });
});

test('one with the id of a kept receipt is refused: undone, the kept one would count as undone', async () => {
  const file = join(dirname(bench.directory), 'x.jsonl');
  forge(file, reset.receiptId);
  await expect(planOf(file)).rejects.toMatchObject({
    code: 'receipt-not-trusted',
    exitCode: 4,
    message: expect.stringContaining(`has the id of another receipt, ${reset.receipt}`),
  });
});

test('an edited count is reported, and changes the fingerprint', async () => {
  const before = await planOf(reset.receiptId);
  const content = readFileSync(reset.receipt, 'utf8');
  const edited = content.replace('"delta":-3', '"delta":-4');
  expect(edited).not.toBe(content);
  writeFileSync(reset.receipt, edited);
  const plan = await planOf(reset.receiptId);
  expect(plan).toMatchObject({ phrase: `undo edited ${bench.own.name} 1`, source: { origin: 'edited' } });
  expect(plan.fingerprint).not.toBe(before.fingerprint);
});

test('doubt about a receipt is itself part of the fingerprint', async () => {
  const before = await planOf(reset.receiptId);
  rmSync(keyFile(bench.directory));
  const plan = await planOf(reset.receiptId);
  expect(plan.source?.origin).toBe('no-key');
  expect(plan.changes).toEqual(before.changes);
  expect(plan.fingerprint).not.toBe(before.fingerprint);
});

test('an edited file of records is refused before anything is put back', async () => {
  forge(join(bench.directory, 'other.jsonl'), '20260101T000000Z-reset-abcdef');
  copyFileSync(recordsFile(join(bench.directory, 'other.jsonl')), recordsFile(reset.receipt));
  const before = await bench.tables();
  await expect(bench.undo(reset)).rejects.toMatchObject({ code: 'damaged-receipt', exitCode: 2 });
  expect(await bench.tables()).toEqual(before);
});

test('invalid records are reported, and not as a bug of this program', async () => {
  const file = join(dirname(bench.directory), 'x.jsonl');
  forgeReset(file, reset.receipt, { id: '20260101T000000Z-reset-abcdef' }, { id: noir, name: 'Noir' }, [
    [{ injected: true } as never],
  ]);
  await expect(bench.repair('undo', { receipt: file })).rejects.toMatchObject({
    code: 'damaged-receipt',
    message: expect.stringContaining('it holds something that is not a record'),
  });
});

test('a forged undo does not make a receipt count as undone, and is named', async () => {
  const id = '20990101T000000Z-undo-abcdef';
  const undone = await bench.undo(reset);
  const forged = receiptFile(bench.directory, id);
  renameSync(undone.receipt, forged);
  const [head = {}, ...rest] = linesOf(forged);
  const lines = [{ ...head, id }, ...rest].map(line => `${JSON.stringify(line)}\n`);
  writeFileSync(forged, lines.join(''));
  unseal(forged);
  const { receipts } = await readHistory(bench.directory, null);
  expect(receipts.map(entry => [entry.id, entry.origin, entry.undone])).toEqual([
    [id, 'unsealed', false],
    [reset.receiptId, 'own', false],
  ]);
  // As if nothing had been undone.
  await bench.arrange('TRUNCATE preset_usage');
  await bench.setCounts({ Noir: 0 });
  const plan = await planOf(reset.receiptId);
  expect(plan).toMatchObject({ recordsToRestore: 3, changes: [{ name: 'Noir', deletes: -3 }] });
  expect(plan.remarks).toContainEqual({
    code: 'receipt-ignored',
    severity: 'warning',
    message: expect.stringContaining(`${id} says that it undid this receipt, but it is not trusted.`),
  });
});

test('a forged newer one neither blocks an undo, nor is asked about, nor written to', async () => {
  const file = receiptFile(bench.directory, '20990101T000000Z-reset-abcdef');
  forge(file, '20990101T000000Z-reset-abcdef', { at: '2099-01-01T00:00:00.000Z' });
  // As after a kill: without an end, and with a transaction that has not begun yet.
  const lines = linesOf(file).slice(0, 2);
  lines[1] = { ...lines[1], xid: '9999999999' };
  writeFileSync(file, lines.map(line => `${JSON.stringify(line)}\n`).join(''));
  const before = readFileSync(file);
  expect(await bench.undo(reset)).toMatchObject({ changed: 1, restored: 3, left: [] });
  expect(readFileSync(file)).toEqual(before);
});

test('nor does one that says it was committed after a sync keep that from being taken back', async () => {
  await bench.setCounts({ Noir: 4 });
  const synced = await bench.repair('sync');
  const file = receiptFile(bench.directory, '20990101T000000Z-sync-abcdef');
  forge(file, '20990101T000000Z-sync-abcdef', { at: '2099-01-01T00:00:00.000Z', action: 'sync' });
  const [head = {}, batch = {}, ...rest] = linesOf(file);
  const [change = {}] = batch.changes as Record<string, unknown>[];
  const later = { ...batch, xid: '9999999999', changes: [{ ...change, deletes: 0 }], records: null };
  writeFileSync(file, [head, later, ...rest].map(line => `${JSON.stringify(line)}\n`).join(''));
  expect(await planOf(synced.receiptId)).toMatchObject({ changes: [{ name: 'Noir', delta: 4 }], left: [] });
});

test('a receipt without seals, from an older console, can still undo another', async () => {
  const undone = await bench.undo(reset);
  unseal(reset.receipt);
  unseal(undone.receipt);
  const { receipts } = await readHistory(bench.directory, null);
  expect(receipts.find(({ id }) => id === reset.receiptId)).toMatchObject({
    origin: 'unsealed',
    undone: true,
  });
  expect(await planOf(reset.receiptId)).toMatchObject({ changes: [], source: { origin: 'unsealed' } });
});
