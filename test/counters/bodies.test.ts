import { describe, expect, test } from 'vitest';
import { writingsOf } from '../../source/counters/find/writings.ts';
import { writtenCounters } from '../../source/counters/find/written-counters.ts';
import { readingsOf } from './catalog-of.ts';
import { told } from './tell.ts';

const tables = `
  CREATE TABLE users (id uuid PRIMARY KEY, name text, posts_count integer, followers_count integer, following_count integer, karma integer, revenue numeric, is_admin boolean);
  CREATE TABLE categories (id bigint PRIMARY KEY, name text, products_count integer, score integer);
  CREATE TABLE posts (id uuid PRIMARY KEY, author_id uuid REFERENCES users, category_id bigint REFERENCES categories, title text,
    comments_count integer, likes_count integer, total numeric, version integer, locked boolean, liked_by uuid[]);
  CREATE TABLE comments (id uuid PRIMARY KEY, post_id uuid REFERENCES posts, parent_id uuid REFERENCES comments, author_id uuid REFERENCES users,
    status text, deleted_at timestamptz, is_deleted boolean, hidden boolean NOT NULL, points integer, price numeric, quantity integer,
    created_at timestamptz, likes_count integer, replies_count integer);
  CREATE TABLE reactions (id uuid PRIMARY KEY, comment_id uuid REFERENCES comments, target_type text, target_id uuid, kind text, amount numeric, user_id uuid);
  CREATE TABLE post_stats (post_id uuid PRIMARY KEY REFERENCES posts, comments integer, likes integer);
  CREATE TABLE site_stats (id integer PRIMARY KEY, total_comments integer);
  CREATE TABLE stock (warehouse_id integer, product_id integer, moves_count integer, PRIMARY KEY (warehouse_id, product_id));
  CREATE TABLE moves (id integer PRIMARY KEY, warehouse_id integer, product_id integer, amount numeric,
    FOREIGN KEY (warehouse_id, product_id) REFERENCES stock);
  CREATE TABLE follows (follower_id uuid REFERENCES users, followed_id uuid REFERENCES users, PRIMARY KEY (follower_id, followed_id));`;

interface How {
  on?: string;
  when?: string;
  level?: string;
  functions?: string;
  declare?: string;
  timing?: string;
}

type Case = [name: string, body: string, fires: string, expected: string[], how?: How];

function inTrigger(body: string, fires: string, how: How = {}): string[] {
  const { on = 'comments', when, level = 'ROW', functions = '', declare = '', timing = 'AFTER' } = how;
  return told(`${tables} ${functions}
    CREATE FUNCTION count_it() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $body$ ${declare} BEGIN ${body} END $body$;
    CREATE TRIGGER keep_count ${timing} ${fires} ON ${on} FOR EACH ${level} ${when ? `WHEN (${when})` : ''} EXECUTE FUNCTION count_it();`);
}

const all = 'INSERT OR UPDATE OR DELETE';
const both = 'INSERT OR DELETE';
const up = 'UPDATE posts SET comments_count = comments_count + 1 WHERE id = NEW.post_id;';
const down = 'UPDATE posts SET comments_count = comments_count - 1 WHERE id = OLD.post_id;';
/** Functions of one name: the arguments of each, and what it sets. */
const bumps = (...functions: (readonly [string, string])[]) =>
  functions
    .map(
      ([given, set]) =>
        `CREATE FUNCTION bump(${given}) RETURNS void LANGUAGE sql AS $$ UPDATE posts SET ${set} WHERE id = p_id $$;`,
    )
    .join('\n');
const versionBy = 'version = version + p_by';
const likesBy = 'likes_count = likes_count + p_by';
const commentsBy = 'comments_count = comments_count + p_by';
const counted = (rest = '') => [`posts.comments_count: comments by post_id = id${rest}`];
const refused = (line: string) => [`posts.comments_count: no, Line 1 of public.count_it() ${line}`];

const simple: Case[] = [
  [
    'locks the row first, and asks whether it is there',
    `DECLARE i uuid := CASE WHEN TG_OP = 'DELETE' THEN OLD.post_id ELSE NEW.post_id END; BEGIN PERFORM 1 FROM posts WHERE id = i FOR UPDATE; IF NOT FOUND THEN RETURN NULL; END IF;
     IF TG_OP = 'INSERT' THEN UPDATE posts SET comments_count = comments_count + 1 WHERE id = i; ELSE UPDATE posts SET comments_count = comments_count - 1 WHERE id = i; END IF; RETURN NULL; END;`,
    both,
    counted(),
  ],
  [
    'asks whether another row is there',
    `PERFORM 1 FROM posts WHERE id = NEW.author_id; IF NOT FOUND THEN RETURN NULL; END IF; ${up} RETURN NULL;`,
    'INSERT',
    refused('depends on NOT (NOT (a query)).'),
  ],
  [
    'asks whether the row is there, to insert it else',
    `PERFORM 1 FROM post_stats WHERE post_id = NEW.post_id; IF FOUND THEN UPDATE post_stats SET comments = comments + 1 WHERE post_id = NEW.post_id;
     ELSE INSERT INTO post_stats (post_id, comments) VALUES (NEW.post_id, 0); END IF; RETURN NULL;`,
    'INSERT',
    ['post_stats.comments: comments by post_id = post_id, keeps, likely'],
  ],
  [
    'looks up the key of the row',
    'SELECT p.id INTO v FROM posts p WHERE p.id = NEW.post_id; UPDATE posts SET comments_count = comments_count + 1 WHERE id = v; RETURN NULL;',
    'INSERT',
    counted(', keeps'),
    { declare: 'DECLARE v uuid;' },
  ],
  [
    'reads the count before it sets it',
    'SELECT comments_count INTO v FROM posts WHERE id = NEW.post_id; UPDATE posts SET comments_count = v + 1 WHERE id = NEW.post_id; RETURN NULL;',
    'INSERT',
    counted(', keeps, likely'),
    { declare: 'DECLARE v integer;' },
  ],
  [
    'locks the row and reads the count before it sets it',
    'SELECT comments_count INTO v FROM posts WHERE id = NEW.post_id FOR UPDATE; UPDATE posts SET comments_count = v + 1 WHERE id = NEW.post_id; RETURN NULL;',
    'INSERT',
    counted(', keeps'),
    { declare: 'DECLARE v integer;' },
  ],
  [
    'reads the count of another row',
    'SELECT comments_count INTO v FROM posts WHERE id = NEW.author_id; UPDATE posts SET comments_count = v + 1 WHERE id = NEW.post_id; RETURN NULL;',
    'INSERT',
    [],
    { declare: 'DECLARE v integer;' },
  ],
  [
    'finds the row by what is not distinct from its key',
    'UPDATE posts SET comments_count = comments_count + 1 WHERE id IS NOT DISTINCT FROM NEW.post_id; RETURN NULL;',
    'INSERT',
    counted(', keeps'),
  ],
  [
    'finds the row by a list of one key',
    'UPDATE stock SET moves_count = moves_count + 1 WHERE (warehouse_id, product_id) IN ((NEW.warehouse_id, NEW.product_id)); RETURN NULL;',
    'INSERT',
    ['stock.moves_count: moves by warehouse_id = warehouse_id, product_id = product_id, keeps'],
    { on: 'moves' },
  ],
  [
    'adds where one of two columns changes',
    `IF (NEW.post_id, NEW.hidden) IS DISTINCT FROM (OLD.post_id, OLD.hidden) THEN IF NEW.hidden THEN ${up} END IF; IF OLD.hidden THEN ${down} END IF; END IF; RETURN NULL;`,
    'UPDATE',
    counted(' where hidden IS TRUE'),
  ],
  [
    'finds the row by a key for those without one',
    'UPDATE categories SET products_count = products_count + 1 WHERE id = COALESCE(NEW.points, 1);',
    'INSERT',
    [
      'categories.products_count: no, Line 1 of public.count_it() finds the row by categories.id = COALESCE(NEW.points, 1).',
    ],
  ],
  [
    'finds no row for those without a key',
    "UPDATE posts SET comments_count = comments_count + 1 WHERE id = COALESCE(NEW.post_id, '');",
    'INSERT',
    counted(', keeps'),
  ],
  ['adds with each insert', `${up} RETURN NEW;`, 'INSERT', counted(', keeps')],
  [
    'branches by TG_OP',
    `IF TG_OP = 'INSERT' THEN ${up} ELSIF TG_OP = 'DELETE' THEN ${down} END IF; RETURN NULL;`,
    all,
    counted(),
  ],
  [
    'returns early',
    `IF (TG_OP = 'INSERT') THEN ${up} RETURN NEW; END IF; ${down} RETURN OLD;`,
    both,
    counted(),
  ],
  [
    'branches by CASE',
    `CASE TG_OP WHEN 'INSERT' THEN ${up} WHEN 'DELETE' THEN ${down} ELSE NULL; END CASE; RETURN NULL;`,
    all,
    counted(),
  ],
  [
    'asks for every column of a new row',
    `IF NEW IS NOT NULL THEN ${up} END IF; IF OLD IS NOT NULL THEN ${down} END IF; RETURN NULL;`,
    both,
    refused('depends on whether every column of NEW is set.'),
  ],
  [
    'asks for a key',
    `IF NEW.post_id IS NOT NULL THEN ${up} END IF; RETURN NEW;`,
    'INSERT',
    counted(', keeps'),
  ],
  [
    'leaves without a key',
    `IF NEW.post_id IS NULL THEN RETURN NEW; END IF; ${up} RETURN NEW;`,
    'INSERT',
    counted(', keeps'),
  ],
  [
    'stops at zero',
    'UPDATE posts SET comments_count = GREATEST(COALESCE(comments_count, 0) - 1, 0) WHERE id = OLD.post_id; RETURN OLD;',
    'DELETE',
    counted(),
  ],
  [
    'stops at zero by CASE',
    'UPDATE posts SET comments_count = CASE WHEN comments_count > 0 THEN comments_count - 1 ELSE 0 END WHERE id = OLD.post_id; RETURN OLD;',
    'DELETE',
    counted(),
  ],
  [
    'stops at zero by WHERE',
    'UPDATE posts SET comments_count = comments_count - 1 WHERE id = OLD.post_id AND comments_count > 0; RETURN OLD;',
    'DELETE',
    counted(),
  ],
  [
    'names schema and alias',
    'UPDATE public.posts AS p SET comments_count = p.comments_count + 1 WHERE p.id = NEW.post_id; RETURN NEW;',
    'INSERT',
    counted(', keeps'),
  ],
  [
    'adds on the left',
    'UPDATE posts SET comments_count = 1 + coalesce(comments_count, 0) WHERE NEW.post_id = id; RETURN NEW;',
    'INSERT',
    counted(', keeps'),
  ],
  [
    'sets several columns',
    "UPDATE posts SET title = 'x', comments_count = comments_count + 1, total = 0 WHERE id = NEW.post_id; RETURN NEW;",
    'INSERT',
    counted(', keeps'),
  ],
  [
    'sets a list of columns',
    "UPDATE posts SET (title, comments_count) = ('x', comments_count + 1) WHERE id = NEW.post_id; RETURN NEW;",
    'INSERT',
    counted(', keeps'),
  ],
  [
    'adds a variable',
    "IF TG_OP = 'DELETE' THEN delta := -1; END IF; UPDATE posts SET comments_count = comments_count + delta WHERE id = COALESCE(NEW.post_id, OLD.post_id); RETURN NULL;",
    both,
    counted(),
    { declare: 'DECLARE delta integer := 1;' },
  ],
  [
    'adds by CASE',
    "UPDATE posts SET comments_count = comments_count + CASE TG_OP WHEN 'INSERT' THEN 1 ELSE -1 END WHERE id = CASE TG_OP WHEN 'INSERT' THEN NEW.post_id ELSE OLD.post_id END; RETURN NULL;",
    both,
    counted(),
  ],
  [
    'keeps the row in a variable',
    "IF TG_OP = 'DELETE' THEN rec := OLD; ELSE rec := NEW; END IF; UPDATE posts SET comments_count = comments_count + (CASE WHEN TG_OP = 'DELETE' THEN -1 ELSE 1 END) WHERE id = rec.post_id; RETURN rec;",
    both,
    counted(),
    { declare: 'DECLARE rec comments%ROWTYPE;' },
  ],
  [
    'keeps the key in a variable',
    'v_id := NEW.post_id; UPDATE posts SET comments_count = comments_count + 1 WHERE id = v_id; RETURN NEW;',
    'INSERT',
    counted(', keeps'),
    { declare: 'DECLARE v_id uuid;' },
  ],
  [
    'moves a record',
    `IF TG_OP <> 'UPDATE' OR OLD.post_id IS DISTINCT FROM NEW.post_id THEN IF TG_OP <> 'INSERT' THEN ${down} END IF; IF TG_OP <> 'DELETE' THEN ${up} END IF; END IF; RETURN NULL;`,
    all,
    counted(),
  ],
  [
    'calls a function',
    "IF TG_OP = 'INSERT' THEN PERFORM bump(NEW.post_id, 1); ELSE PERFORM bump(OLD.post_id, -1); END IF; RETURN NULL;",
    both,
    counted(),
    {
      functions:
        'CREATE FUNCTION bump(p_id uuid, p_by integer) RETURNS void LANGUAGE sql AS $$ UPDATE posts SET comments_count = comments_count + p_by WHERE id = p_id $$;',
    },
  ],
  [
    'calls a procedure by position',
    'CALL bump(NEW.post_id); RETURN NULL;',
    'INSERT',
    counted(', keeps'),
    {
      functions:
        'CREATE PROCEDURE bump(uuid) LANGUAGE plpgsql AS $$ BEGIN UPDATE posts SET comments_count = comments_count + 1 WHERE id = $1; END $$;',
    },
  ],
  [
    'only takes away, with an update: a stock',
    "IF OLD.status = 'new' AND NEW.status = 'sold' THEN UPDATE posts SET version = version - NEW.points WHERE id = NEW.post_id; END IF; RETURN NULL;",
    'UPDATE',
    [],
  ],
  [
    'only takes away, with an update, from what has the name of a count',
    "IF OLD.status = 'new' AND NEW.status = 'sold' THEN UPDATE posts SET comments_count = comments_count - 1 WHERE id = NEW.post_id; END IF; RETURN NULL;",
    'UPDATE',
    counted(" where status = 'new', likely"),
  ],
  [
    'calls a function with a default',
    "IF TG_OP = 'INSERT' THEN PERFORM bump(NEW.post_id); ELSE PERFORM bump(OLD.post_id, -1); END IF; RETURN NULL;",
    both,
    counted(),
    {
      functions:
        'CREATE FUNCTION bump(p_id uuid, p_by integer DEFAULT 1) RETURNS void LANGUAGE sql AS $$ UPDATE posts SET comments_count = comments_count + p_by WHERE id = p_id $$;',
    },
  ],
  [
    'calls a function by the names of its arguments',
    "IF TG_OP = 'INSERT' THEN PERFORM bump(p_id => NEW.post_id); ELSE PERFORM bump(p_by => -1, p_id => OLD.post_id); END IF; RETURN NULL;",
    both,
    counted(),
    {
      functions:
        "CREATE FUNCTION bump(p_text text DEFAULT 'x', p_by integer DEFAULT 1, p_id uuid DEFAULT NULL) RETURNS void LANGUAGE plpgsql AS $$ BEGIN UPDATE posts SET comments_count = comments_count + p_by WHERE id = p_id; END $$;",
    },
  ],
  [
    'calls the one of two functions whose types fit',
    'PERFORM bump(NEW.post_id, 1); RETURN NULL;',
    'INSERT',
    counted(', keeps'),
    { functions: bumps(['p_id bigint, p_by integer', versionBy], ['p_id uuid, p_by integer', commentsBy]) },
  ],
  [
    'calls the one of two functions with no more arguments than are given',
    'PERFORM bump(NEW.post_id); RETURN NULL;',
    'INSERT',
    counted(', keeps'),
    {
      functions: bumps(
        ['p_id uuid, p_by integer DEFAULT 5', versionBy],
        ['p_id uuid', 'comments_count = comments_count + 1'],
      ),
    },
  ],
  [
    'calls one of two functions, and types do not say which',
    'v_id := NEW.post_id; PERFORM bump(v_id, 1); RETURN NULL;',
    'INSERT',
    [
      'posts.comments_count: no, public.bump(uuid, integer) writes it, and Line 1 of public.count_it() may call this or another function bump.',
      'posts.likes_count: no, public.bump(bigint, integer) writes it, and Line 1 of public.count_it() may call this or another function bump.',
    ],
    {
      declare: 'DECLARE v_id text;',
      functions: bumps(['p_id bigint, p_by integer', likesBy], ['p_id uuid, p_by integer', commentsBy]),
    },
  ],
  [
    'refuses some records',
    `IF TG_OP = 'INSERT' THEN IF NEW.points = 0 THEN RAISE EXCEPTION 'none'; END IF; ${up} ELSE ${down} END IF; RETURN NULL;`,
    both,
    counted(),
  ],
  [
    'counts or refuses a record',
    `IF TG_OP = 'DELETE' THEN ${down} ELSIF NEW.points = 0 THEN RAISE EXCEPTION 'none'; ELSIF NEW.points > 9 THEN ${up} ELSE RAISE EXCEPTION 'few'; END IF; RETURN NULL;`,
    both,
    counted(),
  ],
  [
    'refuses a record or leaves it out',
    `IF TG_OP = 'DELETE' THEN ${down} ELSIF NEW.points = 0 THEN RAISE EXCEPTION 'none'; ELSIF NEW.hidden THEN ${up} END IF; RETURN NULL;`,
    both,
    counted(' where hidden IS TRUE'),
  ],
  [
    'leaves out some records by an error that it catches',
    `BEGIN IF NEW.points = 0 THEN RAISE EXCEPTION 'none'; END IF; ${up} EXCEPTION WHEN raise_exception THEN NULL; END; RETURN NULL;`,
    'INSERT',
    counted(' where points IS NULL OR points <> 0'),
  ],
  [
    'throws away what it does not count',
    `IF TG_OP = 'DELETE' THEN IF OLD.hidden THEN RETURN NULL; END IF; ${down} RETURN OLD; END IF; IF NEW.points = 0 THEN RETURN NULL; END IF; ${up} RETURN NEW;`,
    both,
    counted(),
    { timing: 'BEFORE' },
  ],
  [
    'returns before it counts, after the record is stored',
    `IF TG_OP = 'DELETE' THEN IF OLD.points = 0 THEN RETURN NULL; END IF; ${down} RETURN OLD; END IF; IF NEW.points = 0 THEN RETURN NULL; END IF; ${up} RETURN NEW;`,
    both,
    counted(' where points IS NULL OR points <> 0'),
  ],
  [
    'raises an error again',
    `BEGIN IF NEW.points = 0 THEN RAISE EXCEPTION 'none'; END IF; ${up} EXCEPTION WHEN raise_exception THEN RAISE; END; RETURN NULL;`,
    'INSERT',
    counted(', keeps'),
  ],
  [
    'fires by its condition',
    `${up} RETURN NEW;`,
    'INSERT',
    counted(" where status = 'approved'"),
    { when: "NEW.status = 'approved'" },
  ],
  [
    'is for other tables too',
    `IF TG_TABLE_NAME = 'comments' THEN ${up} ELSE UPDATE posts SET likes_count = likes_count + 1 WHERE id = NEW.target_id; END IF; RETURN NEW;`,
    'INSERT',
    counted(', keeps'),
  ],
];

const conditions: Case[] = [
  [
    'counts what is not deleted, in every event',
    `IF TG_OP = 'INSERT' THEN IF NEW.deleted_at IS NULL THEN ${up} END IF;
    ELSIF TG_OP = 'DELETE' THEN IF OLD.deleted_at IS NULL THEN ${down} END IF;
    ELSIF OLD.deleted_at IS NULL AND NEW.deleted_at IS NOT NULL THEN ${down}
    ELSIF OLD.deleted_at IS NOT NULL AND NEW.deleted_at IS NULL THEN ${up} END IF; RETURN NULL;`,
    all,
    counted(' where deleted_at IS NULL'),
  ],
  [
    'knows of deletion only in updates',
    `IF TG_OP = 'INSERT' THEN ${up} ELSIF TG_OP = 'DELETE' THEN ${down}
    ELSIF OLD.deleted_at IS NULL AND NEW.deleted_at IS NOT NULL THEN ${down} END IF; RETURN NULL;`,
    all,
    counted(' where deleted_at IS NULL'),
  ],
  [
    'counts a status, in and out',
    `IF TG_OP = 'INSERT' AND NEW.status = 'approved' THEN ${up}
    ELSIF TG_OP = 'UPDATE' AND NEW.status = 'approved' AND OLD.status IS DISTINCT FROM 'approved' THEN ${up}
    ELSIF TG_OP = 'UPDATE' AND OLD.status = 'approved' AND NEW.status IS DISTINCT FROM 'approved' THEN ${down}
    ELSIF TG_OP = 'DELETE' AND OLD.status = 'approved' THEN ${down} END IF; RETURN NULL;`,
    all,
    counted(" where status = 'approved'"),
  ],
  [
    'takes the old away and adds the new',
    `IF TG_OP <> 'INSERT' AND OLD.status = 'approved' THEN ${down} END IF; IF TG_OP <> 'DELETE' AND NEW.status = 'approved' THEN ${up} END IF; RETURN NULL;`,
    all,
    counted(" where status = 'approved'"),
  ],
  [
    'only when one of two columns changes',
    `IF TG_OP = 'UPDATE' AND OLD.status IS NOT DISTINCT FROM NEW.status AND OLD.post_id IS NOT DISTINCT FROM NEW.post_id THEN RETURN NULL; END IF;
    IF TG_OP <> 'INSERT' AND OLD.status = 'approved' THEN ${down} END IF; IF TG_OP <> 'DELETE' AND NEW.status = 'approved' THEN ${up} END IF; RETURN NULL;`,
    all,
    counted(" where status = 'approved'"),
  ],
  [
    'counts one of a list',
    `IF NEW.status IN ('open', 'approved') THEN ${up} END IF; RETURN NEW;`,
    'INSERT',
    counted(" where status IN ('open', 'approved')"),
  ],
  [
    'counts by = ANY',
    `IF NEW.status = ANY (ARRAY['open', 'approved']) THEN ${up} END IF; RETURN NEW;`,
    'INSERT',
    counted(" where status IN ('open', 'approved')"),
  ],
  [
    'counts all but one',
    `IF NEW.status <> 'spam' THEN ${up} END IF; RETURN NEW;`,
    'INSERT',
    counted(" where status <> 'spam'"),
  ],
  [
    'counts all but one, unknown too',
    `IF NEW.status IS DISTINCT FROM 'spam' THEN ${up} END IF; RETURN NEW;`,
    'INSERT',
    counted(" where status IS NULL OR status <> 'spam'"),
  ],
  [
    'leaves out by an early return',
    `IF NEW.status = 'spam' OR NEW.hidden THEN RETURN NEW; END IF; ${up} RETURN NEW;`,
    'INSERT',
    counted(" where (status IS NULL OR status <> 'spam') AND hidden IS NOT TRUE"),
  ],
  [
    'counts by a boolean',
    `IF NEW.hidden THEN RETURN NULL; END IF; ${up} RETURN NULL;`,
    'INSERT',
    counted(' where hidden IS NOT TRUE'),
  ],
  [
    'counts by IS NOT TRUE',
    `IF NEW.is_deleted IS NOT TRUE THEN ${up} END IF; RETURN NULL;`,
    'INSERT',
    counted(' where is_deleted IS NOT TRUE'),
  ],
  [
    'counts by COALESCE',
    `IF COALESCE(NEW.is_deleted, false) = false THEN ${up} END IF; RETURN NULL;`,
    'INSERT',
    counted(' where is_deleted IS NOT TRUE'),
  ],
  [
    'counts by NOT',
    `IF NOT NEW.is_deleted THEN ${up} END IF; RETURN NULL;`,
    'INSERT',
    counted(' where is_deleted IS FALSE'),
  ],
  [
    'counts by the size of a number',
    `IF NEW.points >= 10 AND NEW.points < 100 THEN ${up} END IF; RETURN NULL;`,
    'INSERT',
    counted(' where points >= 10 AND points < 100'),
  ],
  [
    'counts by BETWEEN',
    `IF NEW.points BETWEEN 1 AND 5 THEN ${up} END IF; RETURN NULL;`,
    'INSERT',
    counted(' where points >= 1 AND points <= 5'),
  ],
  [
    'counts by two columns',
    `IF NEW.status = 'approved' AND NEW.deleted_at IS NULL THEN ${up} END IF; RETURN NULL;`,
    'INSERT',
    counted(" where status = 'approved' AND deleted_at IS NULL"),
  ],
  [
    'counts by what is never true',
    `IF NEW.status = 'x' AND NEW.status <> 'x' THEN ${up} END IF; RETURN NULL;`,
    'INSERT',
    ['posts.comments_count: no, Its condition is never true: see public.count_it().'],
  ],
  [
    'subtracts by what is never true, and adds always',
    `IF TG_OP = 'INSERT' THEN ${up} ELSIF OLD.status = 'x' AND OLD.status <> 'x' THEN ${down} END IF; RETURN NULL;`,
    both,
    counted(),
  ],
  [
    'counts by the order of texts',
    `IF NEW.status > 'b' AND NEW.status < 'Z' THEN ${up} END IF; RETURN NULL;`,
    'INSERT',
    ['posts.comments_count: no, Its condition depends on how values are ordered: see public.count_it().'],
  ],
  [
    'counts by five columns',
    `IF NEW.points > 1 AND (NEW.quantity > 2 OR NEW.status = 'y') AND NOT (NEW.is_deleted OR NEW.hidden) THEN ${up} END IF; RETURN NULL;`,
    'INSERT',
    ['posts.comments_count: no, Its condition has too many parts: see public.count_it().'],
  ],
  [
    'counts by one column or another',
    `IF NEW.status = 'approved' OR NEW.hidden THEN ${up} END IF; RETURN NULL;`,
    'INSERT',
    counted(" where status = 'approved' OR hidden IS TRUE"),
  ],
  [
    'adds by the condition in CASE',
    "UPDATE posts SET comments_count = comments_count + CASE WHEN NEW.status = 'approved' THEN 1 ELSE 0 END WHERE id = NEW.post_id; RETURN NULL;",
    'INSERT',
    counted(" where status = 'approved'"),
  ],
  [
    'adds a boolean as a number',
    'UPDATE posts SET comments_count = comments_count + NEW.hidden::int WHERE id = NEW.post_id; RETURN NULL;',
    'INSERT',
    counted(' where hidden IS TRUE'),
  ],
  [
    'adds the difference of two',
    "UPDATE posts SET comments_count = comments_count + (CASE WHEN NEW.status = 'approved' THEN 1 ELSE 0 END) - (CASE WHEN OLD.status = 'approved' THEN 1 ELSE 0 END) WHERE id = NEW.post_id; RETURN NULL;",
    'UPDATE',
    counted(" where status = 'approved'"),
  ],
  [
    'keeps the delta in a variable',
    "IF TG_OP <> 'INSERT' AND OLD.deleted_at IS NULL THEN delta := delta - 1; END IF; IF TG_OP <> 'DELETE' AND NEW.deleted_at IS NULL THEN delta := delta + 1; END IF; IF delta <> 0 THEN UPDATE posts SET comments_count = comments_count + delta WHERE id = COALESCE(NEW.post_id, OLD.post_id); END IF; RETURN NULL;",
    all,
    counted(' where deleted_at IS NULL'),
    { declare: 'DECLARE delta integer := 0;' },
  ],
  [
    'writes conditions into WHERE',
    "UPDATE posts SET comments_count = comments_count + 1 WHERE id = NEW.post_id AND NEW.status = 'approved'; RETURN NULL;",
    'INSERT',
    counted(" where status = 'approved'"),
  ],
  [
    'counts paid ones when they are',
    `IF NEW.status = 'paid' AND OLD.status <> 'paid' THEN ${up} END IF; RETURN NEW;`,
    'UPDATE',
    counted(" where status = 'paid', likely"),
  ],
  [
    'refuses a pattern',
    `IF NEW.status LIKE 'a%' THEN ${up} END IF; RETURN NULL;`,
    'INSERT',
    refused("depends on NEW.status LIKE 'a%'."),
  ],
  [
    'refuses a comparison of two columns',
    `IF NEW.author_id <> NEW.parent_id THEN ${up} END IF; RETURN NULL;`,
    'INSERT',
    refused('depends on NEW.author_id <> NEW.parent_id.'),
  ],
  [
    'doubts a look into the row',
    `IF NOT (SELECT locked FROM posts WHERE id = NEW.post_id) THEN ${up} END IF; RETURN NULL;`,
    'INSERT',
    counted(', keeps, likely'),
  ],
  [
    'refuses EXISTS',
    `IF EXISTS (SELECT 1 FROM users WHERE id = NEW.author_id AND is_admin) THEN ${up} END IF; RETURN NULL;`,
    'INSERT',
    refused('depends on a query.'),
  ],
  [
    'refuses what a clock decides',
    `IF NEW.created_at > now() - interval '1 day' THEN ${up} END IF; RETURN NULL;`,
    'INSERT',
    refused("depends on NEW.created_at > now() - '1 day'."),
  ],
  [
    'is less certain where a setting decides',
    `IF pg_trigger_depth() = 1 THEN ${up} END IF; RETURN NULL;`,
    'INSERT',
    counted(', keeps, likely'),
  ],
];

const others: Case[] = [
  [
    'adds an amount',
    'UPDATE posts SET total = total + NEW.price WHERE id = NEW.post_id; RETURN NULL;',
    'INSERT',
    ['posts.total: sum of comments.price by post_id = id, keeps'],
  ],
  [
    'adds the difference of an amount',
    "IF TG_OP = 'INSERT' THEN UPDATE posts SET total = total + coalesce(NEW.price, 0) WHERE id = NEW.post_id; ELSIF TG_OP = 'DELETE' THEN UPDATE posts SET total = total - OLD.price WHERE id = OLD.post_id; ELSE UPDATE posts SET total = total + NEW.price - OLD.price WHERE id = NEW.post_id; END IF; RETURN NULL;",
    all,
    ['posts.total: sum of comments.price by post_id = id'],
  ],
  [
    'adds an amount under a condition',
    "IF NEW.status = 'completed' THEN UPDATE users SET revenue = revenue + NEW.price WHERE id = NEW.author_id; END IF; RETURN NULL;",
    'INSERT',
    ["users.revenue: sum of comments.price by author_id = id where status = 'completed'"],
  ],
  [
    'refuses a product',
    'UPDATE posts SET total = total + NEW.price * NEW.quantity WHERE id = NEW.post_id; RETURN NULL;',
    'INSERT',
    [
      'posts.total: no, Line 1 of public.count_it() adds NEW.price * NEW.quantity for each record, which is not one column.',
    ],
  ],
  [
    'refuses what is at least 0',
    `IF TG_OP = 'INSERT' THEN UPDATE posts SET total = total + greatest(NEW.points, 0) WHERE id = NEW.post_id; ELSE UPDATE posts SET total = total - greatest(OLD.points, 0) WHERE id = OLD.post_id; END IF; RETURN NULL;`,
    'INSERT OR DELETE',
    [
      'posts.total: no, Line 1 of public.count_it() adds GREATEST(NEW.points, 0) for each record, which is not one column.',
    ],
  ],
  [
    'refuses what is at most 3',
    `IF TG_OP = 'INSERT' THEN UPDATE posts SET total = total + least(coalesce(NEW.points, 0), 3) WHERE id = NEW.post_id; ELSE UPDATE posts SET total = total - least(coalesce(OLD.points, 0), 3) WHERE id = OLD.post_id; END IF; RETURN NULL;`,
    'INSERT OR DELETE',
    [
      'posts.total: no, Line 1 of public.count_it() adds LEAST(COALESCE(NEW.points, 0), 3) for each record, which is not one column.',
    ],
  ],
  [
    'refuses another number for none',
    `IF TG_OP = 'INSERT' THEN UPDATE posts SET total = total + coalesce(NEW.price, 1) WHERE id = NEW.post_id; ELSE UPDATE posts SET total = total - coalesce(OLD.price, 1) WHERE id = OLD.post_id; END IF; RETURN NULL;`,
    'INSERT OR DELETE',
    [
      'posts.total: no, Line 1 of public.count_it() adds COALESCE(NEW.price, 1) for each record, which is not one column.',
    ],
  ],
  [
    'refuses what is rounded',
    `IF TG_OP = 'INSERT' THEN UPDATE posts SET total = total + coalesce(NEW.price, 0)::int WHERE id = NEW.post_id; ELSE UPDATE posts SET total = total - coalesce(OLD.price, 0)::int WHERE id = OLD.post_id; END IF; RETURN NULL;`,
    'INSERT OR DELETE',
    [
      'posts.total: no, Line 1 of public.count_it() adds a cast to int4 for each record, which is not one column.',
    ],
  ],
  [
    'adds a whole number that is cast',
    `IF TG_OP = 'INSERT' THEN UPDATE posts SET total = total + coalesce(NEW.points, 0)::int WHERE id = NEW.post_id; ELSE UPDATE posts SET total = total - coalesce(OLD.points, 0)::int WHERE id = OLD.post_id; END IF; RETURN NULL;`,
    'INSERT OR DELETE',
    ['posts.total: sum of comments.points by post_id = id'],
  ],
  [
    'adds 0 for none',
    `IF TG_OP = 'INSERT' THEN UPDATE posts SET total = total + coalesce(NEW.price, 0::numeric) WHERE id = NEW.post_id; ELSE UPDATE posts SET total = total - coalesce(OLD.price, 0::numeric) WHERE id = OLD.post_id; END IF; RETURN NULL;`,
    'INSERT OR DELETE',
    ['posts.total: sum of comments.price by post_id = id'],
  ],
  [
    'refuses ten for each',
    'UPDATE users SET karma = karma + 10 WHERE id = NEW.author_id; RETURN NULL;',
    'INSERT',
    ['users.karma: no, Line 1 of public.count_it() adds 10 for each record, which is not one column.'],
  ],
  [
    'refuses votes up and down',
    "IF NEW.kind = 'up' THEN UPDATE categories SET score = score + 1 WHERE id = 1; ELSE UPDATE categories SET score = score - 1 WHERE id = 1; END IF; RETURN NULL;",
    'INSERT',
    ['categories.score: no, Some records add to it, and others subtract.'],
    { on: 'reactions' },
  ],
  [
    'refuses what is taken from one row and given to another',
    'UPDATE users SET karma = karma - NEW.points WHERE id = NEW.author_id; UPDATE users SET karma = karma + NEW.points WHERE id = NEW.parent_id; RETURN NULL;',
    'INSERT',
    ['users.karma: no, Its records refer to rows in more than one way.'],
  ],
  [
    'is no counter if it counts down',
    'UPDATE categories SET score = score - NEW.amount WHERE id = 1; RETURN NULL;',
    'INSERT',
    [],
    { on: 'reactions' },
  ],
  [
    'follows one more table',
    'UPDATE posts SET likes_count = likes_count + 1 WHERE id = (SELECT post_id FROM comments WHERE id = NEW.comment_id); RETURN NULL;',
    'INSERT',
    ['posts.likes_count: reactions by comment_id = id through comments (id to post_id), keeps'],
    { on: 'reactions' },
  ],
  [
    'follows one more table by INTO',
    'SELECT post_id INTO v_post FROM comments WHERE id = NEW.comment_id; UPDATE posts SET likes_count = likes_count + 1 WHERE id = v_post; RETURN NULL;',
    'INSERT',
    ['posts.likes_count: reactions by comment_id = id through comments (id to post_id), keeps'],
    { on: 'reactions', declare: 'DECLARE v_post uuid;' },
  ],
  [
    'follows one more table by a record',
    'SELECT * INTO c FROM comments WHERE id = NEW.comment_id; UPDATE users SET karma = karma + 1 WHERE id = c.author_id; RETURN NULL;',
    'INSERT',
    ['users.karma: reactions by comment_id = id through comments (id to author_id), keeps'],
    { on: 'reactions', declare: 'DECLARE c record;' },
  ],
  [
    'follows one more table by FROM',
    'UPDATE posts p SET likes_count = p.likes_count + 1 FROM comments c WHERE c.id = NEW.comment_id AND p.id = c.post_id; RETURN NULL;',
    'INSERT',
    ['posts.likes_count: reactions by comment_id = id through comments (id to post_id), keeps'],
    { on: 'reactions' },
  ],
  [
    'refers to several tables',
    "IF NEW.target_type = 'post' THEN UPDATE posts SET likes_count = likes_count + 1 WHERE id = NEW.target_id; ELSIF NEW.target_type = 'comment' THEN UPDATE comments SET likes_count = likes_count + 1 WHERE id = NEW.target_id; END IF; RETURN NULL;",
    'INSERT',
    [
      "comments.likes_count: reactions by target_id = id where target_type = 'comment'",
      "posts.likes_count: reactions by target_id = id where target_type = 'post'",
    ],
    { on: 'reactions' },
  ],
  [
    'refers to several tables by CASE',
    "CASE NEW.target_type WHEN 'post', 'article' THEN UPDATE posts SET likes_count = likes_count + 1 WHERE id = NEW.target_id; WHEN 'comment' THEN UPDATE comments SET likes_count = likes_count + 1 WHERE id = NEW.target_id; END CASE; RETURN NULL;",
    'INSERT',
    [
      "comments.likes_count: reactions by target_id = id where target_type = 'comment'",
      "posts.likes_count: reactions by target_id = id where target_type IN ('post', 'article')",
    ],
    { on: 'reactions' },
  ],
  [
    'refers to its own table',
    "IF TG_OP = 'INSERT' THEN UPDATE comments SET replies_count = replies_count + 1 WHERE id = NEW.parent_id; ELSE UPDATE comments SET replies_count = replies_count - 1 WHERE id = OLD.parent_id; END IF; RETURN NULL;",
    both,
    ['comments.replies_count: comments by parent_id = id'],
  ],
  [
    'counts both sides',
    "IF TG_OP = 'INSERT' THEN UPDATE users SET followers_count = followers_count + 1 WHERE id = NEW.followed_id; UPDATE users SET following_count = following_count + 1 WHERE id = NEW.follower_id; ELSE UPDATE users SET followers_count = followers_count - 1 WHERE id = OLD.followed_id; UPDATE users SET following_count = following_count - 1 WHERE id = OLD.follower_id; END IF; RETURN NULL;",
    both,
    [
      'users.followers_count: follows by followed_id = id',
      'users.following_count: follows by follower_id = id',
    ],
    { on: 'follows' },
  ],
  [
    'has a key of two columns',
    'UPDATE stock SET moves_count = moves_count + 1 WHERE warehouse_id = NEW.warehouse_id AND product_id = NEW.product_id; RETURN NULL;',
    'INSERT',
    ['stock.moves_count: moves by warehouse_id = warehouse_id, product_id = product_id, keeps'],
    { on: 'moves' },
  ],
  [
    'compares a row of columns',
    'UPDATE stock SET moves_count = moves_count + 1 WHERE (warehouse_id, product_id) = (NEW.warehouse_id, NEW.product_id); RETURN NULL;',
    'INSERT',
    ['stock.moves_count: moves by warehouse_id = warehouse_id, product_id = product_id, keeps'],
    { on: 'moves' },
  ],
  [
    'makes the row if it is missing',
    'INSERT INTO post_stats (post_id, comments) VALUES (NEW.post_id, 1) ON CONFLICT (post_id) DO UPDATE SET comments = post_stats.comments + 1; RETURN NULL;',
    'INSERT',
    ['post_stats.comments: comments by post_id = post_id, keeps'],
  ],
  [
    'makes the row with EXCLUDED',
    'INSERT INTO post_stats AS s (post_id, comments) VALUES (NEW.post_id, 1) ON CONFLICT (post_id) DO UPDATE SET comments = s.comments + EXCLUDED.comments; RETURN NULL;',
    'INSERT',
    ['post_stats.comments: comments by post_id = post_id, keeps'],
  ],
  [
    'makes the row if none was found',
    'UPDATE post_stats SET comments = comments + 1 WHERE post_id = NEW.post_id; IF NOT FOUND THEN INSERT INTO post_stats (post_id, comments) VALUES (NEW.post_id, 1); END IF; RETURN NULL;',
    'INSERT',
    ['post_stats.comments: comments by post_id = post_id, keeps'],
  ],
  [
    'counts a whole table',
    'UPDATE site_stats SET total_comments = total_comments + 1; RETURN NULL;',
    'INSERT',
    ['site_stats.total_comments: comments in one row, keeps'],
  ],
  [
    'counts a whole table in a certain row',
    'UPDATE site_stats SET total_comments = total_comments + 1 WHERE id = 1; RETURN NULL;',
    'INSERT',
    ['site_stats.total_comments: comments in one row, keeps'],
  ],
  [
    'takes the size of an array',
    'NEW.likes_count := cardinality(NEW.liked_by); RETURN NEW;',
    'UPDATE',
    ['posts.likes_count: no, Line 1 of public.count_it() sets it to the size of NEW.liked_by.'],
    { on: 'posts', timing: 'BEFORE' },
  ],
  [
    'does not count versions',
    'UPDATE posts SET version = version + 1 WHERE id = NEW.post_id; RETURN NULL;',
    'INSERT',
    [],
  ],
  [
    'does not count its own changes',
    'UPDATE comments SET points = points + 1 WHERE id = NEW.id; RETURN NULL;',
    'UPDATE',
    [],
  ],
  [
    'finds rows by an expression',
    'UPDATE posts SET comments_count = comments_count + 1 WHERE title = lower(NEW.status); RETURN NULL;',
    'INSERT',
    refused('finds the row by posts.title = lower(NEW.status).'),
  ],
  [
    'finds several rows',
    'UPDATE posts SET comments_count = comments_count + 1 WHERE author_id = NEW.author_id; RETURN NULL;',
    'INSERT',
    ['posts.comments_count: no, public.count_it() finds its rows by author_id, which is not unique.'],
  ],
];

const recount = (query: string, which: string) =>
  `UPDATE posts SET comments_count = (${query}) WHERE ${which}; RETURN NULL;`;
const recounts: Case[] = [
  [
    'counts anew',
    recount('SELECT count(*) FROM comments WHERE post_id = NEW.post_id', 'id = NEW.post_id'),
    'INSERT',
    counted(),
  ],
  [
    'counts anew by the row',
    recount('SELECT count(*) FROM comments c WHERE c.post_id = posts.id', 'id IN (NEW.post_id, OLD.post_id)'),
    all,
    counted(),
  ],
  [
    'counts anew with a condition',
    recount(
      "SELECT count(id) FROM comments WHERE post_id = posts.id AND deleted_at IS NULL AND status = 'approved'",
      'id = COALESCE(NEW.post_id, OLD.post_id)',
    ),
    all,
    counted(" where deleted_at IS NULL AND status = 'approved'"),
  ],
  [
    'counts anew with FILTER',
    recount(
      'SELECT count(*) FILTER (WHERE NOT hidden) FROM comments WHERE post_id = posts.id',
      'id = NEW.post_id',
    ),
    'INSERT',
    counted(' where hidden IS FALSE'),
  ],
  [
    'counts what is there',
    recount('SELECT count(author_id) FROM comments WHERE post_id = posts.id', 'id = NEW.post_id'),
    'INSERT',
    counted(' where author_id IS NOT NULL'),
  ],
  [
    'counts into a variable',
    'SELECT count(*) INTO n FROM comments WHERE post_id = NEW.post_id; UPDATE posts SET comments_count = n WHERE id = NEW.post_id; RETURN NULL;',
    'INSERT',
    counted(),
    { declare: 'DECLARE n integer;' },
  ],
  [
    'adds up anew',
    'UPDATE posts SET total = (SELECT COALESCE(SUM(price), 0) FROM comments WHERE post_id = posts.id) WHERE id = NEW.post_id; RETURN NULL;',
    'INSERT',
    ['posts.total: sum of comments.price by post_id = id'],
  ],
  [
    'counts anew in a function',
    recount('count_comments(NEW.post_id)', 'id = NEW.post_id'),
    'INSERT',
    counted(' where deleted_at IS NULL'),
    {
      functions:
        'CREATE FUNCTION count_comments(p uuid) RETURNS bigint LANGUAGE sql AS $$ SELECT count(*) FROM comments WHERE post_id = p AND deleted_at IS NULL $$;',
    },
  ],
  [
    'counts anew by a join',
    'UPDATE posts p SET likes_count = (SELECT count(*) FROM reactions r JOIN comments c ON c.id = r.comment_id WHERE c.post_id = p.id) WHERE p.id = (SELECT post_id FROM comments WHERE id = NEW.comment_id); RETURN NULL;',
    'INSERT',
    ['posts.likes_count: reactions by comment_id = id through comments (id to post_id)'],
    { on: 'reactions' },
  ],
  [
    'counts anew what is polymorphic',
    "IF NEW.target_type = 'post' THEN UPDATE posts SET likes_count = (SELECT count(*) FROM reactions WHERE target_type = NEW.target_type AND target_id = NEW.target_id) WHERE id = NEW.target_id; END IF; RETURN NULL;",
    'INSERT',
    ["posts.likes_count: reactions by target_id = id where target_type = 'post'"],
    { on: 'reactions' },
  ],
  [
    'refuses distinct values',
    recount('SELECT count(DISTINCT author_id) FROM comments WHERE post_id = posts.id', 'id = NEW.post_id'),
    'INSERT',
    refused(
      'sets it to count(DISTINCT comments.author_id), which is neither a number of records nor the sum of one column.',
    ),
  ],
  [
    'refuses distinct rows',
    recount(
      `SELECT count(*) FROM (SELECT DISTINCT author_id FROM comments WHERE post_id = NEW.post_id) c`,
      'id = NEW.post_id',
    ),
    'INSERT',
    refused('counts only where DISTINCT leaves a row.'),
  ],
  [
    'refuses distinct rows of a constant',
    recount(
      `SELECT count(*) FROM (SELECT DISTINCT 1 FROM comments WHERE post_id = NEW.post_id) c`,
      'id = NEW.post_id',
    ),
    'INSERT',
    refused('counts only where DISTINCT leaves a row.'),
  ],
  [
    'refuses rows of a union',
    recount(
      `SELECT count(*) FROM (SELECT author_id FROM comments WHERE post_id = NEW.post_id UNION SELECT author_id FROM comments WHERE post_id = NEW.post_id) c`,
      'id = NEW.post_id',
    ),
    'INSERT',
    [],
  ],
  [
    'refuses groups',
    recount(
      `SELECT count(*) FROM (SELECT author_id FROM comments WHERE post_id = NEW.post_id GROUP BY author_id) c`,
      'id = NEW.post_id',
    ),
    'INSERT',
    refused('counts only where GROUP BY leaves a row.'),
  ],
  [
    'refuses groups with a number',
    recount(
      `SELECT count(*) FROM (SELECT author_id, count(*) FROM comments WHERE post_id = NEW.post_id GROUP BY author_id) c`,
      'id = NEW.post_id',
    ),
    'INSERT',
    refused('counts only where GROUP BY leaves a row.'),
  ],
  [
    'refuses the first rows',
    recount(
      `SELECT count(*) FROM (SELECT 1 FROM comments WHERE post_id = NEW.post_id LIMIT 3) c`,
      'id = NEW.post_id',
    ),
    'INSERT',
    refused('counts only where LIMIT leaves a row.'),
  ],
  [
    'refuses all but the first rows',
    recount(
      `SELECT count(*) FROM (SELECT 1 FROM comments WHERE post_id = NEW.post_id OFFSET 2) c`,
      'id = NEW.post_id',
    ),
    'INSERT',
    refused('counts only where OFFSET leaves a row.'),
  ],
  [
    'refuses the first groups',
    recount(
      `SELECT sum(n) FROM (SELECT author_id, count(*) AS n FROM comments WHERE post_id = NEW.post_id GROUP BY author_id LIMIT 3) c`,
      'id = NEW.post_id',
    ),
    'INSERT',
    refused('counts only where LIMIT leaves a row.'),
  ],
  [
    'refuses HAVING',
    recount(
      `SELECT count(*) FROM comments WHERE post_id = NEW.post_id HAVING count(*) > 11`,
      'id = NEW.post_id',
    ),
    'INSERT',
    refused('counts only where HAVING is true.'),
  ],
  [
    'refuses every pair',
    recount(`SELECT count(*) FROM comments, users WHERE post_id = NEW.post_id`, 'id = NEW.post_id'),
    'INSERT',
    refused('counts comments together with rows of users.'),
  ],
  [
    'refuses each of an array',
    recount(
      `SELECT count(*) FROM (SELECT unnest(ARRAY[1, 2]) FROM comments WHERE post_id = NEW.post_id) c`,
      'id = NEW.post_id',
    ),
    'INSERT',
    refused('counts only where a function leaves a row.'),
  ],
  [
    'refuses an outer join',
    recount(
      `SELECT count(*) FROM posts p LEFT JOIN comments c ON c.post_id = p.id WHERE p.id = NEW.post_id`,
      'id = NEW.post_id',
    ),
    'INSERT',
    refused('counts only where an outer join leaves a row.'),
  ],
  [
    'refuses an outer join that finds nothing',
    recount(
      `SELECT count(*) FILTER (WHERE c.deleted_at IS NULL) FROM posts p LEFT JOIN comments c ON c.post_id = p.id WHERE p.id = NEW.post_id`,
      'id = NEW.post_id',
    ),
    'INSERT',
    refused('counts only where an outer join leaves a row.'),
  ],
  [
    'refuses a condition in an outer join',
    recount(
      `SELECT count(*) FROM comments c LEFT JOIN users u ON u.id = c.author_id AND NOT c.hidden WHERE post_id = NEW.post_id`,
      'id = NEW.post_id',
    ),
    'INSERT',
    refused('counts only where users.id = comments.author_id.'),
  ],
  [
    'refuses a limit',
    recount(`SELECT least(count(*), 3) FROM comments WHERE post_id = NEW.post_id`, 'id = NEW.post_id'),
    'INSERT',
    refused('sets it to LEAST(count(*), 3), which is neither a number of records nor the sum of one column.'),
  ],
  [
    'refuses a least number',
    recount(`SELECT greatest(count(*), 3) FROM comments WHERE post_id = NEW.post_id`, 'id = NEW.post_id'),
    'INSERT',
    refused(
      'sets it to GREATEST(count(*), 3), which is neither a number of records nor the sum of one column.',
    ),
  ],
  [
    'counts what an outer join finds',
    recount(
      `SELECT count(c.id) FROM posts p LEFT JOIN comments c ON c.post_id = p.id AND c.deleted_at IS NULL WHERE p.id = NEW.post_id`,
      'id = NEW.post_id',
    ),
    'INSERT',
    counted(' where deleted_at IS NULL'),
  ],
  [
    'counts what an outer join of a query finds',
    recount(
      `SELECT count(c.id) FROM posts p LEFT JOIN (SELECT * FROM comments WHERE deleted_at IS NULL) c ON c.post_id = p.id WHERE p.id = NEW.post_id`,
      'id = NEW.post_id',
    ),
    'INSERT',
    counted(' where deleted_at IS NULL'),
  ],
  [
    'adds up what an outer join finds by CASE',
    recount(
      `SELECT sum(CASE WHEN c.status = 'open' THEN 1 ELSE 0 END) FROM posts p LEFT JOIN comments c ON c.post_id = p.id WHERE p.id = NEW.post_id`,
      'id = NEW.post_id',
    ),
    'INSERT',
    counted(" where status = 'open'"),
  ],
  [
    'counts within HAVING',
    recount(
      `SELECT count(*) FROM comments WHERE post_id = NEW.post_id HAVING count(*) > 0`,
      'id = NEW.post_id',
    ),
    'INSERT',
    counted(),
  ],
  [
    'counts at least none',
    recount(
      `SELECT greatest(count(*), 0) FROM comments WHERE post_id = NEW.post_id LIMIT 1`,
      'id = NEW.post_id',
    ),
    'INSERT',
    counted(),
  ],
  [
    'adds groups up',
    recount(
      `SELECT sum(n) FROM (SELECT author_id, count(*) AS n FROM comments WHERE post_id = NEW.post_id GROUP BY author_id) c`,
      'id = NEW.post_id',
    ),
    'INSERT',
    counted(),
  ],
  [
    'refuses another sum for none',
    `UPDATE posts SET total = coalesce((SELECT sum(price) FROM comments WHERE post_id = NEW.post_id), 1) WHERE id = NEW.post_id; RETURN NULL;`,
    'INSERT',
    [
      'posts.total: no, Line 1 of public.count_it() sets it to COALESCE(sum(comments.price), 1), which is neither a number of records nor the sum of one column.',
    ],
  ],
  [
    'refuses a sum of what another number stands for',
    `UPDATE posts SET total = (SELECT sum(coalesce(price, 1)) FROM comments WHERE post_id = NEW.post_id) WHERE id = NEW.post_id; RETURN NULL;`,
    'INSERT',
    [
      'posts.total: no, Line 1 of public.count_it() sets it to COALESCE(comments.price, 1), which is neither a number of records nor the sum of one column.',
    ],
  ],
  [
    'refuses another condition',
    recount(
      "SELECT count(*) FROM comments WHERE post_id = posts.id AND created_at > now() - interval '1 day'",
      'id = NEW.post_id',
    ),
    'INSERT',
    refused("counts only where comments.created_at > now() - '1 day'."),
  ],
  [
    'refuses a view',
    recount('SELECT count(*) FROM visible_comments WHERE post_id = posts.id', 'id = NEW.post_id'),
    'INSERT',
    refused('counts rows that are not those of a table here.'),
  ],
];

const statement = (body: string, fires: string, transition: string, on = 'comments') =>
  told(`${tables}
    CREATE FUNCTION count_them() RETURNS trigger LANGUAGE plpgsql AS $body$ DECLARE r record; BEGIN ${body} RETURN NULL; END $body$;
    CREATE TRIGGER keep_count AFTER ${fires} ON ${on} REFERENCING ${transition} FOR EACH STATEMENT EXECUTE FUNCTION count_them();`);

const statements: [name: string, body: string, fires: string, transition: string, expected: string[]][] = [
  [
    'joins groups',
    'UPDATE posts p SET comments_count = p.comments_count + n.added FROM (SELECT post_id, count(*) AS added FROM inserted GROUP BY post_id) n WHERE p.id = n.post_id;',
    'INSERT',
    'NEW TABLE AS inserted',
    counted(', keeps'),
  ],
  [
    'joins groups with a condition',
    "UPDATE posts SET comments_count = comments_count - n.gone FROM (SELECT post_id, count(*) AS gone FROM removed WHERE status = 'approved' GROUP BY 1 ORDER BY 1) AS n WHERE id = n.post_id;",
    'DELETE',
    'OLD TABLE AS removed',
    counted(" where status = 'approved'"),
  ],
  [
    'groups in WITH',
    'WITH n AS (SELECT post_id, count(*)::int AS added FROM inserted GROUP BY post_id) UPDATE posts SET comments_count = comments_count + n.added FROM n WHERE posts.id = n.post_id;',
    'INSERT',
    'NEW TABLE AS inserted',
    counted(', keeps'),
  ],
  [
    'adds both tables up',
    'UPDATE posts p SET comments_count = p.comments_count + d.delta FROM (SELECT post_id, sum(by) AS delta FROM (SELECT post_id, 1 AS by FROM is_now UNION ALL SELECT post_id, -1 FROM was) u GROUP BY post_id) d WHERE p.id = d.post_id;',
    'UPDATE',
    'OLD TABLE AS was NEW TABLE AS is_now',
    counted(),
  ],
  [
    'adds both tables up with a condition',
    "UPDATE posts p SET comments_count = p.comments_count + d.delta FROM (SELECT post_id, sum(by) AS delta FROM (SELECT post_id, 1 AS by FROM is_now WHERE status = 'approved' UNION ALL SELECT post_id, -1 FROM was WHERE status = 'approved') u GROUP BY post_id) d WHERE p.id = d.post_id;",
    'UPDATE',
    'OLD TABLE AS was NEW TABLE AS is_now',
    counted(" where status = 'approved'"),
  ],
  [
    'looks each row up',
    'UPDATE posts p SET comments_count = comments_count + (SELECT count(*) FROM inserted i WHERE i.post_id = p.id) WHERE p.id IN (SELECT post_id FROM inserted);',
    'INSERT',
    'NEW TABLE AS inserted',
    counted(', keeps'),
  ],
  [
    'loops over groups',
    'FOR r IN SELECT post_id, count(*) AS n FROM inserted GROUP BY post_id LOOP UPDATE posts SET comments_count = comments_count + r.n WHERE id = r.post_id; END LOOP;',
    'INSERT',
    'NEW TABLE AS inserted',
    counted(', keeps'),
  ],
  [
    'gives all records to the row of the first',
    'UPDATE posts SET comments_count = comments_count + (SELECT count(*) FROM inserted) WHERE id = (SELECT post_id FROM inserted LIMIT 1);',
    'INSERT',
    'NEW TABLE AS inserted',
    ['posts.comments_count: no, Line 1 of public.count_them() depends on the first record of the statement.'],
  ],
  [
    'gives all records to the row of the first, by a variable',
    'SELECT post_id INTO r FROM inserted LIMIT 1; UPDATE posts SET comments_count = comments_count + (SELECT count(*) FROM inserted) WHERE id = r.post_id;',
    'INSERT',
    'NEW TABLE AS inserted',
    ['posts.comments_count: no, Line 1 of public.count_them() depends on the first record of the statement.'],
  ],
  [
    'gives all records to the row of the first, by INTO without STRICT',
    'SELECT post_id INTO r FROM inserted; UPDATE posts SET comments_count = comments_count + (SELECT count(*) FROM inserted) WHERE id = r.post_id;',
    'INSERT',
    'NEW TABLE AS inserted',
    ['posts.comments_count: no, Line 1 of public.count_them() depends on the first record of the statement.'],
  ],
  [
    'counts the groups of the first by INTO without STRICT',
    'SELECT post_id, count(*) AS n INTO r FROM inserted GROUP BY post_id; UPDATE posts SET comments_count = comments_count + r.n WHERE id = r.post_id;',
    'INSERT',
    'NEW TABLE AS inserted',
    ['posts.comments_count: no, Line 1 of public.count_them() depends on the first record of the statement.'],
  ],
  [
    'takes the only record of a statement by INTO STRICT',
    'SELECT post_id INTO STRICT r FROM inserted; UPDATE posts SET comments_count = comments_count + 1 WHERE id = r.post_id;',
    'INSERT',
    'NEW TABLE AS inserted',
    counted(),
  ],
  [
    'adds a total by INTO without STRICT',
    'SELECT count(*) AS n INTO r FROM inserted; UPDATE site_stats SET total_comments = total_comments + r.n WHERE id = 1;',
    'INSERT',
    'NEW TABLE AS inserted',
    ['site_stats.total_comments: comments in one row, keeps'],
  ],
  [
    'adds up what is not 0',
    'UPDATE posts p SET total = p.total + n.added FROM (SELECT post_id, sum(price)::numeric AS added FROM inserted GROUP BY post_id HAVING sum(price) <> 0) n WHERE p.id = n.post_id;',
    'INSERT',
    'NEW TABLE AS inserted',
    ['posts.total: sum of comments.price by post_id = id, keeps'],
  ],
  [
    'loops over each row of the records once',
    'FOR r IN SELECT DISTINCT post_id FROM inserted LOOP UPDATE posts SET comments_count = comments_count + 1 WHERE id = r.post_id; END LOOP;',
    'INSERT',
    'NEW TABLE AS inserted',
    counted(),
  ],
  [
    'joins each row of the records once',
    'UPDATE posts SET comments_count = comments_count + 1 FROM (SELECT DISTINCT post_id FROM inserted) d WHERE id = d.post_id;',
    'INSERT',
    'NEW TABLE AS inserted',
    counted(),
  ],
  [
    'loops over the first',
    'FOR r IN SELECT post_id FROM inserted LIMIT 5 LOOP UPDATE posts SET comments_count = comments_count + 1 WHERE id = r.post_id; END LOOP;',
    'INSERT',
    'NEW TABLE AS inserted',
    ['posts.comments_count: no, Line 1 of public.count_them() depends on LIMIT leaves a row.'],
  ],
  [
    'adds amounts up',
    'UPDATE posts p SET total = p.total + n.added FROM (SELECT post_id, sum(price) AS added FROM inserted GROUP BY post_id) n WHERE p.id = n.post_id;',
    'INSERT',
    'NEW TABLE AS inserted',
    ['posts.total: sum of comments.price by post_id = id, keeps'],
  ],
  [
    'makes missing rows',
    'INSERT INTO post_stats (post_id, comments) SELECT post_id, count(*) FROM inserted GROUP BY post_id ON CONFLICT (post_id) DO UPDATE SET comments = post_stats.comments + excluded.comments;',
    'INSERT',
    'NEW TABLE AS inserted',
    ['post_stats.comments: comments by post_id = post_id, keeps'],
  ],
  [
    'merges up to a condition on the row alone',
    'MERGE INTO posts p USING (SELECT post_id, count(*) AS n FROM inserted GROUP BY post_id) i ON p.id = i.post_id WHEN MATCHED AND p.comments_count > 0 THEN UPDATE SET comments_count = p.comments_count + i.n WHEN NOT MATCHED THEN INSERT (id, comments_count) VALUES (i.post_id, i.n);',
    'INSERT',
    'NEW TABLE AS inserted',
    counted(', keeps'),
  ],
  [
    'merges under a condition that the branch that inserts does not have',
    'MERGE INTO posts p USING (SELECT post_id, hidden FROM inserted) i ON p.id = i.post_id WHEN MATCHED AND i.hidden THEN UPDATE SET comments_count = p.comments_count + 1 WHEN NOT MATCHED THEN INSERT (id, comments_count) VALUES (i.post_id, 1);',
    'INSERT',
    'NEW TABLE AS inserted',
    [
      'posts.comments_count: no, Line 1 of public.count_them() writes it, and MERGE begins it at 1 whatever the branch that adds asks.',
    ],
  ],
  [
    'merges',
    'MERGE INTO posts p USING (SELECT post_id, count(*) AS n FROM inserted GROUP BY post_id) i ON p.id = i.post_id WHEN MATCHED THEN UPDATE SET comments_count = p.comments_count + i.n;',
    'INSERT',
    'NEW TABLE AS inserted',
    counted(', keeps'),
  ],
  [
    'counts rows anew',
    'UPDATE posts p SET comments_count = (SELECT count(*) FROM comments c WHERE c.post_id = p.id) WHERE p.id IN (SELECT post_id FROM inserted);',
    'INSERT',
    'NEW TABLE AS inserted',
    counted(),
  ],
  [
    'counts keys anew that are told once',
    'UPDATE posts SET comments_count = x.n FROM (SELECT k.post_id, count(c.id) AS n FROM (SELECT DISTINCT post_id FROM inserted) k LEFT JOIN comments c ON c.post_id = k.post_id GROUP BY k.post_id) x WHERE posts.id = x.post_id;',
    'INSERT',
    'NEW TABLE AS inserted',
    counted(),
  ],
  [
    'counts keys anew that a union tells once',
    'UPDATE posts SET comments_count = x.n FROM (SELECT k.post_id, count(*) AS n FROM (SELECT post_id FROM is_now UNION SELECT post_id FROM was) k JOIN comments c ON c.post_id = k.post_id GROUP BY k.post_id) x WHERE posts.id = x.post_id;',
    'UPDATE',
    'OLD TABLE AS was NEW TABLE AS is_now',
    counted(),
  ],
  [
    'refuses keys that are told several times',
    'UPDATE posts SET comments_count = x.n FROM (SELECT k.post_id, count(c.id) AS n FROM inserted k JOIN comments c ON c.post_id = k.post_id GROUP BY k.post_id) x WHERE posts.id = x.post_id;',
    'INSERT',
    'NEW TABLE AS inserted',
    [
      'posts.comments_count: no, Line 1 of public.count_them() counts comments together with rows of comments.',
    ],
  ],
  [
    'refuses keys that are told with more',
    'UPDATE posts SET comments_count = x.n FROM (SELECT k.post_id, count(c.id) AS n FROM (SELECT DISTINCT post_id, author_id FROM inserted) k JOIN comments c ON c.post_id = k.post_id GROUP BY k.post_id) x WHERE posts.id = x.post_id;',
    'INSERT',
    'NEW TABLE AS inserted',
    [
      'posts.comments_count: no, Line 1 of public.count_them() counts comments together with rows of comments.',
    ],
  ],
  [
    'refuses authors',
    'UPDATE posts p SET comments_count = p.comments_count + n.added FROM (SELECT post_id, count(*) AS added FROM (SELECT DISTINCT post_id, author_id FROM inserted) i GROUP BY post_id) n WHERE p.id = n.post_id;',
    'INSERT',
    'NEW TABLE AS inserted',
    ['posts.comments_count: no, Line 1 of public.count_them() depends on DISTINCT leaves a row.'],
  ],
  [
    'refuses pairs',
    'UPDATE posts p SET comments_count = p.comments_count + n.added FROM (SELECT post_id, count(*) AS added FROM inserted, users GROUP BY post_id) n WHERE p.id = n.post_id;',
    'INSERT',
    'NEW TABLE AS inserted',
    ['posts.comments_count: no, Line 1 of public.count_them() counts comments together with rows of users.'],
  ],
  [
    'joins groups that add something',
    'UPDATE posts p SET comments_count = p.comments_count + d.delta FROM (SELECT post_id, sum(by) AS delta FROM (SELECT post_id, 1 AS by FROM is_now UNION ALL SELECT post_id, -1 FROM was) u GROUP BY post_id HAVING sum(by) <> 0) d WHERE p.id = d.post_id;',
    'UPDATE',
    'OLD TABLE AS was NEW TABLE AS is_now',
    counted(),
  ],
  [
    'joins the groups of both states, those without the other too',
    'UPDATE posts p SET comments_count = p.comments_count + coalesce(a.n, 0) - coalesce(b.n, 0) FROM (SELECT post_id, count(*) AS n FROM is_now WHERE hidden GROUP BY 1) a FULL JOIN (SELECT post_id, count(*) AS n FROM was WHERE hidden GROUP BY 1) b USING (post_id) WHERE post_id = p.id;',
    'UPDATE',
    'OLD TABLE AS was NEW TABLE AS is_now',
    counted(' where hidden IS TRUE'),
  ],
  [
    'joins the groups of both states by another name, and asks whether one is there',
    'UPDATE posts p SET comments_count = p.comments_count + coalesce(a.n, 0) - CASE WHEN a.n IS NULL THEN b.n ELSE 0 END FROM (SELECT post_id AS k, count(*) AS n FROM is_now WHERE hidden GROUP BY 1) a FULL JOIN (SELECT post_id AS k, count(*) AS n FROM was WHERE hidden GROUP BY 1) b ON a.k = b.k WHERE coalesce(a.k, b.k) = p.id;',
    'UPDATE',
    'OLD TABLE AS was NEW TABLE AS is_now',
    ['posts.comments_count: no, Line 1 of public.count_them() depends on count(*) IS NULL.'],
  ],
  [
    'joins several groups of one key',
    'UPDATE posts p SET comments_count = p.comments_count + coalesce(a.n, 0) - coalesce(b.n, 0) FROM (SELECT post_id, status, count(*) AS n FROM is_now WHERE hidden GROUP BY 1, 2) a FULL JOIN (SELECT post_id, count(*) AS n FROM was WHERE hidden GROUP BY 1) b USING (post_id) WHERE post_id = p.id;',
    'UPDATE',
    'OLD TABLE AS was NEW TABLE AS is_now',
    ['posts.comments_count: no, Line 1 of public.count_them() depends on a FULL JOIN.'],
  ],
  [
    'joins groups of groups',
    'UPDATE posts p SET comments_count = p.comments_count + d.delta FROM (SELECT k, sum(n) AS delta FROM (SELECT post_id AS k, count(*) AS n FROM is_now GROUP BY post_id UNION ALL SELECT post_id, -count(*) FROM was GROUP BY post_id) u GROUP BY k) d WHERE p.id = d.k;',
    'UPDATE',
    'OLD TABLE AS was NEW TABLE AS is_now',
    counted(),
  ],
  [
    'joins one more table',
    'UPDATE posts p SET likes_count = p.likes_count + n.added FROM (SELECT c.post_id, count(*) AS added FROM inserted i JOIN comments c ON c.id = i.comment_id GROUP BY c.post_id) n WHERE p.id = n.post_id;',
    'INSERT',
    'NEW TABLE AS inserted',
    ['posts.likes_count: reactions by comment_id = id through comments (id to post_id), keeps'],
  ],
  [
    'counts the whole table',
    'UPDATE site_stats SET total_comments = total_comments + (SELECT count(*) FROM inserted);',
    'INSERT',
    'NEW TABLE AS inserted',
    ['site_stats.total_comments: comments in one row, keeps'],
  ],
];

const called: [name: string, ddl: string, expected: string[]][] = [
  [
    'adds and logs',
    `CREATE FUNCTION track(p_post uuid, p_user uuid) RETURNS void LANGUAGE plpgsql AS $$ BEGIN INSERT INTO comments (post_id, author_id) VALUES (p_post, p_user); UPDATE posts SET comments_count = comments_count + 1 WHERE id = p_post; END $$;`,
    counted(', keeps'),
  ],
  [
    'adds and logs in one statement',
    `CREATE FUNCTION track(p_post uuid) RETURNS void LANGUAGE sql AS $$ WITH made AS (INSERT INTO comments (post_id) VALUES (p_post) RETURNING post_id) UPDATE posts SET comments_count = comments_count + 1 FROM made WHERE posts.id = made.post_id $$;`,
    counted(', keeps'),
  ],
  ...(
    [
      ['(xmax = 0)', 'IF made THEN', counted(', keeps')],
      ['(xmax = 0)', 'IF made IS TRUE THEN', counted(', keeps')],
      [
        '(xmax <> 0)',
        'IF made THEN',
        [
          'posts.comments_count: no, Line 2 of public.track(uuid) adds to it, and nothing logs what it counts.',
        ],
      ],
      ['true', 'IF made THEN', counted(', keeps, likely')],
    ] as const
  ).map(([gives, asks, expected]): [string, string, string[]] => [
    `adds where it did not update: ${gives} ${asks}`,
    `CREATE FUNCTION track(p_post uuid) RETURNS void LANGUAGE plpgsql AS $$ DECLARE made boolean; BEGIN INSERT INTO comments (post_id) VALUES (p_post) ON CONFLICT (id) DO UPDATE SET points = 1 RETURNING ${gives} INTO made;
     ${asks} UPDATE posts SET comments_count = comments_count + 1 WHERE id = p_post; END IF; END $$;`,
    [...expected],
  ]),
  ...['IF n IS NOT NULL THEN', 'IF n IS NULL THEN RETURN; ELSE'].map((asks): [string, string, string[]] => [
    `adds where it stored something: ${asks}`,
    `CREATE FUNCTION track(p_post uuid) RETURNS void LANGUAGE plpgsql AS $$ DECLARE n uuid; BEGIN INSERT INTO comments (post_id) VALUES (p_post) ON CONFLICT DO NOTHING RETURNING id INTO n;
       ${asks} UPDATE posts SET comments_count = comments_count + 1 WHERE id = p_post; END IF; END $$;`,
    counted(', keeps'),
  ]),
  [
    'adds an amount and logs it',
    `CREATE FUNCTION pay(p_user uuid, p_amount numeric) RETURNS void LANGUAGE sql AS $$ INSERT INTO reactions (user_id, amount) VALUES (p_user, p_amount); UPDATE users SET revenue = revenue + p_amount WHERE id = p_user $$;`,
    ['users.revenue: sum of reactions.amount by user_id = id, keeps'],
  ],
  ...(
    [
      ['perhaps several', '', ', likely'],
      ['one by a unique key', 'CREATE UNIQUE INDEX ON comments (post_id, author_id);', ''],
    ] as const
  ).map(([name, unique, doubt]): [string, string, string[]] => [
    `adds or takes away what is there: ${name}`,
    `${unique} CREATE FUNCTION toggle(p_post uuid, p_user uuid) RETURNS void LANGUAGE plpgsql AS $$ BEGIN
       IF EXISTS (SELECT 1 FROM comments WHERE post_id = p_post AND author_id = p_user) THEN
         DELETE FROM comments WHERE post_id = p_post AND author_id = p_user; UPDATE posts SET comments_count = comments_count - 1 WHERE id = p_post;
       ELSE INSERT INTO comments (post_id, author_id) VALUES (p_post, p_user); UPDATE posts SET comments_count = comments_count + 1 WHERE id = p_post; END IF; END $$;`,
    counted(doubt),
  ]),
  ...(
    [
      ['any number', 'DELETE FROM comments WHERE author_id = u AND post_id = p', '- 1', '', ', likely'],
      [
        'one, or fails',
        'DELETE FROM comments WHERE author_id = u RETURNING post_id INTO v',
        '- 1',
        'p := v;',
        '',
      ],
      [
        'their number',
        'DELETE FROM comments WHERE author_id = u AND post_id = p',
        '- k',
        'GET DIAGNOSTICS k = ROW_COUNT;',
        '',
      ],
    ] as const
  ).map(([name, deletes, takes, more, doubt]): [string, string, string[]] => [
    `deletes some and subtracts: ${name}`,
    `CREATE FUNCTION add(p uuid, u uuid) RETURNS void LANGUAGE sql AS $$ INSERT INTO comments (post_id, author_id) VALUES (p, u); UPDATE posts SET comments_count = comments_count + 1 WHERE id = p $$;
     CREATE FUNCTION take(p uuid, u uuid) RETURNS void LANGUAGE plpgsql AS $$ DECLARE k integer; v uuid; BEGIN ${deletes}; ${more}
       UPDATE posts SET comments_count = comments_count ${takes} WHERE id = p; END $$;`,
    counted(doubt),
  ]),
  ...(
    [
      ['UPDATE comments SET post_id = b WHERE post_id = a;', 'DELETE FROM posts WHERE id = a;', ''],
      ['', 'DELETE FROM posts WHERE id = a;', ', likely'],
      ['UPDATE comments SET post_id = b WHERE post_id = a;', '', ', likely'],
    ] as const
  ).map(([moves, deletes, doubt]): [string, string, string[]] => [
    `joins two rows: ${moves} ${deletes}`,
    `CREATE FUNCTION track(p_post uuid) RETURNS void LANGUAGE sql AS $$ INSERT INTO comments (post_id) VALUES (p_post); UPDATE posts SET comments_count = comments_count + 1 WHERE id = p_post $$;
       CREATE FUNCTION join_posts(a uuid, b uuid) RETURNS void LANGUAGE plpgsql AS $$ BEGIN ${moves}
       UPDATE posts SET comments_count = comments_count + (SELECT comments_count FROM posts WHERE id = a) WHERE id = b; ${deletes} END $$;`,
    counted(`, keeps${doubt}`),
  ]),
  [
    'deletes and adds',
    `CREATE FUNCTION empty(p_post uuid) RETURNS void LANGUAGE sql AS $$ DELETE FROM comments WHERE post_id = p_post; UPDATE posts SET comments_count = comments_count + 1 WHERE id = p_post $$;`,
    ['posts.comments_count: no, public.empty(uuid) adds to it, and nothing logs what it counts.'],
  ],
  [
    'deletes and adds in one statement',
    `CREATE FUNCTION empty(p_post uuid) RETURNS void LANGUAGE sql AS $$ WITH gone AS (DELETE FROM comments WHERE post_id = p_post RETURNING 1) UPDATE posts SET comments_count = comments_count + 1 WHERE id = p_post $$;`,
    ['posts.comments_count: no, public.empty(uuid) adds to it, and nothing logs what it counts.'],
  ],
  [
    'keeps the newest record only',
    `CREATE FUNCTION ping(p_post uuid) RETURNS void LANGUAGE plpgsql AS $$ DECLARE n uuid; BEGIN INSERT INTO comments (post_id) VALUES (p_post) RETURNING id INTO n;
       UPDATE posts SET comments_count = comments_count + 1 WHERE id = p_post; DELETE FROM comments WHERE post_id = p_post AND id <> n; END $$;`,
    [
      'posts.comments_count: no, public.ping(uuid) deletes records of comments where it adds one, and subtracts nothing.',
    ],
  ],
  [
    'deletes records where it adds none',
    `CREATE FUNCTION ping(p_post uuid, p_ends boolean) RETURNS void LANGUAGE plpgsql AS $$ BEGIN IF p_ends THEN DELETE FROM comments WHERE post_id = p_post; RETURN; END IF;
       INSERT INTO comments (post_id) VALUES (p_post); UPDATE posts SET comments_count = comments_count + 1 WHERE id = p_post; END $$;`,
    counted(', keeps, likely'),
  ],
  [
    'takes away as many as it deletes, or adds one',
    `CREATE FUNCTION toggle(p_post uuid, p_user uuid) RETURNS void LANGUAGE plpgsql AS $$ DECLARE k integer; BEGIN DELETE FROM comments WHERE post_id = p_post AND author_id = p_user; GET DIAGNOSTICS k = ROW_COUNT;
       IF k > 0 THEN UPDATE posts SET comments_count = comments_count - k WHERE id = p_post; ELSE INSERT INTO comments (post_id, author_id) VALUES (p_post, p_user); UPDATE posts SET comments_count = comments_count + 1 WHERE id = p_post; END IF; END $$;`,
    counted(', keeps, likely'),
  ],
  [
    'replaces a record, and adds one where it replaces none',
    `CREATE FUNCTION vote(p_post uuid, p_user uuid) RETURNS void LANGUAGE plpgsql AS $$ BEGIN DELETE FROM comments WHERE post_id = p_post AND author_id = p_user;
       IF NOT FOUND THEN UPDATE posts SET comments_count = comments_count + 1 WHERE id = p_post; END IF; INSERT INTO comments (post_id, author_id) VALUES (p_post, p_user); END $$;`,
    counted(', keeps, likely'),
  ],
  [
    'adds the number of those that it deletes',
    `CREATE FUNCTION empty(p_post uuid) RETURNS void LANGUAGE sql AS $$ WITH gone AS (DELETE FROM comments WHERE post_id = p_post RETURNING 1) UPDATE posts SET comments_count = comments_count + (SELECT count(*) FROM gone) WHERE id = p_post $$;`,
    ['posts.comments_count: no, public.empty(uuid) adds to it, and nothing logs what it counts.'],
  ],
  [
    'stores and subtracts',
    `CREATE FUNCTION sell(p_post uuid, p_user uuid) RETURNS void LANGUAGE sql AS $$ INSERT INTO comments (post_id, author_id) VALUES (p_post, p_user); UPDATE posts SET comments_count = comments_count - 1 WHERE id = p_post $$;`,
    ['posts.comments_count: no, A new record lowers it: it counts down.'],
  ],
  [
    'stores and subtracts an amount',
    `CREATE FUNCTION pay(p_user uuid, p_amount numeric) RETURNS void LANGUAGE sql AS $$ INSERT INTO reactions (user_id, amount) VALUES (p_user, p_amount); UPDATE users SET revenue = revenue - p_amount WHERE id = p_user $$;`,
    [],
  ],
  [
    'stores any number and adds one',
    `CREATE FUNCTION refill(p_post uuid) RETURNS void LANGUAGE sql AS $$ INSERT INTO comments (post_id, points) SELECT p_post, g FROM generate_series(1, 3) g; UPDATE posts SET comments_count = comments_count + 1 WHERE id = p_post $$;`,
    ['posts.comments_count: no, public.refill(uuid) adds to it, and nothing logs what it counts.'],
  ],
  [
    'stores one for each of an array and adds one',
    `CREATE FUNCTION refill(p_post uuid, p_all uuid[]) RETURNS void LANGUAGE sql AS $$ INSERT INTO comments (post_id, author_id) SELECT p_post, unnest(p_all); UPDATE posts SET comments_count = comments_count + 1 WHERE id = p_post $$;`,
    ['posts.comments_count: no, public.refill(uuid, uuid[]) adds to it, and nothing logs what it counts.'],
  ],
  [
    'stores what a table has and adds one',
    `CREATE FUNCTION refill(p_post uuid) RETURNS void LANGUAGE sql AS $$ INSERT INTO comments (post_id, author_id) SELECT p_post, id FROM users; UPDATE posts SET comments_count = comments_count + 1 WHERE id = p_post $$;`,
    ['posts.comments_count: no, public.refill(uuid) adds to it, and nothing logs what it counts.'],
  ],
  [
    'stores two and adds one',
    `CREATE FUNCTION refill(p_post uuid) RETURNS void LANGUAGE sql AS $$ INSERT INTO comments (post_id, status) VALUES (p_post, 'a'), (p_post, 'b'); UPDATE posts SET comments_count = comments_count + 1 WHERE id = p_post $$;`,
    ['posts.comments_count: no, public.refill(uuid) adds to it, and nothing logs what it counts.'],
  ],
  [
    'stores in a loop and adds one',
    `CREATE FUNCTION refill(p_post uuid) RETURNS void LANGUAGE plpgsql AS $$ BEGIN FOR i IN 1..3 LOOP INSERT INTO comments (post_id, points) VALUES (p_post, i); END LOOP; UPDATE posts SET comments_count = comments_count + 1 WHERE id = p_post; END $$;`,
    ['posts.comments_count: no, Line 1 of public.refill(uuid) adds to it, and nothing logs what it counts.'],
  ],
  [
    'deletes all and subtracts one',
    `CREATE FUNCTION empty(p_post uuid) RETURNS void LANGUAGE sql AS $$ DELETE FROM comments WHERE post_id = p_post; UPDATE posts SET comments_count = comments_count - 1 WHERE id = p_post $$;`,
    ['posts.comments_count: no, public.empty(uuid) subtracts from it, and nothing logs what it counts.'],
  ],
  [
    'adds where it stores none',
    `CREATE FUNCTION hit(p_post uuid, p_log boolean) RETURNS void LANGUAGE plpgsql AS $$ BEGIN IF p_log THEN INSERT INTO comments (post_id) VALUES (p_post); ELSE UPDATE posts SET comments_count = comments_count + 1 WHERE id = p_post; END IF; END $$;`,
    [
      'posts.comments_count: no, Line 1 of public.hit(uuid, boolean) adds to it, and nothing logs what it counts.',
    ],
  ],
  [
    'adds where it may store none',
    `CREATE FUNCTION hit(p_post uuid, p_user uuid) RETURNS void LANGUAGE plpgsql AS $$ BEGIN IF p_user IS NOT NULL THEN INSERT INTO comments (post_id, author_id) VALUES (p_post, p_user); END IF; UPDATE posts SET comments_count = comments_count + 1 WHERE id = p_post; END $$;`,
    counted(', keeps, likely'),
  ],
  [
    'adds where it may have left before',
    `CREATE FUNCTION hit(p_post uuid, p_user uuid) RETURNS void LANGUAGE plpgsql AS $$ BEGIN UPDATE posts SET comments_count = comments_count + 1 WHERE id = p_post; IF p_user IS NULL THEN RETURN; END IF; INSERT INTO comments (post_id, author_id) VALUES (p_post, p_user); END $$;`,
    counted(', keeps, likely'),
  ],
  [
    'adds and stores, or fails',
    `CREATE FUNCTION hit(p_post uuid, p_user uuid) RETURNS void LANGUAGE plpgsql AS $$ BEGIN UPDATE posts SET comments_count = comments_count + 1 WHERE id = p_post; IF NOT FOUND THEN RETURN; END IF; IF p_user IS NULL THEN RAISE EXCEPTION 'who'; END IF; INSERT INTO comments (post_id, author_id) VALUES (p_post, p_user); END $$;`,
    counted(', keeps'),
  ],
  [
    'leaves, or stores and adds',
    `CREATE FUNCTION hit(p_post uuid, p_user uuid) RETURNS void LANGUAGE plpgsql AS $$ BEGIN IF p_user IS NULL THEN RETURN; END IF; INSERT INTO comments (post_id, author_id) VALUES (p_post, p_user); IF FOUND THEN UPDATE posts SET comments_count = comments_count + 1 WHERE id = p_post; END IF; END $$;`,
    counted(', keeps, likely'),
  ],
  [
    'stores the row of a key',
    `CREATE FUNCTION copy(p_post uuid, p_user uuid) RETURNS void LANGUAGE sql AS $$ INSERT INTO comments (post_id, author_id) SELECT p.id, p_user FROM posts p WHERE p.id = p_post; UPDATE posts SET comments_count = comments_count + 1 WHERE id = p_post $$;`,
    counted(', keeps'),
  ],
  [
    'stores where there is none yet',
    `CREATE FUNCTION once(p_post uuid, p_user uuid) RETURNS void LANGUAGE sql AS $$ INSERT INTO comments (post_id, author_id) SELECT p_post, p_user WHERE NOT EXISTS (SELECT 1 FROM comments WHERE author_id = p_user); UPDATE posts SET comments_count = comments_count + 1 WHERE id = p_post $$;`,
    counted(', keeps, likely'),
  ],
  [
    'also stores a log, and the count has the name of the other',
    `CREATE TABLE log (id uuid PRIMARY KEY, post_id uuid, what text); CREATE TABLE tags (id uuid PRIMARY KEY, post_id uuid REFERENCES posts); CREATE TABLE reads (comment_id uuid, user_id uuid, n integer, PRIMARY KEY (comment_id, user_id));
     CREATE FUNCTION say(p_post uuid, p_user uuid) RETURNS void LANGUAGE plpgsql AS $$ BEGIN INSERT INTO tags (post_id) VALUES (p_post); INSERT INTO comments (post_id, author_id) VALUES (p_post, p_user); UPDATE posts SET comments_count = comments_count + 1 WHERE id = p_post; END $$;`,
    counted(', keeps'),
  ],
  [
    'also stores a log, in a branch that is nearer',
    `CREATE TABLE log (id uuid PRIMARY KEY, post_id uuid, what text); CREATE TABLE tags (id uuid PRIMARY KEY, post_id uuid REFERENCES posts); CREATE TABLE reads (comment_id uuid, user_id uuid, n integer, PRIMARY KEY (comment_id, user_id));
     CREATE FUNCTION say(p_post uuid, p_user uuid) RETURNS void LANGUAGE plpgsql AS $$ BEGIN INSERT INTO comments (post_id, author_id) VALUES (p_post, p_user); IF FOUND THEN INSERT INTO tags (post_id) VALUES (p_post); UPDATE posts SET comments_count = comments_count + 1 WHERE id = p_post; END IF; END $$;`,
    counted(', keeps, likely'),
  ],
  [
    'also stores a log that has no foreign key',
    `CREATE TABLE log (id uuid PRIMARY KEY, post_id uuid, what text); CREATE TABLE tags (id uuid PRIMARY KEY, post_id uuid REFERENCES posts); CREATE TABLE reads (comment_id uuid, user_id uuid, n integer, PRIMARY KEY (comment_id, user_id));
     CREATE FUNCTION say(p_post uuid, p_user uuid) RETURNS void LANGUAGE plpgsql AS $$ BEGIN INSERT INTO log (post_id, what) VALUES (p_post, 'said'); INSERT INTO comments (post_id, author_id) VALUES (p_post, p_user); UPDATE posts SET total = total + 1 WHERE id = p_post; END $$;`,
    ['posts.total: comments by post_id = id, keeps'],
  ],
  [
    'stores in two tables that could both be counted',
    `CREATE TABLE log (id uuid PRIMARY KEY, post_id uuid, what text); CREATE TABLE tags (id uuid PRIMARY KEY, post_id uuid REFERENCES posts); CREATE TABLE reads (comment_id uuid, user_id uuid, n integer, PRIMARY KEY (comment_id, user_id));
     CREATE FUNCTION say(p_post uuid, p_user uuid) RETURNS void LANGUAGE plpgsql AS $$ BEGIN INSERT INTO comments (post_id, author_id) VALUES (p_post, p_user); INSERT INTO tags (post_id) VALUES (p_post); UPDATE posts SET total = total + 1 WHERE id = p_post; END $$;`,
    ['posts.total: comments by post_id = id, keeps, likely'],
  ],
  [
    'stores an amount in one of two tables',
    `CREATE TABLE gifts (id uuid PRIMARY KEY, user_id uuid REFERENCES users);
     CREATE FUNCTION pay(p_user uuid, p_amount numeric) RETURNS void LANGUAGE plpgsql AS $$ BEGIN INSERT INTO gifts (user_id) VALUES (p_user); INSERT INTO reactions (user_id, amount) VALUES (p_user, p_amount); UPDATE users SET revenue = revenue + p_amount WHERE id = p_user; END $$;`,
    ['users.revenue: sum of reactions.amount by user_id = id, keeps'],
  ],
  [
    'adds where a record is changed by ON CONFLICT',
    `CREATE TABLE log (id uuid PRIMARY KEY, post_id uuid, what text); CREATE TABLE tags (id uuid PRIMARY KEY, post_id uuid REFERENCES posts); CREATE TABLE reads (comment_id uuid, user_id uuid, n integer, PRIMARY KEY (comment_id, user_id));
     CREATE FUNCTION look(p_comment uuid, p_user uuid) RETURNS void LANGUAGE plpgsql AS $$ BEGIN INSERT INTO reads VALUES (p_comment, p_user, 1) ON CONFLICT (comment_id, user_id) DO UPDATE SET n = reads.n + 1; UPDATE comments SET points = points + 1 WHERE id = p_comment; END $$;`,
    ['comments.points: reads by comment_id = id, keeps, likely'],
  ],
  [
    'adds where ON CONFLICT stores nothing',
    `CREATE TABLE log (id uuid PRIMARY KEY, post_id uuid, what text); CREATE TABLE tags (id uuid PRIMARY KEY, post_id uuid REFERENCES posts); CREATE TABLE reads (comment_id uuid, user_id uuid, n integer, PRIMARY KEY (comment_id, user_id));
     CREATE FUNCTION look(p_comment uuid, p_user uuid) RETURNS void LANGUAGE plpgsql AS $$ BEGIN INSERT INTO reads VALUES (p_comment, p_user, 1) ON CONFLICT DO NOTHING; UPDATE comments SET points = points + 1 WHERE id = p_comment; END $$;`,
    ['comments.points: reads by comment_id = id, keeps, likely'],
  ],
  [
    'raises an error where ON CONFLICT stores nothing',
    `CREATE TABLE log (id uuid PRIMARY KEY, post_id uuid, what text); CREATE TABLE tags (id uuid PRIMARY KEY, post_id uuid REFERENCES posts); CREATE TABLE reads (comment_id uuid, user_id uuid, n integer, PRIMARY KEY (comment_id, user_id));
     CREATE FUNCTION look(p_comment uuid, p_user uuid) RETURNS void LANGUAGE plpgsql AS $$ BEGIN INSERT INTO reads VALUES (p_comment, p_user, 1) ON CONFLICT DO NOTHING; IF NOT FOUND THEN RAISE EXCEPTION 'twice'; END IF; UPDATE comments SET points = points + 1 WHERE id = p_comment; END $$;`,
    ['comments.points: reads by comment_id = id, keeps'],
  ],
  [
    'asks before ON CONFLICT, and not after it',
    `CREATE TABLE log (id uuid PRIMARY KEY, post_id uuid, what text); CREATE TABLE tags (id uuid PRIMARY KEY, post_id uuid REFERENCES posts); CREATE TABLE reads (comment_id uuid, user_id uuid, n integer, PRIMARY KEY (comment_id, user_id));
     CREATE FUNCTION look(p_comment uuid, p_user uuid) RETURNS void LANGUAGE plpgsql AS $$ BEGIN PERFORM 1 FROM comments WHERE id = p_comment; IF NOT FOUND THEN RAISE EXCEPTION 'none'; END IF; INSERT INTO reads VALUES (p_comment, p_user, 1) ON CONFLICT DO NOTHING; UPDATE comments SET points = points + 1 WHERE id = p_comment; END $$;`,
    ['comments.points: reads by comment_id = id, keeps, likely'],
  ],
  [
    'adds what ON CONFLICT stored',
    `CREATE TABLE log (id uuid PRIMARY KEY, post_id uuid, what text); CREATE TABLE tags (id uuid PRIMARY KEY, post_id uuid REFERENCES posts); CREATE TABLE reads (comment_id uuid, user_id uuid, n integer, PRIMARY KEY (comment_id, user_id));
     CREATE FUNCTION look(p_comment uuid, p_user uuid) RETURNS void LANGUAGE plpgsql AS $$ BEGIN DECLARE k integer; BEGIN INSERT INTO reads VALUES (p_comment, p_user, 1) ON CONFLICT DO NOTHING; GET DIAGNOSTICS k = ROW_COUNT; UPDATE comments SET points = points + k WHERE id = p_comment; END; END $$;`,
    ['comments.points: reads by comment_id = id, keeps'],
  ],
  [
    'adds for the rows that ON CONFLICT stored',
    `CREATE TABLE log (id uuid PRIMARY KEY, post_id uuid, what text); CREATE TABLE tags (id uuid PRIMARY KEY, post_id uuid REFERENCES posts); CREATE TABLE reads (comment_id uuid, user_id uuid, n integer, PRIMARY KEY (comment_id, user_id));
     CREATE FUNCTION look(p_comment uuid, p_user uuid) RETURNS void LANGUAGE sql AS $$ WITH x AS (INSERT INTO reads VALUES (p_comment, p_user, 1) ON CONFLICT DO NOTHING RETURNING comment_id) UPDATE comments SET points = points + 1 FROM x WHERE id = x.comment_id $$;`,
    ['comments.points: reads by comment_id = id, keeps'],
  ],
  [
    'stores where an UPDATE finds nothing, and adds in any case',
    `CREATE TABLE log (id uuid PRIMARY KEY, post_id uuid, what text); CREATE TABLE tags (id uuid PRIMARY KEY, post_id uuid REFERENCES posts); CREATE TABLE reads (comment_id uuid, user_id uuid, n integer, PRIMARY KEY (comment_id, user_id));
     CREATE FUNCTION look(p_comment uuid, p_user uuid) RETURNS void LANGUAGE plpgsql AS $$ BEGIN UPDATE reads SET n = n + 1 WHERE comment_id = p_comment AND user_id = p_user; IF NOT FOUND THEN INSERT INTO reads VALUES (p_comment, p_user, 1); END IF; UPDATE comments SET points = points + 1 WHERE id = p_comment; END $$;`,
    ['comments.points: reads by comment_id = id, keeps, likely'],
  ],
  [
    'stores and adds where an UPDATE finds nothing',
    `CREATE TABLE log (id uuid PRIMARY KEY, post_id uuid, what text); CREATE TABLE tags (id uuid PRIMARY KEY, post_id uuid REFERENCES posts); CREATE TABLE reads (comment_id uuid, user_id uuid, n integer, PRIMARY KEY (comment_id, user_id));
     CREATE FUNCTION look(p_comment uuid, p_user uuid) RETURNS void LANGUAGE plpgsql AS $$ BEGIN UPDATE reads SET n = n + 1 WHERE comment_id = p_comment AND user_id = p_user; IF NOT FOUND THEN INSERT INTO reads VALUES (p_comment, p_user, 1); UPDATE comments SET points = points + 1 WHERE id = p_comment; END IF; END $$;`,
    ['comments.points: reads by comment_id = id, keeps'],
  ],
  [
    'beside one that hides a record',
    `CREATE FUNCTION say(p_post uuid, p_user uuid) RETURNS void LANGUAGE plpgsql AS $$ BEGIN INSERT INTO comments (post_id, author_id) VALUES (p_post, p_user); UPDATE posts SET comments_count = comments_count + 1 WHERE id = p_post; END $$;
     CREATE FUNCTION hide(p_id uuid, p_post uuid) RETURNS void LANGUAGE plpgsql AS $$ BEGIN UPDATE comments SET hidden = true WHERE id = p_id; UPDATE posts SET comments_count = comments_count - 1 WHERE id = p_post; END $$;`,
    counted(', keeps, likely'),
  ],
  [
    'with one that it calls',
    `CREATE FUNCTION bump(p_post uuid, p_by integer) RETURNS void LANGUAGE sql AS $$ UPDATE posts SET comments_count = comments_count + p_by WHERE id = p_post $$;
     CREATE FUNCTION say(p_post uuid, p_user uuid) RETURNS void LANGUAGE plpgsql AS $$ BEGIN INSERT INTO comments (post_id, author_id) VALUES (p_post, p_user); PERFORM bump(p_post, 1); END $$;`,
    counted(', keeps'),
  ],
  [
    'stores any number and adds that',
    `CREATE FUNCTION refill(p_post uuid) RETURNS void LANGUAGE plpgsql AS $$ DECLARE n integer; BEGIN INSERT INTO comments (post_id, points) SELECT p_post, g FROM generate_series(1, 3) g; GET DIAGNOSTICS n = ROW_COUNT; UPDATE posts SET comments_count = comments_count + n WHERE id = p_post; END $$;`,
    counted(', keeps'),
  ],
  [
    'stores and adds in one loop',
    `CREATE FUNCTION refill(p_post uuid) RETURNS void LANGUAGE plpgsql AS $$ BEGIN FOR i IN 1..3 LOOP INSERT INTO comments (post_id, points) VALUES (p_post, i); UPDATE posts SET comments_count = comments_count + 1 WHERE id = p_post; END LOOP; END $$;`,
    counted(', keeps'),
  ],
  [
    'stores and adds on either of two ways',
    `CREATE FUNCTION hit(p_post uuid, p_user uuid, p_other uuid) RETURNS void LANGUAGE plpgsql AS $$ BEGIN IF p_user IS NOT NULL THEN INSERT INTO comments (post_id, author_id) VALUES (p_post, p_user); UPDATE posts SET comments_count = comments_count + 1 WHERE id = p_post; END IF; IF p_other IS NOT NULL THEN INSERT INTO comments (post_id, author_id) VALUES (p_post, p_other); UPDATE posts SET comments_count = comments_count + 1 WHERE id = p_post; END IF; END $$;`,
    counted(', keeps'),
  ],
  [
    'adds where what it stores is so',
    `CREATE FUNCTION say(p_post uuid, p_hidden boolean) RETURNS void LANGUAGE plpgsql AS $$ BEGIN INSERT INTO comments (post_id, hidden) VALUES (p_post, p_hidden); IF NOT p_hidden THEN UPDATE posts SET comments_count = comments_count + 1 WHERE id = p_post; END IF; END $$;`,
    counted(' where hidden IS FALSE'),
  ],
  [
    'adds by CASE where what it stores is so',
    `CREATE FUNCTION say(p_post uuid, p_status text) RETURNS void LANGUAGE sql AS $$ INSERT INTO comments (post_id, status) VALUES (p_post, p_status); UPDATE posts SET comments_count = comments_count + CASE WHEN p_status = 'open' THEN 1 ELSE 0 END WHERE id = p_post $$;`,
    counted(" where status = 'open'"),
  ],
  [
    'adds in the WHERE of what it stores',
    `CREATE FUNCTION say(p_post uuid, p_status text) RETURNS void LANGUAGE sql AS $$ INSERT INTO comments (post_id, status) VALUES (p_post, lower(p_status)); UPDATE posts SET comments_count = comments_count + 1 WHERE id = p_post AND lower(p_status) = 'open' $$;`,
    counted(" where status = 'open'"),
  ],
  [
    'adds by what it does not store',
    `CREATE FUNCTION say(p_post uuid, p_counts boolean) RETURNS void LANGUAGE plpgsql AS $$ BEGIN INSERT INTO comments (post_id) VALUES (p_post); IF p_counts THEN UPDATE posts SET comments_count = comments_count + 1 WHERE id = p_post; END IF; END $$;`,
    ['posts.comments_count: no, Line 1 of public.say(uuid, boolean) depends on p_counts.'],
  ],
  [
    'adds by what another table says',
    `CREATE FUNCTION say(p_post uuid, p_user uuid) RETURNS void LANGUAGE plpgsql AS $$ DECLARE a boolean; BEGIN INSERT INTO comments (post_id, author_id) VALUES (p_post, p_user); SELECT is_admin INTO a FROM users WHERE id = p_user; IF NOT a THEN UPDATE posts SET comments_count = comments_count + 1 WHERE id = p_post; END IF; END $$;`,
    ['posts.comments_count: no, Line 1 of public.say(uuid, uuid) depends on NOT (users.is_admin).'],
  ],
  [
    'leaves between what it stores and what it adds',
    `CREATE FUNCTION say(p_post uuid, p_hidden boolean) RETURNS void LANGUAGE plpgsql AS $$ BEGIN INSERT INTO comments (post_id, hidden) VALUES (p_post, p_hidden); IF p_hidden THEN RETURN; END IF; UPDATE posts SET comments_count = comments_count + 1 WHERE id = p_post; END $$;`,
    counted(' where hidden IS NOT TRUE'),
  ],
  [
    'fails between what it stores and what it adds',
    `CREATE FUNCTION say(p_post uuid, p_hidden boolean) RETURNS void LANGUAGE plpgsql AS $$ BEGIN INSERT INTO comments (post_id, hidden) VALUES (p_post, p_hidden); IF p_hidden THEN RAISE EXCEPTION 'no'; END IF; UPDATE posts SET comments_count = comments_count + 1 WHERE id = p_post; END $$;`,
    counted(', keeps'),
  ],
  [
    'subtracts where what it deletes was so',
    `CREATE FUNCTION unsay(p_id uuid, p_post uuid) RETURNS void LANGUAGE plpgsql AS $$ DECLARE h boolean; BEGIN DELETE FROM comments WHERE id = p_id AND post_id = p_post RETURNING hidden INTO h; IF NOT h THEN UPDATE posts SET comments_count = comments_count - 1 WHERE id = p_post; END IF; END $$;`,
    counted(' where hidden IS FALSE'),
  ],
  [
    'adds another number than it stores rows',
    `CREATE FUNCTION empty(p_post uuid) RETURNS void LANGUAGE plpgsql AS $$ DECLARE n integer; BEGIN DELETE FROM reactions WHERE target_id = p_post; GET DIAGNOSTICS n = ROW_COUNT; INSERT INTO comments (post_id, points) VALUES (p_post, n); UPDATE posts SET comments_count = comments_count + n WHERE id = p_post; END $$;`,
    ['posts.comments_count: no, Line 1 of public.empty(uuid) adds to it, and nothing logs what it counts.'],
  ],
  [
    'adds by what it does not store, beside another',
    `CREATE FUNCTION track(p_post uuid) RETURNS void LANGUAGE sql AS $$ INSERT INTO comments (post_id) VALUES (p_post); UPDATE posts SET comments_count = comments_count + 1 WHERE id = p_post $$;
     CREATE FUNCTION say(p_post uuid, p_counts boolean) RETURNS void LANGUAGE sql AS $$ INSERT INTO comments (post_id) VALUES (p_post); UPDATE posts SET comments_count = comments_count + 1 WHERE id = p_post AND p_counts $$;`,
    counted(', keeps, likely'),
  ],
  [
    'stores what another one counts elsewhere',
    `CREATE FUNCTION say(p_post uuid) RETURNS void LANGUAGE sql AS $$ INSERT INTO comments (post_id, status) VALUES (p_post, 'said'); UPDATE posts SET comments_count = comments_count + 1 WHERE id = p_post $$;
     CREATE FUNCTION like_it(p_post uuid) RETURNS void LANGUAGE sql AS $$ INSERT INTO comments (post_id, status) VALUES (p_post, 'liked'); UPDATE posts SET likes_count = likes_count + 1 WHERE id = p_post $$;`,
    [...counted(', keeps, likely'), 'posts.likes_count: comments by post_id = id, keeps, likely'],
  ],
  [
    'stores another kind than another one counts elsewhere',
    `CREATE FUNCTION view_it(p_comment uuid) RETURNS void LANGUAGE sql AS $$ INSERT INTO reactions (comment_id, kind) VALUES (p_comment, 'view'); UPDATE comments SET points = points + 1 WHERE id = p_comment $$;
     CREATE FUNCTION like_it(p_comment uuid) RETURNS void LANGUAGE sql AS $$ INSERT INTO reactions (comment_id, kind) VALUES (p_comment, 'like'); UPDATE comments SET likes_count = likes_count + 1 WHERE id = p_comment $$;
     CREATE FUNCTION love_it(p_comment uuid) RETURNS void LANGUAGE sql AS $$ INSERT INTO reactions (comment_id, kind) VALUES (p_comment, 'love'); UPDATE comments SET likes_count = likes_count + 1 WHERE id = p_comment $$;`,
    [
      "comments.likes_count: reactions by comment_id = id where kind IN ('like', 'love'), keeps",
      "comments.points: reactions by comment_id = id where kind = 'view', keeps",
    ],
  ],
  [
    'stores two kinds and counts one of them',
    `CREATE FUNCTION pass(p_from uuid, p_to uuid) RETURNS void LANGUAGE sql AS $$ INSERT INTO reactions (comment_id, kind) VALUES (p_from, 'out'), (p_to, 'in'); UPDATE comments SET likes_count = likes_count + 1 WHERE id = p_to $$;`,
    ["comments.likes_count: reactions by comment_id = id where kind = 'in', keeps"],
  ],
  [
    'stores a kind that something changes',
    `CREATE FUNCTION like_it(p_comment uuid) RETURNS void LANGUAGE sql AS $$ INSERT INTO reactions (comment_id, kind) VALUES (p_comment, 'like'); UPDATE comments SET likes_count = likes_count + 1 WHERE id = p_comment $$;
     CREATE FUNCTION view_it(p_comment uuid) RETURNS void LANGUAGE sql AS $$ INSERT INTO reactions (comment_id, kind) VALUES (p_comment, 'view'); UPDATE reactions SET kind = 'seen' WHERE comment_id = p_comment $$;`,
    ['comments.likes_count: reactions by comment_id = id, keeps, likely'],
  ],
  [
    'stores a kind that another one does not count',
    `CREATE FUNCTION like_it(p_comment uuid) RETURNS void LANGUAGE sql AS $$ INSERT INTO reactions (comment_id, kind) VALUES (p_comment, 'like'); UPDATE comments SET likes_count = likes_count + 1 WHERE id = p_comment $$;
     CREATE FUNCTION copy_it(p_comment uuid) RETURNS void LANGUAGE sql AS $$ INSERT INTO reactions (comment_id, kind) VALUES (p_comment, 'like') $$;`,
    ['comments.likes_count: reactions by comment_id = id, keeps, likely'],
  ],
  [
    'stores any kind beside one that it counts',
    `CREATE FUNCTION like_it(p_comment uuid) RETURNS void LANGUAGE sql AS $$ INSERT INTO reactions (comment_id, kind) VALUES (p_comment, 'like'); UPDATE comments SET likes_count = likes_count + 1 WHERE id = p_comment $$;
     CREATE FUNCTION react(p_comment uuid, p_kind text) RETURNS void LANGUAGE sql AS $$ INSERT INTO reactions (comment_id, kind) VALUES (p_comment, p_kind) $$;`,
    ['comments.likes_count: reactions by comment_id = id, keeps, likely'],
  ],
  [
    'stores by another function',
    `CREATE FUNCTION store(p_post uuid) RETURNS void LANGUAGE sql AS $$ INSERT INTO comments (post_id) VALUES (p_post) $$;
     CREATE FUNCTION say(p_post uuid) RETURNS void LANGUAGE plpgsql AS $$ BEGIN PERFORM store(p_post); UPDATE posts SET comments_count = comments_count + 1 WHERE id = p_post; END $$;`,
    counted(', keeps'),
  ],
  [
    'only adds',
    `CREATE FUNCTION hit(p_post uuid) RETURNS void LANGUAGE sql AS $$ UPDATE posts SET likes_count = likes_count + 1 WHERE id = p_post $$;`,
    ['posts.likes_count: no, public.hit(uuid) adds to it, and nothing logs what it counts.'],
  ],
  [
    'counts anew',
    `CREATE FUNCTION refresh(p_post uuid) RETURNS void LANGUAGE sql AS $$ UPDATE posts SET comments_count = (SELECT count(*) FROM comments WHERE post_id = posts.id) WHERE id = p_post $$;`,
    counted(),
  ],
  [
    'counts all anew',
    `CREATE FUNCTION refresh() RETURNS void LANGUAGE sql AS $$ UPDATE posts p SET comments_count = c.n FROM (SELECT post_id, count(*) AS n FROM comments WHERE deleted_at IS NULL GROUP BY post_id) c WHERE c.post_id = p.id $$;`,
    counted(' where deleted_at IS NULL'),
  ],
  [
    'sets what it is given',
    `CREATE FUNCTION rename(p_post uuid, p_n integer) RETURNS void LANGUAGE sql AS $$ UPDATE posts SET comments_count = p_n, version = version + 1 WHERE id = p_post $$;`,
    [],
  ],
];

const where = (condition: string) =>
  `UPDATE posts SET comments_count = comments_count + 1 WHERE id = NEW.post_id AND ${condition}; RETURN NEW;`;
const set = (value: string) =>
  `UPDATE posts SET comments_count = ${value} WHERE id = NEW.post_id; RETURN NEW;`;

const rowConditions: [name: string, body: string, expected: string[]][] = [
  ['on the row alone is a doubt', where('NOT locked'), counted(', keeps, likely')],
  ['on the row and a constant is a doubt', where('locked = false'), counted(', keeps, likely')],
  [
    'on the row and the record',
    where('author_id <> NEW.author_id'),
    refused('depends on posts.author_id <> NEW.author_id.'),
  ],
  [
    'on the row and an amount',
    where('total + 1 >= NEW.price'),
    refused('depends on posts.total + 1 >= NEW.price.'),
  ],
  [
    'on the row or the record',
    where('(NOT locked OR NEW.hidden)'),
    refused('depends on NOT (posts.locked) OR NEW.hidden.'),
  ],
  [
    'on a query for the row',
    where('EXISTS (SELECT 1 FROM users u WHERE u.id = posts.author_id AND u.is_admin)'),
    refused('depends on a query.'),
  ],
];

const limits: typeof rowConditions = [
  ['LEAST', set('least(comments_count + 1, 99)'), refused('stops adding to it at a limit.')],
  [
    'CASE',
    set('CASE WHEN comments_count >= 99 THEN comments_count ELSE comments_count + 1 END'),
    refused('stops adding to it at a limit.'),
  ],
  ['WHERE', where('comments_count < 99'), refused('stops adding to it at a limit.')],
  ['no limit at 0', where('comments_count >= 0'), counted(', keeps')],
];

/** What a trigger of comments does besides counting. */
function more(body: string, fires = 'AFTER INSERT') {
  const found = writingsOf(
    readingsOf(`${tables}
      CREATE FUNCTION count_it() RETURNS trigger LANGUAGE plpgsql AS $body$ DECLARE r record; BEGIN ${up} ${body} END $body$;
      CREATE TRIGGER keep_count ${fires} ON comments FOR EACH ROW EXECUTE FUNCTION count_it();`),
  );
  return found.flatMap(({ outcome: { more: list, insertions, emptied, vetoes } }) => [
    ...list.map(({ does }) => does),
    ...insertions.flatMap(({ source, table }) =>
      source.kind === 'inserted' ? [`inserts into ${table.name}`] : [],
    ),
    ...emptied.map(({ name }) => `deletes from ${name}`),
    ...(vetoes ? ['refuses'] : []),
  ]);
}

test.each<[body: string, expected: string[], fires?: string]>([
  ['RETURN NULL;', []],
  ['SELECT id INTO r FROM posts; RETURN NULL;', []],
  ['FOR r IN SELECT 1 LOOP NULL; END LOOP; RETURN NULL;', []],
  [
    'FOR r IN INSERT INTO reactions (id) VALUES (NEW.id) RETURNING id LOOP NULL; END LOOP;',
    ['inserts into reactions'],
  ],
  [
    'FOR r IN WITH x AS (DELETE FROM reactions RETURNING id) SELECT * FROM x LOOP NULL; END LOOP;',
    ['deletes from reactions'],
  ],
  [
    'MERGE INTO reactions USING (SELECT 1) s ON true WHEN MATCHED THEN DELETE WHEN NOT MATCHED THEN INSERT (id) VALUES (NEW.id);',
    ['deletes from reactions', 'inserts into reactions'],
  ],
  ['INSERT INTO reactions DEFAULT VALUES;', ['inserts into reactions']],
  ['DELETE FROM shown;', ['deletes from shown']],
  ['TRUNCATE shown;', ['runs TRUNCATE']],
  ['REFRESH MATERIALIZED VIEW shown;', ['runs REFRESH MATERIALIZED VIEW']],
  ['CREATE TEMP TABLE IF NOT EXISTS t (id integer);', ['runs CREATE']],
  ['CREATE TEMP TABLE t AS SELECT 1;', ['runs CREATE TABLE AS']],
  ["COPY posts TO '/tmp/posts';", ['runs COPY']],
  ['NOTIFY posts;', ['runs NOTIFY']],
  ["SET work_mem = '1MB';", ['runs SET']],
  ['RETURN NEW;', [], 'BEFORE INSERT OR UPDATE'],
  ['RETURN NULL;', ['refuses'], 'BEFORE INSERT'],
  ['RETURN OLD;', ['refuses'], 'BEFORE UPDATE'],
  ['RETURN OLD;', [], 'BEFORE DELETE'],
  ['RETURN NEW;', ['refuses'], 'BEFORE DELETE'],
  ['IF NEW.hidden THEN RETURN NULL; END IF; RETURN NEW;', ['refuses'], 'BEFORE INSERT'],
])('besides counting: %s', (body, expected, fires) => expect(more(body, fires)).toEqual(expected));

describe('a trigger by row', () => {
  test.each(simple)('%s', (_, body, fires, expected, how) =>
    expect(inTrigger(body, fires, how)).toEqual(expected),
  );
});
describe('a condition', () => {
  test.each(conditions)('%s', (_, body, fires, expected, how) =>
    expect(inTrigger(body, fires, how)).toEqual(expected),
  );
});
describe('a condition in the UPDATE', () => {
  test.each(rowConditions)('%s', (_, body, expected) => expect(inTrigger(body, 'INSERT')).toEqual(expected));
});
describe('a limit by', () => {
  test.each(limits)('%s', (_, body, expected) => expect(inTrigger(body, 'INSERT')).toEqual(expected));
});
describe('another kind', () => {
  test.each(others)('%s', (_, body, fires, expected, how) =>
    expect(inTrigger(body, fires, how)).toEqual(expected),
  );
});
const queries: [query: string, expected: string[]][] = [
  ['SELECT count(*) FROM (SELECT DISTINCT author_id FROM comments WHERE post_id = posts.id) z', []],
  ['SELECT count(*) FROM (SELECT author_id FROM comments WHERE post_id = posts.id GROUP BY author_id) z', []],
  ['SELECT count(*) FROM (SELECT 1 FROM comments WHERE post_id = posts.id LIMIT 3) z', []],
  ['SELECT count(*) FROM (SELECT 1 FROM comments WHERE post_id = posts.id OFFSET 2) z', []],
  [
    'WITH few AS (SELECT 1 FROM comments WHERE post_id = posts.id FETCH FIRST 3 ROWS ONLY) SELECT count(*) FROM few',
    [],
  ],
  ['SELECT count(*) FROM comments WHERE post_id = posts.id OFFSET 1', []],
  ['SELECT least(count(*), 3) FROM comments WHERE post_id = posts.id', []],
  ['SELECT greatest(sum(points), 0) FROM comments WHERE post_id = posts.id', []],
  ['SELECT coalesce(sum(points), 7) FROM comments WHERE post_id = posts.id', []],
  ['SELECT count(*) FROM comments, users WHERE post_id = posts.id', []],
  ['SELECT count(*) FROM comments CROSS JOIN users WHERE post_id = posts.id', []],
  ['SELECT count(*) FROM comments WHERE post_id = posts.id HAVING count(*) > 11', []],
  ['SELECT count(*) FROM posts p LEFT JOIN comments c ON c.post_id = p.id WHERE p.id = posts.id', []],
  ['SELECT count(*) FROM comments c RIGHT JOIN posts p ON c.post_id = p.id WHERE p.id = posts.id', []],
  ['SELECT sum(points) FROM comments WHERE post_id = posts.id HAVING count(*) <> 3', []],
  ['SELECT greatest(count(*), 0) FROM comments WHERE post_id = posts.id', counted()],
  ['SELECT count(*) FROM comments WHERE post_id = posts.id LIMIT 1', counted()],
  ['SELECT count(*) FROM comments WHERE post_id = posts.id GROUP BY post_id HAVING count(*) > 0', counted()],
  ['SELECT count(*) FROM comments c JOIN posts p ON p.id = c.post_id WHERE p.id = posts.id', counted()],
];

describe('a recount that', () => {
  // What is no number of records of the row is refused, with the reason.
  test.each(queries)('%s', (query, expected) => {
    const lines = inTrigger(recount(query, 'id = NEW.post_id'), 'INSERT');
    if (expected.length > 0) expect(lines).toEqual(expected);
    else expect(lines).toEqual([expect.stringMatching(/^posts\.comments_count: no, .+/)]);
  });
});

const amounts: [added: string, expected: string | null][] = [
  ['greatest(NEW.quantity, 0)', null],
  ['least(coalesce(NEW.quantity, 0), 3)', null],
  ['coalesce(NEW.price, 1)', null],
  ['coalesce(NEW.price, 0)::int', null],
  ['NEW.price::numeric(10, 0)', null],
  ['(NEW.price + 0)::bigint', null],
  ['coalesce(NEW.price, 0)', 'price'],
  ['NEW.quantity::numeric(12, 2)', 'quantity'],
  ['coalesce(NEW.quantity, 0)::bigint', 'quantity'],
];

describe('what is added', () => {
  test.each(amounts)('%s', (added, expected) => {
    const lines = inTrigger(`UPDATE posts SET total = total + ${added} WHERE id = NEW.post_id;`, 'INSERT');
    if (expected) expect(lines).toEqual([`posts.total: sum of comments.${expected} by post_id = id, keeps`]);
    else expect(lines).toEqual([expect.stringMatching(/^posts\.total: no, .+/)]);
  });

  test.each([
    ['greatest(total + coalesce(NEW.price, 0), 0)'],
    ['coalesce(total, 0) + NEW.price'],
    ['greatest(coalesce(total, 0) + NEW.price, 0)'],
  ])('%s', set => {
    expect(inTrigger(`UPDATE posts SET total = ${set} WHERE id = NEW.post_id;`, 'INSERT')).toEqual([
      'posts.total: sum of comments.price by post_id = id, keeps',
    ]);
  });
});

describe('a cast in a condition', () => {
  test.each([
    ["NEW.status::varchar(1) = 's'", null],
    ['NEW.price::numeric(10, 0) = 2', null],
    ["NEW.status = 'spam'::varchar(20)", " where status = 'spam'"],
    ["NEW.status = 'spam'::varchar(2)", null],
    ["NEW.status::varchar = 's'", " where status = 's'"],
    ['NEW.quantity::numeric(10, 0) = 2', ' where quantity = 2'],
  ])('%s', (condition, expected) => {
    const lines = inTrigger(`IF ${condition} THEN ${up} END IF;`, 'INSERT');
    if (expected) expect(lines).toEqual(counted(expected));
    else expect(lines).toEqual([expect.stringMatching(/^posts\.comments_count: no, .+/)]);
  });
});

describe('a recount', () => {
  test.each(recounts)('%s', (_, body, fires, expected, how) =>
    expect(inTrigger(body, fires, how)).toEqual(expected),
  );
});
describe('a trigger by statement', () => {
  test.each(statements)('%s', (_, body, fires, transition, expected) => {
    const on = body.includes('comment_id') ? 'reactions' : 'comments';
    expect(statement(body, fires, transition, on)).toEqual(expected);
  });
});
describe('a function that is called', () => {
  test.each(called)('%s', (_, ddl, expected) => expect(told(tables + ddl)).toEqual(expected));
});

describe('where writers have different conditions', () => {
  const trigger = (event: string, condition: string, step: string) => `
    CREATE FUNCTION f_${step}_${event.length}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
      UPDATE posts SET comments_count = comments_count ${step === 'add' ? '+ 1' : '- 1'} WHERE id = ${step === 'add' ? 'NEW' : 'OLD'}.post_id; RETURN NULL; END $$;
    CREATE TRIGGER t_${step}_${event.length} AFTER ${event} ON comments FOR EACH ROW WHEN (${condition}) EXECUTE FUNCTION f_${step}_${event.length}();`;
  const inserts = (condition: string) => trigger('INSERT', `NEW.status ${condition}`, 'add');
  const deletes = (condition: string) => trigger('DELETE', `OLD.status ${condition}`, 'take');
  const closes = trigger('UPDATE OF status', `OLD.status <> 'closed' AND NEW.status = 'closed'`, 'take');
  const reopens = trigger('UPDATE OF status', `OLD.status = 'closed' AND NEW.status = 'open'`, 'add');
  const both = `${inserts("<> 'closed'")} ${deletes("<> 'closed'")}`;

  test('it is that of inserts and deletes, and the other writer is named', () => {
    expect(told(`${tables} ${both} ${closes} ${reopens}`)).toEqual(
      counted(" where status <> 'closed', likely"),
    );
    const [judged] = writtenCounters(writingsOf(readingsOf(`${tables} ${both} ${closes} ${reopens}`)));
    expect(judged && 'doubts' in judged && judged.doubts).toEqual([
      "Not every writer has its condition: public.f_add_16() on UPDATE has status = 'open', not status <> 'closed'.",
    ]);
  });

  test('no condition is taken where inserts and deletes have different ones', () => {
    expect(told(`${tables} ${inserts("<> 'closed'")} ${deletes("= 'open'")}`)).toEqual([
      "posts.comments_count: no, Its triggers count under different conditions (public.f_add_6() on INSERT has status <> 'closed'; public.f_take_6() on DELETE has status = 'open'): see public.f_add_6().",
    ]);
  });

  test('what they say of NULL makes no difference for a column that cannot be NULL', () => {
    const ddl = `${tables} ${inserts("IS DISTINCT FROM 'closed'")} ${deletes("<> 'closed'")}`;
    expect(told(ddl)).toEqual([expect.stringContaining('count under different conditions')]);
    expect(told(ddl.replace('status text', 'status text NOT NULL'))).toEqual(
      counted(" where status <> 'closed'"),
    );
    const body = `IF TG_OP = 'INSERT' THEN IF NEW.hidden THEN RETURN NULL; END IF; ${up} RETURN NULL; END IF;
      IF NOT OLD.hidden THEN ${down} END IF; RETURN NULL;`;
    expect(inTrigger(body, 'INSERT OR DELETE')).toEqual(counted(' where hidden IS FALSE'));
    expect(inTrigger(body.replaceAll('hidden', 'is_deleted'), 'INSERT OR DELETE')).toEqual([
      expect.stringContaining('count under different conditions'),
    ]);
  });

  test('a setting that decides is named', () => {
    const ddl = `${tables} ${trigger('INSERT', `current_setting('app.import', true) IS DISTINCT FROM 'on'`, 'add')}`;
    const [judged] = writtenCounters(writingsOf(readingsOf(ddl)));
    expect(judged && 'doubts' in judged && judged.doubts.join(' ')).toContain(
      "current_setting('app.import')",
    );
  });

  test('an event that is only ever added is no certain counter', () => {
    const [judged, ...others] = writtenCounters(writingsOf(readingsOf(`${tables} ${reopens}`)));
    expect(others).toEqual([]);
    expect(judged).toMatchObject({
      certain: false,
      doubts: [expect.stringContaining('how often that happened')],
    });
  });
});

describe('without a trigger on DELETE', () => {
  const move = `IF TG_OP = 'UPDATE' THEN ${down} END IF; ${up} RETURN NULL;`;
  test.each<Case>([
    ['a log stays counted', `${up} RETURN NULL;`, 'INSERT', counted(', keeps')],
    ['what moves is subtracted, and so is what is deleted', move, 'INSERT OR UPDATE', counted()],
    ['any update adds, as a mistake does', `${up} RETURN NULL;`, 'INSERT OR UPDATE', counted()],
    [
      'TRUNCATE sets counts to 0',
      `${up} RETURN NULL;`,
      'INSERT',
      counted(),
      {
        functions: `CREATE FUNCTION empty_it() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN UPDATE posts SET comments_count = 0; RETURN NULL; END $$;
          CREATE TRIGGER empty_it AFTER TRUNCATE ON comments FOR EACH STATEMENT EXECUTE FUNCTION empty_it();`,
      },
    ],
    [
      'what stops counting is deleted softly',
      `IF NEW.deleted_at IS NULL THEN ${up} END IF; RETURN NULL;`,
      'INSERT',
      counted(' where deleted_at IS NULL'),
    ],
    [
      'a sum of everything ever',
      'UPDATE posts SET total = total + NEW.price WHERE id = NEW.post_id; RETURN NULL;',
      'INSERT',
      ['posts.total: sum of comments.price by post_id = id, keeps'],
    ],
    [
      'a sum in another table whose UPDATE only adds',
      `IF NEW.status = 'approved' THEN INSERT INTO post_stats (post_id, comments) VALUES (NEW.post_id, 1)
         ON CONFLICT (post_id) DO UPDATE SET comments = post_stats.comments + 1; END IF; RETURN NULL;`,
      'INSERT OR UPDATE',
      ["post_stats.comments: comments by post_id = post_id where status = 'approved'"],
    ],
  ])('%s', (_, body, fires, expected, how) => {
    expect(inTrigger(body, fires, how)).toEqual(expected);
  });

  test('the evidence says what was taken from that', () => {
    const evidence = (fires: string) =>
      writtenCounters(
        writingsOf(
          readingsOf(`${tables}
            CREATE FUNCTION count_it() RETURNS trigger LANGUAGE plpgsql AS $body$ BEGIN ${up} RETURN NULL; END $body$;
            CREATE TRIGGER keep_count AFTER ${fires} ON comments FOR EACH ROW EXECUTE FUNCTION count_it();`),
        ),
      ).map(each => 'unseen' in each && each.unseen);
    expect(evidence('INSERT')).toEqual([expect.stringContaining('so they are taken to stay counted')]);
    expect(evidence('INSERT OR UPDATE')).toEqual([expect.stringContaining('taken for a mistake')]);
  });
});
