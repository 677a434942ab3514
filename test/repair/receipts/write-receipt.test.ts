import { execFile, execFileSync } from 'node:child_process';
import { appendFile, mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test, vi } from 'vitest';
import { journalFile, keyFile, recordsFile } from '../../../source/repair/receipts/places.ts';
import { readReceipt } from '../../../source/repair/receipts/read-receipt.ts';
import type { ReceiptHead } from '../../../source/repair/receipts/receipt.ts';
import { openReceipt } from '../../../source/repair/receipts/write-receipt.ts';
import { needs, needsLinux } from '../../helpers/needs.ts';
import { readRecords } from '../../helpers/read-records.ts';
import { linesOf } from '../../helpers/record-lines.ts';
import { newStateDirectory, sampleChange, sampleEnd, sampleHead } from './samples.ts';

async function begin(directory: string, head = sampleHead()) {
  const writer = await openReceipt(directory, head);
  onTestFinished(() => writer.close());
  return writer;
}

const modeOf = async (path: string) => ((await stat(path)).mode & 0o777).toString(8);

test('what is written is read back, to the last digit and the last emoji', async () => {
  const directory = newStateDirectory();
  const head = sampleHead({ action: 'reset', options: { deleteHistory: true }, replaced: ['CREATE x'] });
  const writer = await begin(directory, head);
  const odd = sampleChange('2', {
    name: '\u202eNévé \u2028👩‍👩‍👧\n#torn',
    before: null,
    lastUsedBefore: null,
    lastUsedAfter: null,
    of: 3,
  });
  const first = { xid: '771', changes: [sampleChange('1', { deletes: 2 }), odd] };
  expect(await writer.intend({ ...first, records: linesOf(['{"id":1}', '{"note":"é"}']) })).toBe(1);
  await writer.settle(1, 'committed');
  const second = { xid: '18446744073709551615', changes: [sampleChange('3', { deletes: 3 })] };
  const three = { number: 3, texts: ['{"id":2}\n{"id":3}', '{"id":4}'] };
  expect(await writer.intend({ ...second, records: three })).toBe(2);
  await writer.settle(2, 'aborted');
  expect(await writer.intend({ xid: '773', changes: [], records: linesOf([]) })).toBe(3);
  await writer.end(sampleEnd);

  const receipt = await readReceipt(directory, head.id);
  expect(receipt).toEqual({
    head,
    file: writer.file,
    batches: [
      { batch: 1, ...first, records: expect.objectContaining({ offset: 0, count: 2 }), outcome: 'committed' },
      { batch: 2, ...second, records: expect.objectContaining({ count: 3 }), outcome: 'aborted' },
      { batch: 3, xid: '773', changes: [], records: null, outcome: null },
    ],
    end: sampleEnd,
    origin: 'other-user',
    doubt: expect.stringContaining('written by ada on lovelace'),
    seal: { directory, last: expect.stringMatching(/^[0-9a-f]{64}$/) },
  });
  const records = await Promise.all(receipt.batches.map(batch => readRecords(receipt, batch)));
  expect(records[0]).toEqual(['{"id":1}', '{"note":"é"}']);
  expect(records[1]).toEqual(['{"id":2}', '{"id":3}', '{"id":4}']);
  expect(records[2]).toEqual([]);
});

test.each<[string, Partial<ReceiptHead>]>([
  ['a migration', { action: 'migrate', replaced: ['DROP TRIGGER x', 'CREATE TRIGGER x'] }],
  ['the position of the server', { began: { xid: '8812', oldest: '8700', timeline: 3 } }],
  ['the position of an older server', { began: { xid: '8812', timeline: null } }],
  [
    'the columns of the records',
    {
      action: 'reset',
      columns: [
        { quoted: 'id', type: 'uuid' },
        { quoted: '"Note"', type: 'text', declared: 'character varying(9)', number: 4 },
      ],
      reference: 'preset_id',
    },
  ],
  [
    'columns that were mapped and dropped',
    { action: 'undo', undoes: 'x', mapped: [{ from: 'old', to: 'new' }], dropped: ['gone'] },
  ],
])('a head with %s is read back', async (_, more) => {
  const directory = newStateDirectory();
  const head = sampleHead(more);
  await begin(directory, head);
  expect((await readReceipt(directory, head.id)).head).toEqual(head);
});

test('the parts of an undo are read back, and how it ended', async () => {
  const directory = newStateDirectory();
  const writer = await begin(directory, sampleHead({ action: 'undo' }));
  const changes = [
    sampleChange('1', {
      of: 1,
      part: 'records',
      places: [
        [0, 3],
        [7, 7],
      ],
    }),
    sampleChange('2', { of: 1, part: 'state' }),
    sampleChange('3', { of: 2, part: 'all' }),
  ];
  await writer.intend({ xid: '8812', changes, records: null });
  await writer.end({ ...sampleEnd, ended: 'interrupted' });
  const receipt = await readReceipt(directory, writer.head.id);
  expect(receipt.batches).toMatchObject([{ changes }]);
  expect(receipt.end).toEqual({ ...sampleEnd, ended: 'interrupted' });
});

test('only this user can read what is kept', async () => {
  const directory = newStateDirectory();
  const writer = await begin(directory);
  await writer.intend({ xid: '1', changes: [sampleChange('1')], records: linesOf(['{}']) });
  await writer.end(sampleEnd);
  for (const path of [directory, dirname(writer.file)]) expect(await modeOf(path)).toBe('700');
  for (const path of [writer.file, recordsFile(writer.file), journalFile(directory), keyFile(directory)]) {
    expect(await modeOf(path)).toBe('600');
  }
});

test('a password that comes along with the database is left out', async () => {
  const head = sampleHead();
  const database = { ...head.database, password: 'hunter2' };
  const writer = await begin(newStateDirectory(), { ...head, database });
  expect(await readFile(writer.file, 'utf8')).not.toContain('hunter2');
  expect(writer.head).toEqual(head);
  // @ts-expect-error: the type has no place for it either.
  const typed: ReceiptHead['database'] = { ...head.database, password: 'hunter2' };
  expect(typed).toEqual(database);
});

test('a batch is in the file before its transaction commits: a kill after that does not lose it', async () => {
  const directory = newStateDirectory();
  const head = sampleHead();
  const { signal } = await child(
    `const writer = await openReceipt(${JSON.stringify(directory)}, ${JSON.stringify(head)});
     await writer.intend({ xid: '771', changes: ${JSON.stringify([sampleChange('1')])}, records: { number: 1, texts: ['{"id":1}'] } });
     process.kill(process.pid, 'SIGKILL');`,
  );
  expect(signal).toBe('SIGKILL');
  const receipt = await readReceipt(directory, head.id);
  expect(receipt.end).toBeNull();
  expect(receipt.batches).toMatchObject([{ batch: 1, xid: '771', outcome: null }]);
  expect(await readRecords(receipt, receipt.batches[0]!)).toEqual(['{"id":1}']);
});

test('calls take their turn, waited for or not', async () => {
  const directory = newStateDirectory();
  const writer = await begin(directory);
  const many = Array.from({ length: 20_000 }, (_, i) => `{"id":${i}}`);
  const work = [
    writer.intend({ xid: '1', changes: [sampleChange('1')], records: linesOf(many) }),
    writer.intend({ xid: '2', changes: [sampleChange('2')], records: null }),
    writer.settle(1, 'committed'),
    writer.end(sampleEnd),
  ];
  expect(await Promise.all(work)).toEqual([1, 2, undefined, undefined]);
  const { batches } = await readReceipt(directory, writer.head.id);
  expect(batches.map(({ xid, outcome }) => [xid, outcome])).toEqual([
    ['1', 'committed'],
    ['2', null],
  ]);
});

test('a line that was torn off spoils neither the ones before nor the ones after', async () => {
  const directory = newStateDirectory();
  const writer = await begin(directory);
  await writer.intend({ xid: '1', changes: [sampleChange('1')], records: null });
  await appendFile(writer.file, '{"kind":"batch","batch":2,"xid":"2","chan');
  const torn = await readReceipt(directory, writer.head.id);
  expect(torn.batches.map(({ xid }) => xid)).toEqual(['1']);
  await writer.settle(1, 'committed');
  await appendFile(writer.file, '{"ki');
  await appendFile(writer.file, '#tor');
  await writer.end(sampleEnd);
  const receipt = await readReceipt(directory, writer.head.id);
  expect(receipt.batches).toMatchObject([{ xid: '1', outcome: 'committed' }]);
  expect(receipt.end).toEqual(sampleEnd);
});

test('records that were torn off spoil neither the ones before nor the ones after', async () => {
  const directory = newStateDirectory();
  const writer = await begin(directory);
  await writer.intend({ xid: '1', changes: [], records: linesOf(['{"id":1}']) });
  const whole = await readFile(recordsFile(writer.file));
  await appendFile(recordsFile(writer.file), whole.subarray(0, 12));
  await writer.intend({ xid: '2', changes: [], records: linesOf(['{"id":2}', '{"id":3}']) });
  const receipt = await readReceipt(directory, writer.head.id);
  const [one, two] = receipt.batches;
  expect(two?.records?.offset).toBe(whole.length + 12);
  expect(await readRecords(receipt, one!)).toEqual(['{"id":1}']);
  expect(await readRecords(receipt, two!)).toEqual(['{"id":2}', '{"id":3}']);
});

test('where records cannot be kept the batch is refused, and the next one can go on', async () => {
  const directory = newStateDirectory();
  const writer = await begin(directory);
  await mkdir(recordsFile(writer.file));
  const refused = writer.intend({ xid: '1', changes: [sampleChange('1')], records: linesOf(['{}']) });
  await expect(refused).rejects.toMatchObject({
    code: 'receipt-unwritable',
    exitCode: 4,
    message: `The receipt cannot be written to ${recordsFile(writer.file)}: something else has that name (EEXIST).`,
    hint: expect.stringContaining('This batch was not applied'),
  });
  await rm(recordsFile(writer.file), { recursive: true });
  const batch = await writer.intend({ xid: '2', changes: [sampleChange('1')], records: linesOf(['{}']) });
  const receipt = await readReceipt(directory, writer.head.id);
  expect(receipt.batches).toMatchObject([{ batch, xid: '2', records: { count: 1 } }]);
});

test('a disk that fills up in the middle of a line refuses the batch and leaves the receipt readable', async () => {
  const directory = newStateDirectory();
  const head = sampleHead();
  const changes = Array.from({ length: 1000 }, (_, i) => sampleChange(String(i)));
  // A limit on the size of files ends a write as a full disk does: a part of it is written, then it fails.
  const { out } = await child(
    `const writer = await openReceipt(${JSON.stringify(directory)}, ${JSON.stringify(head)});
     const one = ${JSON.stringify([sampleChange('1')])}, many = ${JSON.stringify(changes)};
     const noise = Array.from({ length: 9000 }, () => JSON.stringify(Math.random()));
     const records = await writer.intend({ xid: '1', changes: one, records: { number: noise.length, texts: noise } }).catch(error => error);
     const small = await writer.intend({ xid: '2', changes: one, records: { number: 1, texts: ['{"id":1}'] } });
     const large = await writer.intend({ xid: '3', changes: many, records: null }).catch(error => error);
     console.log(JSON.stringify([records.code, records.message, small, large.code, large.message]));`,
    'ulimit -f 64',
  );
  const why = 'the file would become larger than is allowed (EFBIG).';
  expect(JSON.parse(out)).toEqual([
    'receipt-unwritable',
    expect.stringContaining(`.records.gz: ${why}`),
    2,
    'receipt-unwritable',
    expect.stringContaining(`.jsonl: ${why}`),
  ]);
  const receipt = await readReceipt(directory, head.id);
  expect((await readFile(receipt.file)).at(-1)).not.toBe(0x0a);
  expect(receipt.batches).toMatchObject([{ batch: 2, records: { offset: 0 } }]);
  expect(await readRecords(receipt, receipt.batches[0]!)).toEqual(['{"id":1}']);
});

test('where it cannot be written any more, the error says what stands', async () => {
  const writer = await openReceipt(newStateDirectory(), sampleHead());
  await writer.close();
  const refused = (hint: string) => ({ code: 'receipt-unwritable', hint: expect.stringContaining(hint) });
  await expect(writer.intend({ xid: '1', changes: [], records: null })).rejects.toMatchObject(
    refused('This batch was not applied'),
  );
  await expect(writer.settle(1, 'committed')).rejects.toMatchObject(refused('The receipt already holds'));
  await expect(writer.end(sampleEnd)).rejects.toMatchObject(refused('What was changed stands'));
});

test('below a file there is no place for receipts', async () => {
  const directory = newStateDirectory();
  await mkdir(dirname(directory), { recursive: true });
  await writeFile(directory, '');
  await expect(openReceipt(directory, sampleHead())).rejects.toMatchObject({
    code: 'receipt-unwritable',
    exitCode: 4,
    message: `The receipt cannot be written to ${join(directory, 'receipts')}: a part of the path is a file, not a directory (ENOTDIR).`,
    hint: 'Nothing was changed. Set XDG_STATE_HOME to a directory that can be written.',
  });
});

test('nor is there one where not even root can make it', needsLinux(), async () => {
  await expect(openReceipt('/proc/preset-usage', sampleHead())).rejects.toMatchObject({
    code: 'receipt-unwritable',
    message:
      'The receipt cannot be written to /proc/preset-usage/receipts: the directory does not exist and cannot be created (ENOENT).',
  });
});

test('a journal that cannot be written is found before anything is changed', async () => {
  const directory = newStateDirectory();
  await mkdir(journalFile(directory), { recursive: true });
  await expect(openReceipt(directory, sampleHead())).rejects.toMatchObject({
    code: 'receipt-unwritable',
    message: `The receipt cannot be written to ${journalFile(directory)}: it is a directory (EISDIR).`,
    hint: expect.stringMatching(/^Nothing was changed\. /),
  });
  expect(await readdir(join(directory, 'receipts'))).toEqual([]);
});

test('a receipt is never written over another one', async () => {
  const directory = newStateDirectory();
  const writer = await begin(directory);
  await writer.end(sampleEnd);
  const again = openReceipt(directory, writer.head);
  await expect(again).rejects.toMatchObject({
    message: expect.stringContaining('(EEXIST)'),
    hint: expect.stringMatching(/^Nothing was changed\. /),
  });
  expect((await readReceipt(directory, writer.head.id)).end).toEqual(sampleEnd);
});

// Only root may make a device, and a link to one is not followed.
test(
  'a full disk at the end is told as that, not as a refusal',
  needs(
    process.platform === 'linux' && process.getuid?.() === 0,
    'Only root on Linux can make a device that is full. Run them as root.',
  ),
  async () => {
    const directory = newStateDirectory();
    const writer = await begin(directory);
    await rm(journalFile(directory));
    execFileSync('mknod', [journalFile(directory), 'c', '1', '7']);
    await expect(writer.end(sampleEnd)).rejects.toMatchObject({
      code: 'receipt-unwritable',
      message: `The receipt cannot be written to ${journalFile(directory)}: the disk is full (ENOSPC).`,
      hint: 'What was changed stands, and the receipt holds it. Free space there, or set XDG_STATE_HOME to a directory on another disk.',
    });
    expect((await readReceipt(directory, writer.head.id)).end).toEqual(sampleEnd);
  },
);

/** Runs a program with `openReceipt` in a separate process, after a shell command. */
function child(program: string, first = ':'): Promise<{ out: string; signal: NodeJS.Signals | null }> {
  const module = fileURLToPath(new URL('../../../source/repair/receipts/write-receipt.ts', import.meta.url));
  const text = `import { openReceipt } from ${JSON.stringify(module)};\n${program}`;
  return new Promise((resolve, reject) => {
    const args = [process.execPath, '--input-type=module', '-'];
    const started = execFile('bash', ['-c', `${first} && exec "$0" "$@"`, ...args], (error, out, err) => {
      if (error && !error.signal) reject(new Error(err, { cause: error }));
      else resolve({ out, signal: error?.signal ?? null });
    });
    started.stdin?.end(text);
  });
}

test('in a container no receipt begins that would end with it', needsLinux(), async () => {
  vi.stubEnv('PRESET_USAGE_NEEDS_VOLUME', '1');
  onTestFinished(() => {
    vi.unstubAllEnvs();
  });
  // In memory, whatever there is below it.
  const directory = '/dev/shm/preset-usage-no-volume';
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  await expect(openReceipt(directory, sampleHead())).rejects.toMatchObject({
    code: 'no-volume',
    exitCode: 4,
  });
  await expect(stat(directory)).rejects.toMatchObject({ code: 'ENOENT' });
});
