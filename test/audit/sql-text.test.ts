import { describe, expect, test } from 'vitest';
import { readCounting, withoutNoise } from '../../source/audit/sql-text.ts';

describe('what a function body does to the count', () => {
  test.each([
    ['UPDATE presets SET usage_count = usage_count + 1 WHERE id = NEW.preset_id;', true, 'one'],
    [
      'update public.presets p set usage_count = coalesce(p.usage_count, 0) + 1, last_used_at = now();',
      true,
      'one',
    ],
    [
      'UPDATE ONLY "public"."presets" SET last_used_at = now(), usage_count = 1 + coalesce(usage_count, 0);',
      true,
      'one',
    ],
    ['UPDATE presets SET usage_count = COALESCE(presets.usage_count, 0) + n.uses FROM n;', true, 'rows'],
    ['UPDATE presets SET usage_count = usage_count + 2;', true, 'other'],
    ['UPDATE presets SET usage_count = 0;', true, 'other'],
    ['UPDATE presets SET usage_count = (SELECT count(*) FROM preset_usage);', true, 'other'],
    ['UPDATE presets SET (usage_count, last_used_at) = (usage_count + 1, now());', true, 'one'],
    ['NEW.usage_count := OLD.usage_count + 1; RETURN NEW;', true, 'one'],
    [
      'INSERT INTO presets (id, usage_count) VALUES (1, 1) ON CONFLICT (id) DO UPDATE SET usage_count = presets.usage_count + 1;',
      true,
      'one',
    ],
    [
      'MERGE INTO presets p USING n ON p.id = n.id WHEN MATCHED THEN UPDATE SET usage_count = p.usage_count + 1;',
      true,
      'one',
    ],
    ['UPDATE "my-app".presets SET usage_count = usage_count + 1;', true, 'one'],
    ['BEGIN IF NEW.usage_count = 100 THEN RETURN NULL; END IF; END', false, null],
    ['BEGIN NEW.usage_count = 0; RETURN NEW; END', true, 'other'],
    ['SELECT usage_count INTO n FROM presets;', false, null],
    ['UPDATE presets SET name = lower(name) WHERE usage_count = 0;', false, null],
    ['UPDATE presets_archive SET usage_count = 0;', false, null],
    ['-- UPDATE presets SET usage_count = usage_count + 1;\nRETURN NEW;', false, null],
    ["RAISE NOTICE 'UPDATE presets SET usage_count = 1';", false, null],
    ['UPDATE presets SET last_used_at = now(); UPDATE totals SET usage_count = 1;', false, null],
  ] as const)('%s', (body, writes, adds) => {
    expect(readCounting(body)).toMatchObject({ writes, adds });
  });

  test('SQL that is put together as it runs is called unreadable, not harmless', () => {
    expect(readCounting("EXECUTE 'UPDATE presets SET usage_count = usage_count + 1';")).toEqual({
      writes: false,
      adds: null,
      delegates: true,
      dynamic: true,
    });
  });

  test('comments and strings are taken out', () => {
    expect(withoutNoise("a /* b\nc */ 'd''e' -- f\ng")).toBe("a   ''  \ng");
  });
});
