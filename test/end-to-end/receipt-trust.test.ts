import { chmodSync, readFileSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { createDatabase, insertPresets, insertRecords, type TestDatabase } from '../helpers/database.ts';
import { linesOf, unseal } from '../helpers/forge.ts';
import { needsFullScale } from '../helpers/needs.ts';
import { stateDirectory } from '../helpers/repair.ts';
import { run } from '../helpers/run.ts';
import { keys, startTerminal, type Terminal, typeAfter } from '../helpers/terminal.ts';

let own: TestDatabase;
let home: string;
let terminal: Terminal | undefined;
const env = () => ({ DATABASE_URL: own.url, XDG_STATE_HOME: home });
const json = async (...args: string[]) => {
  const { code, out } = await run([...args, '--json'], env());
  return { code, ...JSON.parse(out) };
};

/** A sync whose receipt was brought out of the state directory and has lost its seals on the way. */
let file: string;
let id: string;

beforeAll(async () => {
  own = await createDatabase();
});
afterAll(() => own.drop());
beforeEach(async () => {
  home = stateDirectory();
  await own.sql`TRUNCATE presets, preset_usage CASCADE`;
  const [noir] = (await insertPresets(own.sql, ['Noir'])) as [string];
  await insertRecords(own.sql, noir, 3);
  await own.sql`UPDATE presets SET usage_count = 5`;
  const { plan } = await json('sync', '--dry-run');
  const { outcome } = await json('sync', '--confirm', plan.fingerprint);
  id = outcome.receiptId;
  file = join(home, 'x.jsonl');
  renameSync(outcome.receipt, file);
  unseal(file);
});
afterEach(() => {
  terminal?.kill('SIGKILL');
  terminal = undefined;
});

const count = async () => (await own.sql`SELECT usage_count AS count FROM presets`)[0]?.count;

test('a receipt in doubt takes more than its fingerprint', async () => {
  const { plan } = await json('undo', file, '--dry-run');
  expect(plan).toMatchObject({
    source: { id, origin: 'unsealed', doubt: expect.stringContaining('no seal') },
  });
  const refused = await json('undo', file, '--confirm', plan.fingerprint);
  expect(refused).toMatchObject({
    code: 4,
    error: {
      code: 'receipt-not-trusted',
      message: expect.stringContaining(`The receipt ${id} may not be what this console wrote.`),
      hint: expect.stringContaining(`--trust-receipt ${id}`),
    },
  });
  const wrong = await json('undo', file, '--confirm', plan.fingerprint, '--trust-receipt', 'another');
  expect(wrong).toMatchObject({ code: 4, error: { code: 'receipt-not-trusted' } });
  expect(await count()).toBe(3);
  const done = await json('undo', file, '--confirm', plan.fingerprint, '--trust-receipt', id);
  expect(done).toMatchObject({ code: 0, applied: true });
  expect(await count()).toBe(5);
});

test('without any confirmation both are named', needsFullScale(), async () => {
  const { error } = await json('undo', file);
  expect(error.hint).toMatch(new RegExp(`--confirm [0-9a-f]{12} --trust-receipt ${id}`));
  const { out } = await run(['undo', file, '--dry-run'], env());
  expect(out).toMatch(new RegExp(`--confirm [0-9a-f]{12} --trust-receipt ${id} in place of --dry-run`));
  expect(out).toContain('warning: The receipt');
});

test('--trust-receipt applies to nothing else', needsFullScale(), async () => {
  expect(await json('sync', '--trust-receipt', id)).toMatchObject({
    code: 2,
    error: { code: 'flag-without-effect' },
  });
});

test('at a terminal the phrase says that it is unverified', needsFullScale(), async () => {
  terminal = startTerminal({ args: ['undo', file], env: env(), columns: 120 });
  await terminal.until(/Type "undo unverified /);
  await typeAfter('to cancel: ', terminal, `undo unverified ${own.name} 1`);
  terminal.press(keys.enter);
  expect(await terminal.exit()).toBe(0);
  expect(await count()).toBe(5);
});

test('the list says which receipts are in doubt, and escapes what they say', async () => {
  const kept = join(home, 'preset-usage-console', 'receipts', `${id}.jsonl`);
  const [head = {}, ...rest] = linesOf(file);
  const by = { user: 'ada\u001b[31m', host: 'a\u202eb\u009bc' };
  writeFileSync(kept, [{ ...head, by }, ...rest].map(line => `${JSON.stringify(line)}\n`).join(''));
  writeFileSync(join(home, 'preset-usage-console', 'receipts', 'evil\u001b[2J\u202e.jsonl'), 'x\n');
  const { receipts } = await json('receipts');
  expect(receipts).toMatchObject([{ id, origin: 'unsealed', doubt: expect.stringContaining('no seal') }]);
  const { out, err } = await run(['receipts'], env());
  expect(out).toContain('not verified: it has no seal');
  for (const text of [out, err]) expect(text).not.toMatch(/[\u001b\u009b\u202e]/);
  expect(err).toContain('evil');
});

test('the console marks it in the history, and asks for the other phrase', needsFullScale(), async () => {
  renameSync(file, join(home, 'preset-usage-console', 'receipts', `${id}.jsonl`));
  terminal = startTerminal({ env: env(), columns: 120 });
  await terminal.until(/Noir/);
  terminal.press('H');
  await terminal.until(/! finished/);
  await terminal.until(/not verified: it has no seal/);
  terminal.press('b');
  await terminal.until(/may not be what this console wrote/);
  terminal.press(keys.enter);
  await terminal.until(/undo unverified /);
});

test('a state directory that others may write takes no receipt: exit code 4', async () => {
  await own.sql`UPDATE presets SET usage_count = 7`;
  const { plan } = await json('sync', '--dry-run');
  chmodSync(join(home, 'preset-usage-console'), 0o777);
  expect(await json('sync', '--confirm', plan.fingerprint)).toMatchObject({
    code: 4,
    error: { code: 'state-exposed', hint: expect.stringContaining('chmod go-w') },
  });
  expect(await count()).toBe(7);
});

test('a receipt that is a link is not followed: exit code 2', needsFullScale(), async () => {
  const link = join(home, 'link.jsonl');
  symlinkSync(file, link);
  expect(await json('undo', link, '--dry-run')).toMatchObject({
    code: 2,
    error: { code: 'damaged-receipt' },
  });
  expect(readFileSync(file, 'utf8')).toContain(id);
});
