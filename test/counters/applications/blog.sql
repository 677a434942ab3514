-- A blogging platform with comments and likes on anything.
create type post_status as enum ('draft', 'scheduled', 'published');
create type comment_status as enum ('pending', 'approved', 'spam');

create table authors (
  id int generated always as identity primary key,
  pen_name text not null,
  posts_count int not null default 0,
  twitter_followers int
);

create table categories (
  id int generated always as identity primary key,
  name text not null,
  menu_order int not null default 0,
  posts_count int not null default 0
);

create table series (
  id int generated always as identity primary key,
  title text not null,
  planned_parts int not null default 3,
  posts_count int not null default 0
);

create table posts (
  id int generated always as identity primary key,
  author_id int not null references authors on delete cascade,
  series_id int references series on delete set null,
  title text not null,
  body text not null default '',
  status post_status not null default 'draft',
  word_count int not null default 0,
  reading_minutes int not null default 0,
  comments_count int not null default 0,
  likes_count int not null default 0,
  revisions_count int not null default 0,
  shares int not null default 0,
  views int not null default 0,
  deleted_at timestamptz,
  published_at timestamptz
);

create table pages (
  id int generated always as identity primary key,
  title text not null,
  sort int not null default 0,
  comments_count int not null default 0
);

create table comments (
  id int generated always as identity primary key,
  commentable_type text not null check (commentable_type in ('post', 'page')),
  commentable_id int not null,
  parent_id int references comments on delete cascade,
  author_name text not null,
  body text not null,
  status comment_status not null default 'pending',
  spam_score int not null default 0,
  likes_count int not null default 0,
  replies_count int not null default 0
);
create index on comments (commentable_type, commentable_id);

create table likes (
  id int generated always as identity primary key,
  target_type text not null check (target_type in ('post', 'comment', 'author')),
  target_id int not null,
  visitor text not null,
  unique (target_type, target_id, visitor)
);

create table revisions (
  id int generated always as identity primary key,
  post_id int not null references posts on delete cascade,
  revision_no int not null,
  body text not null
);

create table post_categories (
  post_id int not null references posts on delete cascade,
  category_id int not null references categories on delete cascade,
  primary key (post_id, category_id)
);

create table tags (
  id int generated always as identity primary key,
  name text not null unique,
  taggings_count int not null default 0
);
create table taggings (
  id int generated always as identity primary key,
  tag_id int not null references tags on delete cascade,
  taggable_type text not null,
  taggable_id int not null
);

create table subscribers (
  id int generated always as identity primary key,
  email text not null unique,
  bounce_count int not null default 0,
  confirmed_at timestamptz,
  unsubscribed_at timestamptz
);

create table newsletters (
  id int generated always as identity primary key,
  subject text not null,
  deliveries_count int not null default 0,
  opens int not null default 0,
  sent_at timestamptz
);
create table deliveries (
  id int generated always as identity primary key,
  newsletter_id int not null references newsletters on delete cascade,
  subscriber_id int not null references subscribers on delete cascade,
  attempts int not null default 1
);

create table site_stats (
  id int primary key,
  comments_total int not null default 0,
  subscribers_total int not null default 0,
  theme_version int not null default 4
);
insert into site_stats (id) values (1);

-- comments -----------------------------------------------------------------------
create or replace function comment_bump(c comments, delta int) returns void language plpgsql as $$
begin
  case c.commentable_type
    when 'post' then
      update posts set comments_count = comments_count + delta where id = c.commentable_id;
    when 'page' then
      update pages set comments_count = comments_count + delta where id = c.commentable_id;
  end case;
  update site_stats set comments_total = comments_total + delta where id = 1;
end $$;

create or replace function comments_counter_cache() returns trigger language plpgsql as $$
begin
  if tg_op = 'INSERT' then
    if new.status = 'approved' then
      case new.commentable_type
        when 'post' then
          update posts set comments_count = comments_count + 1 where id = new.commentable_id;
        when 'page' then
          update pages set comments_count = comments_count + 1 where id = new.commentable_id;
        else
          null;
      end case;
      update site_stats set comments_total = comments_total + 1 where id = 1;
    end if;
  elsif tg_op = 'UPDATE' then
    if new.status = 'approved' and old.status <> 'approved' then
      case new.commentable_type
        when 'post' then
          update posts set comments_count = comments_count + 1 where id = new.commentable_id;
        when 'page' then
          update pages set comments_count = comments_count + 1 where id = new.commentable_id;
        else
          null;
      end case;
      update site_stats set comments_total = comments_total + 1 where id = 1;
    elsif old.status = 'approved' and new.status <> 'approved' then
      case old.commentable_type
        when 'post' then
          update posts set comments_count = comments_count - 1 where id = old.commentable_id;
        when 'page' then
          update pages set comments_count = comments_count - 1 where id = old.commentable_id;
        else
          null;
      end case;
      update site_stats set comments_total = comments_total - 1 where id = 1;
    end if;
  elsif tg_op = 'DELETE' then
    if old.status = 'approved' then
      case old.commentable_type
        when 'post' then
          update posts set comments_count = comments_count - 1 where id = old.commentable_id;
        when 'page' then
          update pages set comments_count = comments_count - 1 where id = old.commentable_id;
        else
          null;
      end case;
      update site_stats set comments_total = comments_total - 1 where id = 1;
    end if;
  end if;
  return null;
end $$;
create trigger comments_counter_cache after insert or delete or update of status on comments
  for each row execute function comments_counter_cache();

create or replace function comments_replies() returns trigger language plpgsql as $$
begin
  if tg_op = 'DELETE' then
    update comments set replies_count = (select count(1) from comments r where r.parent_id = old.parent_id) where id = old.parent_id;
    return old;
  end if;
  update comments set replies_count = (select count(1) from comments r where r.parent_id = new.parent_id) where id = new.parent_id;
  return new;
end $$;
create trigger comments_replies_i after insert on comments for each row when (new.parent_id is not null) execute function comments_replies();
create trigger comments_replies_d after delete on comments for each row when (old.parent_id is not null) execute function comments_replies();

-- likes -----------------------------------------------------------------------------
create or replace function likes_counter_cache() returns trigger language plpgsql as $$
begin
  if tg_op = 'INSERT' then
    if new.target_type = 'post' then
      update posts set likes_count = likes_count + 1 where id = new.target_id;
    elsif new.target_type = 'comment' then
      update comments set likes_count = likes_count + 1 where id = new.target_id;
    end if;
    return new;
  else
    if old.target_type = 'post' then
      update posts set likes_count = likes_count - 1 where id = old.target_id;
    elsif old.target_type = 'comment' then
      update comments set likes_count = likes_count - 1 where id = old.target_id;
    end if;
    return old;
  end if;
end $$;
create trigger likes_counter_cache after insert or delete on likes for each row execute function likes_counter_cache();

-- authors: published posts that were not thrown away -------------------------------------
create or replace function authors_posts() returns trigger language plpgsql as $$
begin
  if tg_op in ('UPDATE', 'DELETE') then
    if old.status = 'published' and old.deleted_at is null then
      update authors set posts_count = posts_count - 1 where id = old.author_id;
    end if;
  end if;
  if tg_op in ('UPDATE', 'INSERT') then
    if new.status = 'published' and new.deleted_at is null then
      update authors set posts_count = posts_count + 1 where id = new.author_id;
    end if;
  end if;
  return null;
end $$;
create trigger authors_posts after insert or delete or update of author_id, status, deleted_at on posts
  for each row execute function authors_posts();

-- series, by statement --------------------------------------------------------------------
create or replace function series_posts() returns trigger language plpgsql as $$
begin
  if tg_op <> 'DELETE' then
    update series s set posts_count = s.posts_count + x.n
      from (select series_id, count(*) n from new_posts where series_id is not null group by series_id) x where x.series_id = s.id;
  end if;
  if tg_op <> 'INSERT' then
    update series s set posts_count = s.posts_count - x.n
      from (select series_id, count(*) n from old_posts where series_id is not null group by series_id) x where x.series_id = s.id;
  end if;
  return null;
end $$;
create trigger series_posts_i after insert on posts referencing new table as new_posts for each statement execute function series_posts();
create trigger series_posts_u after update on posts referencing new table as new_posts old table as old_posts for each statement execute function series_posts();
create trigger series_posts_d after delete on posts referencing old table as old_posts for each statement execute function series_posts();

-- categories ----------------------------------------------------------------------------------
create or replace function categories_inc() returns trigger language plpgsql as $$
begin
  update categories set posts_count = coalesce(posts_count, 0) + 1 where id = new.category_id;
  return new;
end $$;
create or replace function categories_dec() returns trigger language plpgsql as $$
begin
  update categories set posts_count = greatest(coalesce(posts_count, 0) - 1, 0) where id = old.category_id;
  return old;
end $$;
create trigger categories_inc before insert on post_categories for each row execute function categories_inc();
create trigger categories_dec before delete on post_categories for each row execute function categories_dec();

-- subscribers ----------------------------------------------------------------------------------
create or replace function site_subscribers() returns trigger language plpgsql as $$
begin
  update site_stats set subscribers_total = (select count(*) from subscribers where confirmed_at is not null and unsubscribed_at is null);
  return null;
end $$;
create trigger site_subscribers after insert or update or delete on subscribers for each statement execute function site_subscribers();

-- called by the mailer and the site --------------------------------------------------------------
create or replace function send_newsletter(p_newsletter int) returns int language plpgsql as $$
declare
  n int;
begin
  insert into deliveries (newsletter_id, subscriber_id)
  select p_newsletter, s.id from subscribers s where s.confirmed_at is not null and s.unsubscribed_at is null;
  get diagnostics n = row_count;
  update newsletters set deliveries_count = deliveries_count + n, sent_at = now() where id = p_newsletter;
  return n;
end $$;
create or replace function post_shared(p_post int) returns void language sql as $$
  update posts set shares = shares + 1 where id = p_post;
$$;
create or replace function newsletter_opened(p_newsletter int) returns void language sql as $$
  update newsletters set opens = opens + 1 where id = p_newsletter;
$$;

create or replace function post_words() returns trigger language plpgsql as $$
begin
  new.word_count := coalesce(array_length(regexp_split_to_array(trim(new.body), '\s+'), 1), 0);
  new.reading_minutes := 1 + new.word_count / 200;
  return new;
end $$;
create trigger post_words before insert or update of body on posts for each row execute function post_words();

-- data ----------------------------------------------------------------------------------------------
insert into authors (pen_name) select 'Author ' || n from generate_series(1, 6) n;
insert into categories (name, menu_order) values ('Life', 1), ('Code', 2), ('Food', 3), ('Travel', 4);
insert into series (title) values ('Parts of a clock'), ('A year in bread'), ('Letters'), ('To come');
insert into posts (author_id, series_id, title, body, status)
  select 1 + n % 5, case when n % 3 = 0 then 1 + n % 2 end, 'Post ' || n, repeat('word ', n), (array['draft', 'published', 'published', 'scheduled'])[1 + n % 4]::post_status from generate_series(1, 20) n;
update posts set status = 'published' where id in (4, 7);
update posts set deleted_at = now() where id in (5, 6, 9);
update posts set deleted_at = null where id = 6;
update posts set author_id = 6 where id in (1, 2);
update posts set series_id = 3 where id in (3, 4, 5);
update posts set series_id = null where id = 9;
insert into pages (title) values ('About'), ('Contact'), ('Imprint');
insert into comments (commentable_type, commentable_id, author_name, body, status)
  select case when n % 4 = 0 then 'page' else 'post' end, 1 + (n / 2) % (case when n % 4 = 0 then 3 else 12 end), 'Visitor ' || n, 'Text', (array['approved', 'pending', 'approved', 'spam'])[1 + n % 4 * 3 % 4]::comment_status
    from generate_series(1, 36) n;
insert into comments (commentable_type, commentable_id, parent_id, author_name, body, status)
  select c.commentable_type, c.commentable_id, c.id, 'Author', 'Thank you', 'approved' from comments c where c.id % 3 = 0;
insert into comments (commentable_type, commentable_id, parent_id, author_name, body, status)
  select c.commentable_type, c.commentable_id, c.id, 'Somebody', 'Me too', 'pending' from comments c where c.id % 9 = 0 and c.id < 36;
update comments set status = 'approved' where id in (3, 5, 7);
update comments set status = 'spam' where id in (2, 4, 6, 40);
delete from comments where id in (8, 12, 41);
insert into likes (target_type, target_id, visitor)
  select 'post', p, 'v' || v from generate_series(1, 14) p, generate_series(1, 9) v where (p * v) % 5 = 1
  union all select 'comment', c, 'v' || v from generate_series(13, 30) c, generate_series(1, 9) v where (c * v) % 8 = 1
  union all select 'author', a, 'v' || v from generate_series(1, 6) a, generate_series(1, 3) v;
delete from likes where visitor = 'v3';
insert into post_categories select p, 1 + p % 3 from generate_series(1, 20) p union select p, 2 from generate_series(1, 20, 4) p;
delete from post_categories where post_id in (7, 8);
delete from posts where id = 20;
insert into tags (name) values ('red'), ('green'), ('blue'), ('grey');
insert into taggings (tag_id, taggable_type, taggable_id) select 1 + n % 3, case when n % 5 = 0 then 'page' else 'post' end, 1 + n % 3 from generate_series(1, 20) n;
update tags t set taggings_count = (select count(*) from taggings g where g.tag_id = t.id);
insert into revisions (post_id, revision_no, body) select p, r, 'older' from generate_series(1, 12) p, generate_series(1, 3) r where r <= p % 4;
update posts set revisions_count = (select count(*) from revisions where revisions.post_id = posts.id);
update posts set revisions_count = revisions_count + 1 where id in (3, 10);
insert into subscribers (email, confirmed_at) select 's' || n || '@example.org', case when n % 3 > 0 then now() end from generate_series(1, 16) n;
update subscribers set unsubscribed_at = now() where id in (4, 5);
delete from subscribers where id = 7;
insert into newsletters (subject) values ('January'), ('February'), ('Not sent');
select send_newsletter(1);
update subscribers set confirmed_at = now() where id = 3;
select send_newsletter(2);
select post_shared(1 + n % 6), newsletter_opened(1 + n % 2) from generate_series(1, 15) n;

-- wrong
update comments set likes_count = 99 where id = 20;
update authors set posts_count = posts_count - 1 where id = 3;
