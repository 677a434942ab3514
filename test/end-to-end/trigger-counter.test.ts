import { afterAll, beforeAll, expect, test } from 'vitest';
import { createDatabase, type TestDatabase } from '../helpers/database.ts';
import { needsFullScale } from '../helpers/needs.ts';
import { run } from '../helpers/run.ts';

let own: TestDatabase;

beforeAll(async () => {
  own = await createDatabase('template1');
  await own.sql
    .unsafe(`
      CREATE TABLE users (id integer PRIMARY KEY);
      CREATE TABLE posts (id integer PRIMARY KEY, comments_count integer NOT NULL DEFAULT 0, likes_count integer NOT NULL DEFAULT 0);
      CREATE TABLE comments (id integer PRIMARY KEY, post_id integer REFERENCES posts, user_id integer REFERENCES users ON DELETE CASCADE, deleted_at timestamptz);
      CREATE TABLE likes (id integer PRIMARY KEY, post_id integer REFERENCES posts);
      CREATE FUNCTION count_comment() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
      BEGIN
        IF TG_OP = 'INSERT' AND NEW.deleted_at IS NULL THEN
          UPDATE posts SET comments_count = comments_count + 1 WHERE id = NEW.post_id;
        ELSIF TG_OP = 'UPDATE' AND OLD.deleted_at IS NULL AND NEW.deleted_at IS NOT NULL THEN
          UPDATE posts SET comments_count = comments_count - 1 WHERE id = NEW.post_id;
        END IF;
        RETURN NULL;
      END $$;
      CREATE TRIGGER count_comment AFTER INSERT OR UPDATE ON comments FOR EACH ROW EXECUTE FUNCTION count_comment();
      CREATE FUNCTION purge() RETURNS void LANGUAGE sql AS 'DELETE FROM comments WHERE deleted_at < now()';
      INSERT INTO posts (id) VALUES (1)`)
    .simple();
});
afterAll(() => own.drop());

const trigger = (...args: string[]) => run(['trigger', ...args], { DATABASE_URL: own.url });

test('what is missing and can happen is told, with what makes it happen', needsFullScale(), async () => {
  const { code, out } = await trigger('--counter', 'public.posts.comments_count');
  expect(out.split('\n').slice(1).join('\n')).toMatchInlineSnapshot(`
    "Not healthy: public.posts.comments_count is not kept in every case.

    Trigger     count_comment
    Table       public.comments
    Enabled     origin: fires for every comment, but not when a replication worker applies changes
    Fires       AFTER INSERT OR UPDATE, for each row
    Function    public.count_comment()
    Definition  CREATE TRIGGER count_comment AFTER INSERT OR UPDATE ON public.comments FOR EACH ROW EXECUTE FUNCTION public.count_comment()

    Event                                        Count         Kept          Can happen
    a comment is inserted                        +1            yes           yes
    a comment is deleted                         -             no            comments_user_id_fkey deletes comments when a row of public.users is deleted, and 1 more
    a comment moves to another post              -             no            by grants and policies only postgres, who owns comments, may insert comments, so the application may connect as postgres
    a comment starts or stops counting           -1            no            deleted_at marks comments that are deleted
    comments is emptied by TRUNCATE              -             no            only by its owner

    error: Nothing subtracts when a comment is deleted: the count stays too high. (delete-not-counted)
      It can happen: comments_user_id_fkey deletes comments when a row of public.users is deleted; public.purge() deletes comments.

    error: The count stays as it is when deleted_at of a comment changes from a value to NULL, and should change by +1. (condition-partly-counted)
      Add it to the trigger.

    warning: Nothing changes the counts when a comment moves to another post. (move-not-counted)
      It can happen: by grants and policies only postgres, who owns comments, may insert comments, so the application may connect as postgres.

    info: Nothing sets the counts to 0 when TRUNCATE empties comments. (truncate-not-counted)
      By the catalog only postgres, who owns comments, can do that.
    "
  `);
  expect(code).toBe(1);
});

test('a count that nothing keeps', async () => {
  const { code, out } = await trigger('--counter', 'posts.likes_count');
  expect(out).toContain('Nothing was found that keeps public.posts.likes_count. (trigger-missing)');
  expect(code).toBe(1);
});

test('JSON has the events, what keeps them and what makes them happen', async () => {
  const { code, out } = await trigger('--counter', 'posts.comments_count', '--json');
  expect(JSON.parse(out)).toMatchObject({
    version: 2,
    counter: { id: 'public.posts.comments_count' },
    healthy: false,
    trigger: { name: 'count_comment', table: 'public.comments', exists: true, enabled: 'origin' },
    events: [
      { event: 'insert', handled: true, effect: '+1', keptBy: ['count_comment'], canHappen: true, by: [] },
      {
        event: 'delete',
        handled: false,
        effect: null,
        canHappen: true,
        by: [
          'comments_user_id_fkey deletes comments when a row of public.users is deleted',
          'public.purge() deletes comments',
        ],
      },
      { event: 'move', handled: false, canHappen: true },
      { event: 'condition', handled: false, effect: '-1', canHappen: true },
      { event: 'truncate', handled: false, canHappen: false },
    ],
    others: [],
  });
  expect(code).toBe(1);
});
