import { appendFile, copyFile, cp, mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { thisUser } from '../../../../source/config/files/this-user.ts';
import { listReceipts } from '../../../../source/repair/receipts/list-receipts.ts';
import { noteOutcomes } from '../../../../source/repair/receipts/note-outcomes.ts';
import {
  journalFile,
  keyFile,
  receiptFile,
  receiptsIn,
  recordsFile,
} from '../../../../source/repair/receipts/places.ts';
import { readReceipt } from '../../../../source/repair/receipts/read-receipt.ts';
import type { BatchOutcome } from '../../../../source/repair/receipts/receipt.ts';
import { isSealOf, sealLine, splitSeal } from '../../../../source/repair/receipts/seals/seal.ts';
import { isTrusted, receiptsThatCount } from '../../../../source/repair/receipts/seals/trust.ts';
import { openReceipt } from '../../../../source/repair/receipts/write-receipt.ts';
import { readRecords } from '../../../helpers/read-records.ts';
import { linesOf } from '../../../helpers/record-lines.ts';
import { newStateDirectory, sampleChange, sampleEnd, sampleHead } from '../samples.ts';

const ownHead = (other: Parameters<typeof sampleHead>[0] = {}) => sampleHead({ by: thisUser(), ...other });

/** A receipt of two batches with records, as this console leaves it. */
async function kept(directory = newStateDirectory(), head = ownHead({ action: 'reset' })) {
  const writer = await openReceipt(directory, head);
  await writer.intend({
    xid: '1',
    changes: [sampleChange('1', { deletes: 2 })],
    records: linesOf(['["1"]', '["2"]']),
  });
  await writer.settle(1, 'committed');
  await writer.intend({
    xid: '2',
    changes: [sampleChange('2', { deletes: 1 })],
    records: linesOf(['["3"]']),
  });
  await writer.settle(2, 'committed');
  await writer.end(sampleEnd);
  await writer.close();
  const read = () => readReceipt(directory, head.id);
  const lines = (await readFile(writer.file, 'utf8')).trimEnd().split('\n');
  const rewrite = (changed: string[]) => writeFile(writer.file, `${changed.join('\n')}\n`);
  return { directory, file: writer.file, head, read, lines, rewrite };
}

test('what this console wrote here is its own', async () => {
  const { directory, read } = await kept();
  expect(await read()).toMatchObject({ origin: 'own', doubt: null, seal: { directory } });
});

test('one that names another user or machine is reported as such', async () => {
  const host = `not-${thisUser().host}`;
  const { read } = await kept(newStateDirectory(), ownHead({ by: { user: 'ada', host } }));
  const { origin, doubt } = await read();
  expect(origin).toBe('other-user');
  expect(doubt).toContain(`It was written by ada on ${host}, and this is ${thisUser().user} on`);
});

test.each([{ user: 'somebody-else' }, { host: 'somewhere-else' }])('so is one of %j alone', async other => {
  const { read } = await kept(newStateDirectory(), ownHead({ by: { ...thisUser(), ...other } }));
  expect(await read()).toMatchObject({ origin: 'other-user', seal: { last: expect.any(String) } });
});

test('a line that was sealed by an older version of this console is good', () => {
  const key = Buffer.alloc(32, 7);
  const line = { kind: 'settled', batch: 1, outcome: 'committed' } as const;
  const { text, seal } = sealLine(line, key, 'ab'.repeat(32));
  expect(text).toBe(
    `{"kind":"settled","batch":1,"outcome":"committed","after":"${'ab'.repeat(32)}","seal":"0adece7ce10b250a8403920c036af16352c93c583400a01d50c6b6cdb530435b"}\n`,
  );
  const parts = splitSeal(Buffer.from(text.trimEnd()));
  expect(parts?.seal).toBe(seal);
  expect(isSealOf(key, parts!)).toBe(true);
  expect(isSealOf(Buffer.alloc(32, 8), parts!)).toBe(false);
});

test('a line that is shorter than a seal carries none', () => {
  expect(splitSeal(Buffer.from('{}'))).toBeNull();
  expect(splitSeal(Buffer.from(`,"seal":"${'a'.repeat(64)}"}`))?.body.toString()).toBe('}');
});

test('what was sealed here is trusted, whichever user of this machine wrote it', () => {
  const origins = ['own', 'other-user', 'unsealed', 'other-key', 'no-key', 'exposed', 'edited'] as const;
  expect(origins.filter(origin => isTrusted({ origin }))).toEqual(['own', 'other-user']);
});

type Lines = [head: string, one: string, settled: string, two: string, settledToo: string, end: string];

test.each<[string, (lines: Lines) => string[]]>([
  ['a count', lines => lines.with(1, lines[1].replace('"delta":-2', '"delta":-3'))],
  ['a name', lines => lines.with(3, lines[3].replace('Preset 2', 'Preset 3'))],
  ['an outcome', lines => lines.with(2, lines[2].replace('committed', 'aborted'))],
  ['the digest of the records', lines => lines.with(3, lines[3].replace(/"sha256":"./, '"sha256":"0'))],
  ['the end', lines => lines.with(5, lines[5].replace('"changed":12', '"changed":13'))],
  [
    'the seal of a line',
    lines =>
      lines.with(
        5,
        lines[5].replace(/(.)"\}$/, (_, at) => `${at === '0' ? 1 : 0}"}`),
      ),
  ],
])('%s that was edited is noticed', async (_, edit) => {
  const { read, lines, rewrite } = await kept();
  const edited = edit(lines as Lines);
  expect(edited).not.toEqual(lines);
  await rewrite(edited);
  const at = edited.findIndex((line, index) => line !== lines[index]) + 1;
  expect(await read()).toMatchObject({
    origin: 'edited',
    doubt: `It was changed after it was written: line ${at} is not what was sealed.`,
    seal: null,
  });
});

test.each<[string, (lines: Lines) => string[]]>([
  ['taken out', ([head, , , two, settledToo, end]) => [head, two, settledToo, end]],
  [
    'put in without a seal',
    ([head, one, ...rest]) => [head, one, '{"kind":"settled","batch":1,"outcome":"aborted"}', ...rest],
  ],
  [
    'put elsewhere',
    ([head, one, settled, two, settledToo, end]) => [head, one, two, settledToo, settled, end],
  ],
  ['without its seal', ([head, one, ...rest]) => [head, one.replace(/,"seal":"[0-9a-f]+"/, ''), ...rest]],
])('a line that was %s is noticed', async (_, edit) => {
  const { read, lines, rewrite } = await kept();
  await rewrite(edit(lines as Lines));
  expect(await read()).toMatchObject({ origin: 'edited', seal: null });
});

test('a repeated line says nothing new', async () => {
  const directory = newStateDirectory();
  const writer = await openReceipt(directory, ownHead());
  await writer.intend({ xid: '1', changes: [sampleChange('1')], records: null });
  await writer.settle(1, 'aborted');
  await writer.settle(1, 'committed');
  await writer.close();
  const [, , aborted] = (await readFile(writer.file, 'utf8')).split('\n');
  await appendFile(writer.file, `${aborted}\n`);
  expect(await readReceipt(directory, writer.head.id)).toMatchObject({
    origin: 'own',
    batches: [{ outcome: 'committed' }],
  });
});

test('a line of another receipt is noticed, though it was sealed here', async () => {
  const { directory, read, lines, rewrite } = await kept();
  const other = await kept(directory, ownHead({ action: 'reset' }));
  const [head, one, settled] = lines;
  await rewrite([head!, one!, settled!, other.lines[3]!]);
  expect((await read()).origin).toBe('edited');
});

test('a first line that was edited cannot be told from one that was sealed elsewhere', async () => {
  const { read, lines, rewrite } = await kept();
  await rewrite(lines.with(0, lines[0]!.replace('"identity":"7531-app"', '"identity":"7531-prod"')));
  expect(await read()).toMatchObject({
    origin: 'other-key',
    doubt: expect.stringContaining('another machine'),
  });
});

test('a receipt without seals is reported as such', async () => {
  const { read, lines, rewrite } = await kept();
  const plain = lines.map(line =>
    line.replace(/,"after":"[0-9a-f]+"/, '').replace(/,"seal":"[0-9a-f]+"/, ''),
  );
  await rewrite(plain);
  const receipt = await read();
  expect(receipt).toMatchObject({ origin: 'unsealed', seal: null, end: sampleEnd });
  expect(receipt.doubt).toContain('It carries no seal');
  expect(await readRecords(receipt, receipt.batches[0]!)).toEqual(['["1"]', '["2"]']);
});

test('what breaks off at its end is still its own: a crash leaves that behind', async () => {
  const { read, lines, file } = await kept();
  await writeFile(file, `${lines.slice(0, 3).join('\n')}\n${lines[3]!.slice(0, 50)}`);
  expect(await read()).toMatchObject({ origin: 'own', end: null, batches: [{ outcome: 'committed' }] });
});

test('a receipt from another state directory was not sealed here, with its records and all', async () => {
  const here = await kept();
  const there = await kept();
  const copy = receiptFile(here.directory, there.head.id);
  await copyFile(there.file, copy);
  await copyFile(recordsFile(there.file), recordsFile(copy));
  const { receipts } = await listReceipts(here.directory);
  expect(receipts.map(({ head, origin }) => [head.id, origin]).sort()).toEqual(
    [
      [here.head.id, 'own'],
      [there.head.id, 'other-key'],
    ].sort(),
  );
  // Not even if there is a key next to it.
  expect(await readReceipt(here.directory, there.file)).toMatchObject({ origin: 'other-key' });
});

test('a copy of its own that lies elsewhere is its own', async () => {
  const { directory, file } = await kept();
  const copy = join(dirname(directory), 'copy.jsonl');
  await copyFile(file, copy);
  expect(await readReceipt(directory, copy)).toMatchObject({ origin: 'own' });
});

test('without the key nothing is verified, and the next repair makes another one', async () => {
  const { directory, read } = await kept();
  const key = await readFile(keyFile(directory));
  expect(key).toHaveLength(32);
  await rm(keyFile(directory));
  expect(await read()).toMatchObject({
    origin: 'no-key',
    doubt: `It cannot be verified: there is no key in ${directory}.`,
    seal: null,
  });
  const next = await kept(directory);
  expect(await next.read()).toMatchObject({ origin: 'own' });
  expect(await read()).toMatchObject({ origin: 'other-key' });
  expect(await readFile(keyFile(directory))).not.toEqual(key);
});

test('two that begin at once seal with the same key', async () => {
  const directory = newStateDirectory();
  const heads = Array.from({ length: 12 }, () => ownHead());
  const writers = await Promise.all(heads.map(head => openReceipt(directory, head)));
  await Promise.all(writers.map(writer => writer.close()));
  const { receipts } = await listReceipts(directory);
  expect(receipts.map(({ origin }) => origin)).toEqual(heads.map(() => 'own'));
  expect((await stat(keyFile(directory))).mode & 0o777).toBe(0o600);
});

const committed = new Map<number, BatchOutcome>([[1, 'committed']]);

test('two processes that note at once what became of a batch both leave their lines good', async () => {
  const directory = newStateDirectory();
  const writer = await openReceipt(directory, ownHead());
  await writer.intend({ xid: '1', changes: [sampleChange('1')], records: null });
  const seen = [await readReceipt(directory, writer.head.id), await readReceipt(directory, writer.head.id)];
  for (const receipt of seen) await noteOutcomes(receipt, committed);
  // And the operation that was taken for a killed one goes on.
  await writer.settle(1, 'committed');
  await writer.intend({ xid: '2', changes: [sampleChange('2')], records: null });
  await writer.end(sampleEnd);
  await writer.close();
  expect(await readReceipt(directory, writer.head.id)).toMatchObject({
    origin: 'own',
    batches: [{ outcome: 'committed' }, { outcome: null }],
  });
});

test.each([
  ['the first', 0],
  ['a batch', 1],
  ['the last', -1],
])(
  '%s line written twice, seal and all, is a damage: nobody but an editor writes it twice',
  async (_, at) => {
    const { read, lines, rewrite } = await kept();
    const place = at < 0 ? lines.length + at : at;
    await rewrite(lines.toSpliced(place, 0, lines[place]!));
    await expect(read()).rejects.toMatchObject({ code: 'damaged-receipt', exitCode: 2 });
  },
);

test('what the server says is noted under the seal of what was noted before', async () => {
  const directory = newStateDirectory();
  const writer = await openReceipt(directory, ownHead());
  await writer.intend({ xid: '1', changes: [sampleChange('1')], records: null });
  await writer.intend({ xid: '2', changes: [sampleChange('2')], records: null });
  await writer.close();
  const once = await noteOutcomes(await readReceipt(directory, writer.head.id), committed);
  const twice = await noteOutcomes(once, new Map([[2, 'aborted']]));
  expect(await readReceipt(directory, writer.head.id)).toEqual(twice);
  expect(twice).toMatchObject({ origin: 'own', batches: [{ outcome: 'committed' }, { outcome: 'aborted' }] });
});

test('an untrusted receipt is never written to, nor is the journal for it', async () => {
  const directory = newStateDirectory();
  const writer = await openReceipt(directory, ownHead());
  await writer.intend({ xid: '1', changes: [sampleChange('1')], records: null });
  await writer.close();
  await writeFile(
    writer.file,
    (await readFile(writer.file, 'utf8')).replaceAll(/,"(after|seal)":"[0-9a-f]+"/g, ''),
  );
  const before = await readFile(writer.file);
  const settled = await noteOutcomes(await readReceipt(directory, writer.head.id), committed);
  expect(settled.batches).toMatchObject([{ outcome: 'committed' }]);
  expect(await readFile(writer.file)).toEqual(before);
  expect(await readFile(journalFile(directory), 'utf8')).toBe('');
});

test('a line that failed but was written does no harm', async () => {
  const directory = newStateDirectory();
  const writer = await openReceipt(directory, ownHead());
  await writer.intend({ xid: '1', changes: [sampleChange('1')], records: null });
  const without = await readFile(writer.file);
  await writer.settle(1, 'committed');
  const [, , settled] = (await readFile(writer.file, 'utf8')).split('\n');
  // As if it had been written by a call that then reported an error.
  await writeFile(writer.file, Buffer.concat([without, Buffer.from(`${settled}\n`)]));
  await writer.end(sampleEnd);
  await writer.close();
  expect(await readReceipt(directory, writer.head.id)).toMatchObject({ origin: 'own', end: sampleEnd });
});

test('an untrusted receipt does not count for a trusted one; a trusted one counts for all', async () => {
  const here = await kept();
  const forged = receiptFile(here.directory, '20990101T000000Z-undo-abcdef');
  const head = {
    ...sampleHead({ id: '20990101T000000Z-undo-abcdef', action: 'undo' }),
    undoes: here.head.id,
  };
  await writeFile(forged, `${JSON.stringify({ kind: 'head', ...head })}\n`);
  const { receipts } = await listReceipts(here.directory);
  const idsFor = (id: string) =>
    receiptsThatCount(receipts.find(receipt => receipt.head.id === id)!, receipts).map(
      receipt => receipt.head.id,
    );
  expect(idsFor(here.head.id)).toEqual([here.head.id]);
  expect(idsFor(head.id)).toEqual([head.id, here.head.id]);
});

test('a state directory that was copied whole brings its key along', async () => {
  const { directory, head } = await kept();
  const copy = join(dirname(dirname(directory)), 'copied');
  await mkdir(copy, { mode: 0o700 });
  await cp(directory, copy, { recursive: true });
  await appendFile(join(receiptsIn(copy), 'note.txt'), 'no receipt');
  expect(await readReceipt(copy, head.id)).toMatchObject({ origin: 'own', seal: { directory: copy } });
});
