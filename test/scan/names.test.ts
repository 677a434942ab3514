import { describe, expect, test } from 'vitest';
import {
  isCounter,
  isPresets,
  isRecords,
  mayWrite,
  Names,
  soundsLikeCounting,
  wordsOf,
} from '../../source/scan/names.ts';

test.each<[string, { counter?: true; presets?: true; records?: true }]>([
  ['usage_count', { counter: true }],
  ['usageCount', { counter: true }],
  ['"Usage_Count"', { counter: true }],
  ['public.presets.usage_count', { counter: true }],
  ['usage-count', { counter: true }],
  ['usage_counts', {}],
  ['my_usage_count', {}],
  ['presets', { presets: true }],
  ['public.presets', { presets: true }],
  ['[dbo].[Presets]', { presets: true }],
  ['`preset`', { presets: true }],
  ["'presets'", { presets: true }],
  ['user presets', {}],
  ['presets_old', {}],
  ['presets.name', {}],
  ['preset_usage', { records: true }],
  ['PresetUsages', { records: true }],
  ['presets_usages', { records: true }],
  ['app.preset_usage', { records: true }],
  ['old_preset_usage', {}],
  ['preset_usage_daily', {}],
])('%s is %j', (name, is) => {
  expect({
    ...(isCounter(name) ? { counter: true } : {}),
    ...(isPresets(name) ? { presets: true } : {}),
    ...(isRecords(name) ? { records: true } : {}),
  }).toEqual(is);
});

test('an ORM may give them other names, whose case counts only for a field', () => {
  const names = new Names({ counters: ['uses'], presets: ['Look', 'Style'], records: ['LookUse', 'Log'] });
  expect(['uses', 'usageCount', 'Uses', 'name'].map(name => names.isCounter(name))).toEqual([
    true,
    true,
    false,
    false,
  ]);
  expect(['look', 'Style', 'presets', 'LookUse'].map(name => names.isPresets(name))).toEqual([
    true,
    true,
    true,
    false,
  ]);
  expect(['look_use', 'log', 'preset_usage', 'Look'].map(name => names.isRecords(name))).toEqual([
    true,
    true,
    true,
    false,
  ]);
  const own = new Names({ counters: [], presets: [], records: [] });
  expect([own.isCounter('uses'), own.isPresets('Look'), own.isRecords('Log')]).toEqual([false, false, false]);
});

test.each<[string, string[]]>([
  ['incrementUsageCount', ['increment', 'usage', 'count']],
  ['public.increment_usage_count', ['increment', 'usage', 'count']],
  ['bump2Presets', ['bump2', 'presets']],
  ['__add--one__', ['add', 'one']],
  ['', []],
])('the words of %j are %j', (name, words) => {
  expect(wordsOf(name)).toEqual(words);
});

describe('the name of a function sounds like counting', () => {
  test.each([
    'increment_preset_usage_count',
    'incrementPresetUsageCount',
    'incr_usage',
    'inc_preset_uses',
    'increase_preset_used_count',
    'bump_usages',
    'raise_preset_usage',
    'decrement_preset_usage',
    'dec_usage',
    'decr_usage',
    'decrease_usage',
    'add_preset_usage_count',
    'add_preset_uses',
    'plus_usage_total',
    'set_preset_usage_counts',
    'update_usage_counter',
    'increment_usage_by_one',
    'increment_the_usage_of_a_preset',
    'increment_preset_usage_atomic',
    'increment_preset_usage_atomically',
    'increment_usage_safe',
    'increment_usage_safely',
    'increment_usage_v2',
    'increment_usage_v12',
    'increment_usage_2',
    'increment_usage_12',
    'increment_usage_stat',
    'increment_usage_stats_fn',
    'increment_use_count',
    'increment_use_counts',
    'rpc.increment_usage_rpc',
  ])('%s', name => {
    expect(soundsLikeCounting(name)).toBe(true);
  });

  test.each([
    ['what is right', 'track_preset_usage'],
    ['the same in another spelling', 'trackPresetUsage'],
    ['the function of the trigger', 'auto_increment_preset_usage_count'],
    ['another verb', 'get_preset_usage_count'],
    ['a verb that only begins like one', 'incremental_preset_usage'],
    ['a verb that only ends like one', 'preset_usage_count'],
    ['something else that is counted', 'increment_preset_copy_count'],
    ['a word that only ends like one for a number', 'increment_preset_discount'],
    ['a word that only ends like one for nothing', 'increment_usage_quota'],
    ['a word that only begins like one for nothing', 'increment_usage_average'],
    ['what may insert the record', 'add_preset_usage'],
    ['the same', 'update_preset_usage'],
    ['the same', 'set_preset_usage'],
    ['no use', 'increment_preset'],
    ['no use', 'increment_presets_by_one'],
    ['no preset', 'increment_count'],
    ['the same', 'increment_used_counter'],
    ['more than the count of a use', 'increment_use_count_total'],
    ['the same', 'increment_total_use_count'],
    ['the verb alone', 'increment'],
    ['nothing', ''],
    ['a word that begins like one of use', 'increment_usage_countdown'],
    ['a word that ends like one of use', 'increment_reusage'],
    ['a version that is none', 'increment_usage_vx'],
  ])('but not %s: %s', (_, name) => {
    expect(soundsLikeCounting(name)).toBe(false);
  });
});

describe('a text may be about the counter', () => {
  test.each([
    'usage_count',
    'usageCount',
    'USAGE_COUNTS',
    'Preset.update()',
    'presets: upsert',
    'preset insert',
    'increment(preset)',
    'decrement(preset)',
    'PATCH /presets',
    'MERGE INTO presets',
    'copy presets',
    'presets.set(',
    'preset.save(',
    'preset.create',
    'presets.bulkCreate',
    'client.rpc(name)',
    'client.rpc<T>(name)',
    'client.rpc (name)',
  ])('%s', text => {
    expect(mayWrite(text, [])).toBe(true);
  });

  test.each([
    'presets',
    'update users',
    'preset settings',
    'rpc',
    'const usage = count',
    'xrpc',
    'preset.saved',
    'preset.recreate',
  ])('not %s', text => {
    expect(mayWrite(text, [])).toBe(false);
  });

  test('if it names a function that counts', () => {
    expect(mayWrite('await bumpIt()', ['other', 'bumpIt'])).toBe(true);
    expect(mayWrite('await bumpIt()', ['other'])).toBe(false);
  });
});
