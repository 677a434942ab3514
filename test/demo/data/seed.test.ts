import { createHash } from 'node:crypto';
import type postgres from 'postgres';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeDemoData } from '../../../source/demo/data/data.ts';
import { type MistakeReason, mistakeReasons, outage } from '../../../source/demo/data/mistakes.ts';
import { presetNames } from '../../../source/demo/data/names.ts';
import type { DemoPreset } from '../../../source/demo/data/records.ts';
import type { Demo } from '../../../source/demo/start.ts';
import {
  type CounterRow,
  connectTo,
  drifts,
  plantedDrifts,
  readCounterRows,
  startTestDemo,
} from '../helpers.ts';

const day = 86_400_000;
const mistakes = makeDemoData().mistakes;

let demos: Demo[];
let sql: postgres.Sql;
let rows: CounterRow[];

beforeAll(async () => {
  demos = await Promise.all([startTestDemo(), startTestDemo({ clusterFile: undefined })]);
  sql = connectTo(demos[0]!);
  rows = await readCounterRows(sql);
});

afterAll(async () => {
  await sql?.end({ timeout: 1 });
  await Promise.all((demos ?? []).map(demo => demo.stop()));
});

describe('the demo database', () => {
  it('is the same in every run', async () => {
    const other = connectTo(demos[1]!);
    const otherRows = await readCounterRows(other);
    await other.end();
    expect(digest(otherRows)).toBe(digest(rows));
    expect(makeDemoData().mistakes).toEqual(mistakes);
  });

  it('holds a few hundred presets and some months of records', async () => {
    const [history] = await sql`
      SELECT count(*)::int AS records, min(created_at) AS oldest, max(created_at) AS newest, now() AS now,
        count(*) FILTER (WHERE created_at > now())::int AS future FROM preset_usage`;
    expect(rows.length).toBeGreaterThanOrEqual(200);
    expect(history?.records).toBeGreaterThan(20_000);
    expect(history?.future).toBe(0);
    expect(history?.now - history?.newest).toBeLessThan(day);
    expect(history?.now - history?.oldest).toBeGreaterThan(119 * day);
  });

  it('keeps every name as it was typed, control characters included', () => {
    expect(rows.map(({ name }) => name).sort()).toEqual([...presetNames].sort());
    expect(presetNames).toEqual(
      expect.arrayContaining(['  ', 'two lines\nin one name', '\u001b[31mred alert\u001b[0m']),
    );
  });

  it('has nights and weekends', async () => {
    const [share] = await sql`
      SELECT avg((extract(hour FROM created_at AT TIME ZONE 'UTC') BETWEEN 8 AND 17)::int)::float8 AS office,
        avg((extract(isodow FROM created_at AT TIME ZONE 'UTC') > 5)::int)::float8 AS weekend FROM preset_usage`;
    expect(share?.office).toBeGreaterThan(0.6);
    expect(share?.weekend).toBeLessThan(0.2);
  });

  it('uses a few presets much and some never', () => {
    const byUse = rows.map(({ records }) => records).sort((a, b) => b - a);
    const total = byUse.reduce((sum, records) => sum + records, 0);
    expect(byUse.slice(0, 20).reduce((sum, records) => sum + records, 0) / total).toBeGreaterThan(0.4);
    expect(byUse.filter(records => records === 0).length).toBe(7);
    expect(rows.filter(row => row.usageCount === null && row.records === 0).length).toBe(2);
  });

  it('has no record before its preset', async () => {
    const early = await sql`
      SELECT FROM preset_usage AS use JOIN presets AS preset ON preset.id = preset_id
      WHERE use.created_at < preset.created_at`;
    expect(early.length).toBe(0);
  });

  it('is wrong exactly where intended', () => {
    expect(drifts(rows)).toEqual(plantedDrifts());
    expect(rows.filter(row => !row.lastUsedRight).map(({ name }) => name)).toEqual(
      named('reset-kept-history')
        .map(({ name }) => name)
        .sort(),
    );
  });
});

describe('the other counters of the demo', () => {
  const { likes, posts } = makeDemoData();

  it('likes of presets are wrong exactly where intended', async () => {
    const wrong = await sql`
      SELECT p.id, p.likes_count - (SELECT count(*)::int FROM preset_likes l WHERE l.preset_id = p.id) AS by FROM presets p`;
    expect(new Map(wrong.filter(({ by }) => by !== 0).map(({ id, by }) => [id, by]))).toEqual(
      new Map(likes.mistakes.map(({ presetId, by }) => [presetId, by])),
    );
    expect(new Set(likes.mistakes.map(({ reason }) => reason)).size).toBe(2);
  });

  it('so are comments of posts, of which some are marked as deleted', async () => {
    const wrong = await sql`
      SELECT p.id, p.comments_count - (SELECT count(*)::int FROM comments c WHERE c.post_id = p.id AND deleted_at IS NULL) AS by FROM posts p`;
    expect(new Map(wrong.filter(({ by }) => by !== 0).map(({ id, by }) => [id, by]))).toEqual(
      new Map(posts.mistakes.map(({ postId, by }) => [postId, by])),
    );
    expect(new Set(posts.mistakes.map(({ reason }) => reason)).size).toBe(3);
    const [marked] =
      await sql`SELECT count(DISTINCT post_id)::int AS posts FROM comments WHERE deleted_at IS NOT NULL`;
    expect(marked?.posts).toBe(4);
  });

  it('their triggers count what is made, deleted, marked as deleted and moved', async () => {
    const [from, to] = posts.posts.map(({ id }) => id);
    const user = makeDemoData().users[0]!.id;
    const counts = async () => {
      const found = await sql`SELECT id, comments_count AS n FROM posts WHERE id IN (${from!}, ${to!})`;
      return [from, to].map(id => found.find(each => each.id === id)?.n as number);
    };
    const [a, b] = (await counts()) as [number, number];
    const [made] = await sql`
      INSERT INTO comments (post_id, user_id, body) VALUES (${from!}, ${user}, 'x') RETURNING id`;
    expect(await counts()).toEqual([a + 1, b]);
    await sql`UPDATE comments SET post_id = ${to!} WHERE id = ${made!.id}`;
    expect(await counts()).toEqual([a, b + 1]);
    await sql`UPDATE comments SET deleted_at = now() WHERE id = ${made!.id}`;
    expect(await counts()).toEqual([a, b]);
    await sql`DELETE FROM comments WHERE id = ${made!.id}`;
    expect(await counts()).toEqual([a, b]);
  });
});

describe('a planted mistake', () => {
  const presets = new Map(makeDemoData().presets.map(preset => [preset.id, preset]));
  const inOutage = (preset: DemoPreset) =>
    preset.records.filter(({ moment }) => moment >= outage.from && moment <= outage.to).length;
  const rowsOf = (reason: MistakeReason) =>
    named(reason).map(({ presetId }) => rows.find(({ id }) => id === presetId)!);

  it('has a unique name and the documented numbers', () => {
    expect(mistakes.length).toBe(14);
    expect(new Set(mistakes.map(({ reason }) => reason))).toEqual(new Set(mistakeReasons));
    for (const { name, usageCount, records } of mistakes) {
      expect(rows.filter(row => row.name === name)).toMatchObject([{ usageCount, records }]);
    }
  });

  it('counted-twice: some or all uses count twice', () => {
    for (const { usageCount, records } of rowsOf('counted-twice')) {
      expect(usageCount).toBeGreaterThan(1.2 * records);
      expect(usageCount).toBeLessThanOrEqual(2 * records);
    }
  });

  it('trigger-missing: the uses of one stretch are missing, and no other preset was used then', () => {
    const missing = named('trigger-missing').map(({ presetId }) => presetId);
    for (const row of rowsOf('trigger-missing')) {
      expect(row.records - row.usageCount!).toBe(inOutage(presets.get(row.id)!));
    }
    expect(
      [...presets.values()]
        .filter(preset => inOutage(preset) > 0)
        .map(({ id }) => id)
        .sort(),
    ).toEqual(missing.sort());
  });

  it('history-deleted: the old records are gone', () => {
    for (const { usageCount, records } of rowsOf('history-deleted')) {
      expect(records).toBeGreaterThan(0);
      expect(usageCount).toBeGreaterThan(1.2 * records);
    }
  });

  it('null-count: there are records, but the count is NULL', () => {
    for (const row of rowsOf('null-count')) {
      expect(row).toMatchObject({ usageCount: null, lastUsedRight: true });
      expect(row.records).toBeGreaterThan(0);
    }
  });

  it('lost-updates: a few are missing', () => {
    for (const { usageCount, records } of rowsOf('lost-updates')) {
      expect(records - usageCount!).toBeGreaterThanOrEqual(2);
      expect(records - usageCount!).toBeLessThanOrEqual(6);
    }
  });

  it('reset-kept-history: zero, never used, and records', () => {
    for (const row of rowsOf('reset-kept-history')) {
      expect(row).toMatchObject({ usageCount: 0, lastUsedAt: null });
      expect(row.records).toBeGreaterThan(0);
    }
  });
});

function named(reason: MistakeReason) {
  return mistakes.filter(mistake => mistake.reason === reason);
}

function digest(counters: CounterRow[]): string {
  const lines = counters.map(({ name, usageCount, records }) => JSON.stringify([name, usageCount, records]));
  return createHash('sha256').update(lines.join('\n')).digest('hex');
}
