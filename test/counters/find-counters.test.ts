import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Database } from '../../source/connection/transactions.ts';
import { auditCounters } from '../../source/counter/audit/audit-counters.ts';
import type { FoundCounters } from '../../source/counter/configured/merge-config.ts';
import type { CounterDefinition } from '../../source/counter/definition/definition.ts';
import { predicateText } from '../../source/counter/definition/predicate-text.ts';
import { readCounterTables } from '../../source/counter/discovery/tables.ts';
import { findCounters } from '../../source/counters/run.ts';
import { connectTo } from '../helpers/connect.ts';
import { createDatabase, type TestDatabase } from '../helpers/database.ts';

const schema = `
  CREATE SCHEMA forum;
  CREATE TABLE forum.members (id bigint PRIMARY KEY, name text, topics_count integer DEFAULT 0, age integer, last_seen_at timestamptz);
  CREATE TABLE forum.topics (id bigint PRIMARY KEY, member_id bigint REFERENCES forum.members, title text, posts_count integer DEFAULT 0,
    views integer DEFAULT 0, "likesCount" integer DEFAULT 0, num_tags integer DEFAULT 0, num_replies integer DEFAULT 0, word_count integer, bookmarks integer[], bookmark_count integer, votes_count integer);
  CREATE TABLE forum.posts (id bigint PRIMARY KEY, topic_id bigint NOT NULL REFERENCES forum.topics ON DELETE CASCADE, body text, deleted_at timestamptz);
  CREATE TABLE forum.topic_tags (topic_id bigint REFERENCES forum.topics, tag text, PRIMARY KEY (topic_id, tag));
  CREATE TABLE forum.replies (topic_id bigint REFERENCES forum.topics, type integer);
  CREATE TABLE forum."Likes" (id bigint PRIMARY KEY, "targetType" text, "targetId" bigint);
  CREATE TABLE forum.votes (topic_id bigint REFERENCES forum.topics, value integer);
  CREATE TABLE forum.topic_stats (topic_id bigint PRIMARY KEY REFERENCES forum.topics, posts bigint DEFAULT 1);
  CREATE TABLE forum.totals (id boolean PRIMARY KEY DEFAULT true CHECK (id), posts_total bigint);
  CREATE TABLE public.categories (id integer PRIMARY KEY, products_count integer, name text);
  CREATE TABLE public.products (id integer PRIMARY KEY, category_id integer REFERENCES public.categories, price numeric) PARTITION BY RANGE (id);
  CREATE TABLE public.products_low PARTITION OF public.products FOR VALUES FROM (0) TO (1000);
  CREATE TABLE public.invoices (id integer PRIMARY KEY, paid numeric DEFAULT 0, payment_count integer DEFAULT 0);
  CREATE TABLE public.crates (id integer PRIMARY KEY, weight double precision DEFAULT 0, worth money DEFAULT 0, rough double precision DEFAULT 0);
  CREATE TABLE public.parcels (id integer PRIMARY KEY, crate_id integer REFERENCES public.crates, kilos double precision, price money, grams integer);
  CREATE FUNCTION public.weigh() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN UPDATE crates SET weight = weight + NEW.kilos, worth = worth + NEW.price, rough = rough + NEW.grams WHERE id = NEW.crate_id; RETURN NULL; END $$;
  CREATE TRIGGER weigh AFTER INSERT ON public.parcels FOR EACH ROW EXECUTE FUNCTION public.weigh();
  CREATE TABLE public.payments (id integer PRIMARY KEY, invoice_id integer REFERENCES public.invoices, amount numeric, state text);

  CREATE TABLE public.hotels (id integer PRIMARY KEY, rooms integer, beds integer DEFAULT 0);
  CREATE TABLE public.rooms (hotel_id integer REFERENCES public.hotels);
  CREATE TABLE public.beds (hotel_id integer REFERENCES public.hotels);
  INSERT INTO public.hotels SELECT i, 2, 1 FROM generate_series(1, 8) i;
  INSERT INTO public.rooms SELECT 1 + i % 8 FROM generate_series(1, 16) i;
  INSERT INTO public.beds SELECT i FROM generate_series(1, 8) i;

  CREATE FUNCTION forum.count_post() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = forum, pg_temp AS $$
  BEGIN
    IF TG_OP = 'INSERT' AND NEW.deleted_at IS NULL THEN
      UPDATE topics SET posts_count = posts_count + 1 WHERE id = NEW.topic_id;
      INSERT INTO topic_stats (topic_id, posts) VALUES (NEW.topic_id, 1) ON CONFLICT (topic_id) DO UPDATE SET posts = topic_stats.posts + 1;
      UPDATE totals SET posts_total = posts_total + 1 WHERE id;
    ELSIF TG_OP = 'UPDATE' AND OLD.deleted_at IS NULL AND NEW.deleted_at IS NOT NULL THEN
      UPDATE topics SET posts_count = posts_count - 1 WHERE id = NEW.topic_id;
    END IF;
    RETURN NULL;
  END $$;
  CREATE TRIGGER count_post AFTER INSERT OR UPDATE OF deleted_at ON forum.posts FOR EACH ROW EXECUTE FUNCTION forum.count_post();
  CREATE FUNCTION forum.count_like() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN PERFORM forum.add_likes("p_Topic" => NEW."targetId"); RETURN NULL; END $$;
  CREATE FUNCTION forum.add_likes(p_by integer DEFAULT '-1'::integer * -1, "p_Topic" bigint DEFAULT NULL) RETURNS void LANGUAGE sql AS $$
  UPDATE forum.topics SET "likesCount" = "likesCount" + p_by WHERE id = "p_Topic" $$;
  CREATE FUNCTION forum.add_likes(text, numeric) RETURNS void LANGUAGE sql AS $$ UPDATE forum.topics SET views = 1 $$;
  CREATE TRIGGER count_like AFTER INSERT ON forum."Likes" FOR EACH ROW WHEN (NEW."targetType" = 'topic') EXECUTE FUNCTION forum.count_like();
  CREATE FUNCTION forum.hit(p_topic bigint) RETURNS void LANGUAGE sql AS $$ UPDATE forum.topics SET views = views + 1 WHERE id = p_topic $$;
  CREATE FUNCTION forum.size_bookmarks() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.bookmark_count := cardinality(NEW.bookmarks); RETURN NEW; END $$;
  CREATE TRIGGER size_bookmarks BEFORE INSERT OR UPDATE ON forum.topics FOR EACH ROW EXECUTE FUNCTION forum.size_bookmarks();
  CREATE FUNCTION forum.counter_cache() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN EXECUTE format('UPDATE forum.%I SET %I = %I + 1 WHERE id = $1', TG_ARGV[0], TG_ARGV[1], TG_ARGV[1]) USING NEW.topic_id; RETURN NULL; END $$;
  CREATE TRIGGER counter_cache AFTER INSERT ON forum.votes FOR EACH ROW EXECUTE FUNCTION forum.counter_cache('topics', 'votes_count');
  CREATE FUNCTION forum.longest_tag() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN UPDATE forum.topics SET num_tags = (SELECT max(length(t.tag)) FROM forum.topic_tags t WHERE t.topic_id = NEW.topic_id) WHERE id = NEW.topic_id; RETURN NULL; END $$;
  CREATE TRIGGER longest_tag AFTER INSERT ON forum.topic_tags FOR EACH ROW EXECUTE FUNCTION forum.longest_tag();
  CREATE FUNCTION public.count_products() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    UPDATE categories c SET products_count = c.products_count + n.added
      FROM (SELECT category_id, count(*) AS added FROM added_rows GROUP BY category_id) n WHERE c.id = n.category_id;
    RETURN NULL;
  END $$;
  CREATE TRIGGER count_products AFTER INSERT ON public.products REFERENCING NEW TABLE AS added_rows FOR EACH STATEMENT EXECUTE FUNCTION public.count_products();
  CREATE FUNCTION public.pay(p_invoice integer, p_amount numeric) RETURNS void LANGUAGE plpgsql AS $$
  BEGIN
    INSERT INTO payments (id, invoice_id, amount, state) VALUES (nextval('pay_id'), p_invoice, p_amount, 'paid');
    UPDATE invoices SET paid = paid + p_amount, payment_count = payment_count + 1 WHERE id = p_invoice;
  END $$;
  CREATE SEQUENCE pay_id;
  CREATE TABLE public.inboxes (id integer PRIMARY KEY, unread integer DEFAULT 0, drafts_count integer DEFAULT 0,
    mails_count integer GENERATED ALWAYS AS (unread + 1) STORED);
  CREATE TABLE public.mails (id integer PRIMARY KEY, inbox_id integer REFERENCES public.inboxes);
  CREATE TABLE public.drafts (id integer PRIMARY KEY, inbox_id integer REFERENCES public.inboxes);
  CREATE FUNCTION public.mail_in() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN UPDATE inboxes SET unread = unread + 1 WHERE id = NEW.inbox_id; RETURN NULL; END $$;
  CREATE TRIGGER mail_in AFTER INSERT ON public.mails FOR EACH ROW EXECUTE FUNCTION public.mail_in();
  CREATE FUNCTION public.open_inbox(i integer) RETURNS void LANGUAGE sql AS $$ UPDATE inboxes SET unread = 0 WHERE id = i $$;
  CREATE FUNCTION public.send_drafts() RETURNS void LANGUAGE plpgsql AS $$ DECLARE n integer := 0; BEGIN UPDATE inboxes SET drafts_count = n; END $$;

  INSERT INTO forum.members SELECT i, 'm' || i, 0, 30 FROM generate_series(1, 6) i;
  INSERT INTO forum.topics (id, member_id, title) SELECT i, 1 + i % 3, 't' || i FROM generate_series(1, 9) i;
  UPDATE forum.members m SET topics_count = (SELECT count(*) FROM forum.topics t WHERE t.member_id = m.id);
  INSERT INTO forum.topic_tags SELECT 1 + i % 5, 'tag' || i FROM generate_series(1, 20) i;
  UPDATE forum.topics SET num_tags = 17;
  INSERT INTO forum.replies SELECT 1 + i % 9, CASE WHEN i % 9 < 3 THEN 1 ELSE 0 END FROM generate_series(1, 45) i;
  UPDATE forum.topics t SET num_replies = (SELECT count(*) FROM forum.replies r WHERE r.topic_id = t.id AND type = 0);
  INSERT INTO forum.totals VALUES (true, 0);
  INSERT INTO forum.posts SELECT i, 1 + i % 9, '', NULL FROM generate_series(1, 30) i;
  UPDATE forum.posts SET deleted_at = now() WHERE id < 5;
  INSERT INTO public.categories VALUES (1, 0, 'a'), (2, 5, 'b');
  INSERT INTO public.products SELECT i, 1 + i % 2, i FROM generate_series(1, 10) i;
  INSERT INTO public.invoices VALUES (1), (2);
  SELECT public.pay(1, 12.5), public.pay(1, 2);`;

let own: TestDatabase;
let database: Database;
let found: FoundCounters;
beforeAll(async () => {
  own = await createDatabase('template1');
  await own.sql.unsafe(schema);
  database = connectTo(own.url);
  found = await findCounters(database, 'public');
});
afterAll(async () => {
  await database.close();
  await own.drop();
});

function line({ id, row, via, record, onDelete, source, confidence }: CounterDefinition): string {
  const where = record.where ? ` where ${predicateText(record.where, name => name)}` : '';
  const what = record.amount === null ? record.table : `sum of ${record.table}.${record.amount}`;
  return `${id} = ${what} by ${record.reference} to ${row.table}.${row.key}${via ? ` via ${via.row}` : ''}${where}; ${onDelete}, ${source.kind}, ${confidence}`;
}

describe('the counters of a database', () => {
  test('are found by bodies, functions, foreign keys and names', () => {
    expect(found.counters.map(line)).toEqual([
      'forum.members.topics_count = topics by member_id to members.id; subtracts, foreign-key-and-name, likely',
      `forum.topic_stats.posts = posts by topic_id to topics.id via topic_id where deleted_at IS NULL; subtracts, trigger, likely`,
      `forum.topics."likesCount" = Likes by targetId to topics.id where targetType = 'topic'; subtracts, trigger, certain`,
      'forum.topics.num_replies = replies by topic_id to topics.id; subtracts, foreign-key-and-name, guess',
      'forum.topics.num_tags = topic_tags by topic_id to topics.id; subtracts, foreign-key-and-name, guess',
      'forum.topics.posts_count = posts by topic_id to topics.id where deleted_at IS NULL; subtracts, trigger, certain',
      'forum.totals.posts_total = posts by  to totals. where deleted_at IS NULL; subtracts, trigger, certain',
      'public.categories.products_count = products by category_id to categories.id; keeps, trigger, certain',
      'public.crates.rough = sum of parcels.grams by crate_id to crates.id; keeps, trigger, certain',
      'public.hotels.beds = beds by hotel_id to hotels.id; subtracts, foreign-key-and-name, likely',
      'public.hotels.rooms = rooms by hotel_id to hotels.id; subtracts, foreign-key-and-name, guess',
      'public.invoices.paid = sum of payments.amount by invoice_id to invoices.id; keeps, function, certain',
      'public.invoices.payment_count = payments by invoice_id to invoices.id; keeps, function, certain',
    ]);
  });

  test('are doubted if a new row does not begin with 0', () => {
    expect(found.counters.flatMap(({ doubts = [] }) => doubts)).toEqual([
      'By the default of posts, a new row of topic_stats begins with 1: a sync takes that away.',
      'Nothing but its name says what it counts: it may have a condition that is not known here, which counters.json can say. 6 of 9 rows that were compared agree.',
      'Line 2 of forum.longest_tag() sets it to max(length(topic_tags.tag)), which is not read as a count. 0 of 9 rows that were compared agree.',
      'Its name is no more than that of the records, and a new row does not begin with 0, so it may be no count. 8 of 8 rows that were compared agree.',
    ]);
  });

  test('what keeps a counter does not add to it besides', () => {
    expect(
      found.counters.filter(({ writers }) => writers.some(({ kind }) => kind === 'function')),
    ).not.toEqual([]);
    // The application can call what a trigger calls.
    expect(found.counters.flatMap(({ besides = [] }) => besides)).toEqual([
      'forum.add_likes(integer, bigint)',
    ]);
  });

  test('that cannot be checked are told with the reason', () => {
    expect(found.notCheckable.map(({ id, reason }) => `${id}: ${reason}`)).toEqual([
      'forum.topics.bookmark_count: Line 1 of forum.size_bookmarks() sets it to the size of NEW.bookmarks.',
      'forum.topics.views: forum.hit(bigint) adds to it, and nothing logs what it counts.',
      'forum.topics.votes_count: Line 2 of forum.counter_cache() runs SQL that is not known before it runs.',
      'public.crates.weight: parcels.kilos is double precision: the sum of such numbers depends on the order in which they are added.',
      'public.crates.worth: parcels.price is money, which is not a number that can be added up.',
      'public.inboxes.drafts_count: Line 1 of public.send_drafts() sets it to 0 and keeps the records.',
      'public.inboxes.mails_count: The server computes it from other columns of the row.',
      'public.inboxes.unread: public.open_inbox(integer) sets it to 0 and keeps the records.',
    ]);
  });

  test('say how far rows agree, where only names speak for them', () => {
    const evidence = (id: string) => found.counters.find(each => each.id === id)?.source.evidence.at(-1);
    expect(evidence('forum.members.topics_count')).toBe('3 of 3 rows that were compared agree.');
    expect(evidence('forum.topics.num_tags')).toBe('0 of 9 rows that were compared agree.');
  });

  test('say what keeps them, and in which events', () => {
    const writers = found.counters.flatMap(each =>
      each.writers.map(({ name, events }) => `${name}: ${events}`),
    );
    expect(new Set(writers)).toEqual(
      new Set([
        'weigh on public.parcels: insert',
        'count_post on forum.posts: insert,update',
        'count_post on forum.posts: insert',
        'count_like on forum.Likes: insert',
        'count_products on public.products: insert',
        'public.pay(integer, numeric): ',
      ]),
    );
  });

  test('can all be audited', async () => {
    const wrong: Record<string, number> = {};
    for (const definition of found.counters) {
      const tables = await database.read(reader => readCounterTables(reader, definition));
      const { totals } = await auditCounters(database, tables, { scope: 'mismatched', onPage() {} });
      wrong[definition.id] = totals.mismatched;
    }
    expect(wrong).toEqual({
      'forum.members.topics_count': 0,
      'forum.topic_stats.posts': expect.any(Number),
      'forum.topics."likesCount"': 0,
      'forum.topics.num_replies': 3,
      'forum.topics.num_tags': 9,
      'forum.topics.posts_count': 0,
      'forum.totals.posts_total': 1,
      'public.categories.products_count': 1,
      'public.crates.rough': 0,
      'public.hotels.beds': 0,
      'public.hotels.rooms': 0,
      'public.invoices.paid': 0,
      'public.invoices.payment_count': 0,
    });
  });
});
