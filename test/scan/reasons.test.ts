import { describe, expect, test } from 'vitest';
import { hintOf, whyOf } from '../../source/scan/reasons.ts';

type About = Parameters<typeof whyOf>[0];
const about = (more: Partial<About> = {}): About => ({
  kind: 'sql',
  how: 'adds',
  record: null,
  line: 9,
  readBefore: false,
  through: null,
  routine: null,
  trigger: null,
  ...more,
});
const trigger = 'the trigger trigger_auto_increment_preset_usage_count';
const remove = (what: string) =>
  `Remove ${what} and record the use instead: track_preset_usage() or an insert into preset_usage. Then run preset-usage sync.`;
const onlyRemove = (what: string) =>
  `Remove ${what}: the trigger counts the inserted record. Then run preset-usage sync.`;
const newMigration =
  'In a new migration, drop bump() or replace it with one that only inserts the record. Then run preset-usage sync.';
const writeLess =
  'Write only the columns that change, or take usage_count out of the row. Then run preset-usage sync.';
const reset = 'Use preset-usage reset, which can delete the records too and can be undone.';

describe('why a write is wrong, and what to do', () => {
  test.each<[string, Partial<About>, why: string, hint: string]>([
    [
      'the trigger is turned off',
      { kind: 'trigger-disabled', how: null },
      `It turns ${trigger} off, and nothing in the scanned files turns it on again: uses made after that are recorded but never counted.`,
      'Turn it on again in the same transaction (ALTER TABLE preset_usage ENABLE TRIGGER trigger_auto_increment_preset_usage_count), then run preset-usage sync.',
    ],
    [
      'new presets begin with a count',
      { how: 'sets', inserts: true, readBefore: true },
      `New presets begin with a count that another source gives them. The count is the number of records, kept by ${trigger}: without as many records it is wrong from the start.`,
      'Leave usage_count out, so that it begins at 0, and insert the records. If it has run, run preset-usage sync.',
    ],
    [
      'a row is written back as it was read',
      { kind: 'orm', how: 'sets', readBefore: true },
      'It writes a whole row back with the count that it read: uses counted in between are lost.',
      writeLess,
    ],
    [
      'the same in a function that is given the row',
      { kind: 'orm', how: 'sets', readBefore: true, through: 'save' },
      'save() writes the value passed to it. It writes a whole row back with the count that it read: uses counted in between are lost.',
      writeLess,
    ],
    [
      'zero',
      { how: 'zero' },
      'It sets the count to 0 but keeps the records: the count is then too low by all of them.',
      reset,
    ],
    [
      'zero, in a function',
      { how: 'zero', through: 'put' },
      'put() writes the value passed to it. It sets the count to 0 but keeps the records: the count is then too low by all of them.',
      reset,
    ],
    [
      'one less',
      { how: 'subtracts' },
      `The count is the number of records, kept by ${trigger}. Each subtraction by hand that does not come with exactly one deleted record makes it too low by one.`,
      remove('the write'),
    ],
    [
      'one less than was read',
      { how: 'subtracts', readBefore: true, through: 'put' },
      `put() writes the value passed to it. The count is the number of records, kept by ${trigger}. Each subtraction by hand that does not come with exactly one deleted record makes it too low by one. It also writes back what it read before: simultaneous uses overwrite each other.`,
      remove('the write'),
    ],
    [
      'a trigger of a migration that adds',
      { kind: 'migration-counter', trigger: 'on_use' },
      `On_use runs it for a use that ${trigger} already counts: counted twice.`,
      'Drop it in a new migration, then run preset-usage sync.',
    ],
    [
      'a trigger of a migration that runs a function which sets',
      { kind: 'migration-counter', how: 'sets', trigger: 'on_use', routine: 'bump' },
      `On_use runs it in addition to ${trigger}: the count has two writers.`,
      'Drop the trigger in a new migration (DROP TRIGGER on_use), then run preset-usage sync.',
    ],
    [
      'a function of a migration that adds',
      { kind: 'migration-counter', routine: 'bump' },
      `Every call of bump() runs it for a use that ${trigger} already counts: counted twice.`,
      newMigration,
    ],
    [
      'a function of a migration that sets',
      { kind: 'migration-counter', how: 'sets', routine: 'bump' },
      `Every call of bump() runs it in addition to ${trigger}: the count has two writers.`,
      newMigration,
    ],
    [
      'a call',
      { kind: 'rpc', how: 'adds', through: 'bump' },
      `bump() adds to a count that ${trigger} keeps: a recorded use counts twice, any other counts without a record.`,
      remove('the call'),
    ],
    [
      'a call that takes one away',
      { kind: 'rpc', how: 'subtracts', through: 'lower' },
      `The count is the number of records, kept by ${trigger}. Each subtraction by hand that does not come with exactly one deleted record makes it too low by one.`,
      remove('the call'),
    ],
    [
      'a call of what only sounds like counting',
      { kind: 'rpc', how: null, routine: 'bump' },
      `bump() adds to a count that ${trigger} keeps: a recorded use counts twice, any other counts without a record.`,
      remove('the call'),
    ],
    [
      'a call in SQL beside an inserted record',
      { routine: 'bump', record: 4 },
      'It inserts a record on line 4 and calls bump() on line 9: counted twice, by the trigger and by the call.',
      onlyRemove('the call'),
    ],
    [
      'a function that sets, in SQL',
      { routine: 'bump', how: 'sets' },
      `The count is the number of records, kept by ${trigger}: a value set by hand is only right by chance, and overwrites simultaneous uses.`,
      remove('the call'),
    ],
    [
      'one more beside an inserted record',
      { record: 4 },
      `It inserts a record on line 4 and adds to the count on line 9: counted twice, by ${trigger} and by hand.`,
      onlyRemove('the write'),
    ],
    [
      'one more than was read, beside an inserted record, in a function',
      { record: 4, readBefore: true, through: 'put' },
      `put() writes the value passed to it. It inserts a record on line 4 and adds to the count on line 9: counted twice, by ${trigger} and by hand. Simultaneous uses also overwrite each other: the count is read, then written.`,
      onlyRemove('the write'),
    ],
    [
      'another value beside an inserted record',
      { record: 4, how: 'sets' },
      `It inserts a record on line 4 and sets the count on line 9: counted twice, by ${trigger} and by hand.`,
      onlyRemove('the write'),
    ],
    [
      'one more',
      {},
      `A recorded use is counted by ${trigger}. Adding one by hand counts it twice, or counts a use that has no record.`,
      remove('the write'),
    ],
    [
      'one more than was read, in a function',
      { readBefore: true, through: 'put' },
      `put() writes the value passed to it. A recorded use is counted by ${trigger}. Adding one by hand counts it twice, or counts a use that has no record. It also writes back what it read before: simultaneous uses overwrite each other.`,
      remove('the write'),
    ],
    [
      'another value',
      { how: 'sets' },
      `The count is the number of records, kept by ${trigger}: a value set by hand is only right by chance, and overwrites simultaneous uses.`,
      remove('the write'),
    ],
    [
      'a value that is not known, in a function',
      { how: null, through: 'put' },
      `put() writes the value passed to it. The count is the number of records, kept by ${trigger}: a value set by hand is only right by chance, and overwrites simultaneous uses.`,
      remove('the write'),
    ],
  ])('%s', (_, more, why, hint) => {
    expect(whyOf(about(more))).toBe(why);
    expect(hintOf(about(more))).toBe(hint);
  });
});
