import { readFile } from 'node:fs/promises';
import type { PGlite, Transaction } from '@electric-sql/pglite';
import type { OnProgress } from '../progress.ts';
import { type CopyValue, copyText } from './copy-text.ts';
import type { DemoData } from './data.ts';
import { createRhythm } from './rhythm.ts';

const migrations = ['demo-schema.sql', '20250930000001_fix_usage_tracking.sql', 'demo-counters.sql'];

/** Rows per COPY: about 50 ms of work between two reports of progress. */
const copyRows = 3_000;

/**
 * Runs the SQL files of `sqlDirectory` and fills the tables with `data`, whose history ends `now` (milliseconds since
 * 1970). Rejects with PostgreSQL's error, or with the file system's if a file cannot be read.
 */
export async function seed(
  database: PGlite,
  data: DemoData,
  { sqlDirectory, now, onProgress }: { sqlDirectory: URL; now: number; onProgress: OnProgress },
): Promise<void> {
  for (const [index, file] of migrations.entries()) {
    onProgress({ stage: 'Creating tables', done: index, total: migrations.length });
    await database.exec(await readFile(new URL(file, sqlDirectory), 'utf8'));
  }
  await database.transaction(async transaction => {
    // The counts are final: the trigger must not count the records again, and foreign keys need no check.
    await transaction.exec('SET LOCAL session_replication_role = replica');
    await fill(transaction, data, createRhythm(now), onProgress);
  });
  onProgress({ stage: 'Gathering statistics', done: 0, total: 1 });
  // Otherwise the server would publish its statistics only later.
  await database.query('SELECT pg_stat_force_next_flush()');
  await database.exec(
    'VACUUM (ANALYZE) public.users, public.presets, public.preset_usage, public.preset_likes, public.posts, public.comments',
  );
}

async function fill(
  transaction: Transaction,
  { users, presets, likes, posts }: DemoData,
  at: (moment: number) => number,
  onProgress: OnProgress,
): Promise<void> {
  const time = (moment: number) => new Date(at(moment)).toISOString();
  await copy(
    transaction,
    'users (id, email, created_at)',
    users.map(user => [user.id, user.email, time(user.created)]),
  );
  await copy(
    transaction,
    'presets (id, name, usage_count, last_used_at, likes_count, created_at)',
    presets.map(preset => [
      preset.id,
      preset.name,
      preset.usageCount === null ? null : String(preset.usageCount),
      preset.lastUsed === null ? null : time(preset.lastUsed),
      String(likes.counts.get(preset.id) ?? 0),
      time(preset.created),
    ]),
  );
  await copy(
    transaction,
    'preset_likes (preset_id, user_id, created_at)',
    likes.likes.map(like => [like.presetId, like.userId, time(like.moment)]),
  );
  await copy(
    transaction,
    'posts (id, title, comments_count, created_at)',
    posts.posts.map(post => [post.id, post.title, String(post.commentsCount), time(post.created)]),
  );
  await copy(
    transaction,
    'comments (id, post_id, user_id, body, deleted_at, created_at)',
    posts.posts.flatMap(post =>
      post.comments.map(comment => [
        comment.id,
        post.id,
        comment.userId,
        comment.body,
        comment.deleted === null ? null : time(comment.deleted),
        time(comment.moment),
      ]),
    ),
  );
  const history = presets
    .flatMap(preset =>
      [...preset.deleted, ...preset.records].map(record => ({ ...record, presetId: preset.id })),
    )
    .sort((a, b) => a.moment - b.moment);
  for (let done = 0; done < history.length; done += copyRows) {
    onProgress({ stage: 'Filling history', done, total: history.length });
    await copy(
      transaction,
      'preset_usage (preset_id, user_id, usage_type, usage_data, created_at)',
      history
        .slice(done, done + copyRows)
        .map(use => [
          use.presetId,
          use.userId,
          use.usageType,
          JSON.stringify(use.usageData),
          time(use.moment),
        ]),
    );
  }
  // A real DELETE, because the server's statistics count it.
  for (const { id, deleted } of presets.filter(preset => preset.deleted.length > 0)) {
    await transaction.query(
      'DELETE FROM public.preset_usage WHERE preset_id = $1 AND created_at <= $2::timestamptz',
      [id, time(deleted.at(-1)!.moment)],
    );
  }
  onProgress({ stage: 'Filling history', done: history.length, total: history.length });
}

async function copy(transaction: Transaction, target: string, rows: CopyValue[][]): Promise<void> {
  const blob = new Blob([copyText(rows)]);
  await transaction.query(`COPY public.${target} FROM '/dev/blob'`, [], { blob });
}
