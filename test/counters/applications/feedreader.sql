-- A feed reader. Entries come in large batches, so most triggers work by statement.
create table users (
  id uuid primary key default gen_random_uuid(),
  name text not null unique,
  unread_total integer not null default 0,
  entries_per_page integer not null default 50,
  font_size smallint not null default 14
);

create table categories (
  id integer generated always as identity primary key,
  user_id uuid not null references users on delete cascade,
  title text not null,
  feeds_count integer not null default 0,
  unique (user_id, title)
);

create table sources (
  url text primary key,
  title text,
  subscribers_count integer not null default 0
);

create table feeds (
  id integer generated always as identity primary key,
  user_id uuid not null references users on delete cascade,
  category_id integer references categories on delete set null,
  source_url text not null references sources,
  title text not null,
  entries_count integer not null default 0,
  unread_count integer not null default 0,
  starred_count integer not null default 0,
  fetch_count integer not null default 0,
  parsing_error_count integer not null default 0,
  check_interval integer not null default 60,
  ttl integer
);

create table entries (
  id bigint generated always as identity primary key,
  feed_id integer not null references feeds on delete cascade,
  title text not null,
  content text not null default '',
  content_bytes integer,
  reading_time integer not null default 0,
  is_read boolean not null default false,
  is_starred boolean not null default false,
  enclosures_count integer not null default 0,
  published_at timestamptz not null default now()
);

create table feed_stats (
  feed_id integer primary key references feeds on delete cascade,
  bytes bigint not null default 0
);

create table feed_days (
  feed_id integer not null references feeds on delete cascade,
  day date not null,
  entries integer not null default 0,
  primary key (feed_id, day)
);

create table enclosures (
  id bigint generated always as identity primary key,
  entry_id bigint not null references entries on delete cascade,
  url text not null,
  size bigint
);

create table labels (
  id integer generated always as identity primary key,
  user_id uuid not null references users on delete cascade,
  name text not null,
  uses integer not null default 0
);
create table entry_labels (
  entry_id bigint not null references entries on delete cascade,
  label_id integer not null references labels on delete cascade,
  primary key (entry_id, label_id)
);

-- feeds.entries_count, feeds.unread_count, users.unread_total ------------------------
create function entries_inserted() returns trigger language plpgsql as $$
begin
  update feeds f
     set entries_count = f.entries_count + d.n,
         unread_count = f.unread_count + d.unread
    from (select feed_id, count(*) as n, count(*) filter (where not is_read) as unread from ins group by feed_id) d
   where f.id = d.feed_id;

  update users u
     set unread_total = u.unread_total + d.n
    from (select f.user_id, count(*) as n from ins e join feeds f on f.id = e.feed_id where not e.is_read group by f.user_id) d
   where u.id = d.user_id;
  return null;
end $$;
create trigger entries_inserted after insert on entries referencing new table as ins
  for each statement execute function entries_inserted();

create function entries_deleted() returns trigger language plpgsql as $$
begin
  update feeds f
     set entries_count = f.entries_count - d.n,
         unread_count = f.unread_count - d.unread
    from (select feed_id, count(*) as n, count(*) filter (where not is_read) as unread from del group by feed_id) d
   where f.id = d.feed_id;

  update users u
     set unread_total = u.unread_total - d.n
    from (select f.user_id, count(*) as n from del e join feeds f on f.id = e.feed_id where not e.is_read group by f.user_id) d
   where u.id = d.user_id;
  return null;
end $$;
create trigger entries_deleted after delete on entries referencing old table as del
  for each statement execute function entries_deleted();

create function entries_read() returns trigger language plpgsql as $$
begin
  update feeds f
     set unread_count = f.unread_count + d.n
    from (
      select x.feed_id, sum(x.n)::int as n
        from (
          select feed_id, 1 as n from upd_new where not is_read
          union all
          select feed_id, -1 from upd_old where not is_read
        ) x
       group by x.feed_id
      having sum(x.n) <> 0
    ) d
   where f.id = d.feed_id;

  update users u
     set unread_total = u.unread_total + d.n
    from (
      select f.user_id, sum(x.n)::int as n
        from (
          select feed_id, 1 as n from upd_new where not is_read
          union all
          select feed_id, -1 from upd_old where not is_read
        ) x join feeds f on f.id = x.feed_id
       group by f.user_id
    ) d
   where u.id = d.user_id;
  return null;
end $$;
create trigger entries_read after update on entries referencing old table as upd_old new table as upd_new
  for each statement execute function entries_read();

-- feeds.starred_count: row triggers with conditions of their own -----------------------
create function star_plus() returns trigger language plpgsql as $$
begin
  update feeds set starred_count = starred_count + 1 where id = new.feed_id;
  return new;
end $$;
create function star_minus() returns trigger language plpgsql as $$
begin
  update feeds set starred_count = starred_count - 1 where id = old.feed_id;
  return old;
end $$;
create trigger star_inserted after insert on entries for each row when (new.is_starred) execute function star_plus();
create trigger star_set after update on entries for each row when (new.is_starred and not old.is_starred) execute function star_plus();
create trigger star_unset after update on entries for each row when (old.is_starred and not new.is_starred) execute function star_minus();
create trigger star_deleted after delete on entries for each row when (old.is_starred) execute function star_minus();

-- categories.feeds_count -----------------------------------------------------------------
create function category_feeds() returns trigger language plpgsql as $$
begin
  if tg_op = 'UPDATE' and new.category_id is not distinct from old.category_id then
    return null;
  end if;
  if tg_op in ('DELETE', 'UPDATE') then
    update categories set feeds_count = feeds_count - 1 where id = old.category_id;
  end if;
  if tg_op in ('INSERT', 'UPDATE') then
    update categories set feeds_count = feeds_count + 1 where id = new.category_id;
  end if;
  return null;
end $$;
create trigger category_feeds after insert or delete or update of category_id on feeds
  for each row execute function category_feeds();

-- feed_stats, feed_days ------------------------------------------------------------------
create function feed_bytes() returns trigger language plpgsql as $$
begin
  if tg_op = 'DELETE' then
    update feed_stats set bytes = bytes - coalesce(old.content_bytes, 0) where feed_id = old.feed_id;
    return old;
  end if;
  insert into feed_stats as s (feed_id, bytes) values (new.feed_id, coalesce(new.content_bytes, 0))
  on conflict (feed_id) do update set bytes = s.bytes + excluded.bytes;
  return new;
end $$;
create trigger feed_bytes after insert or delete on entries for each row execute function feed_bytes();

create function feed_day() returns trigger language plpgsql as $$
begin
  insert into feed_days (feed_id, day, entries) values (new.feed_id, (new.published_at at time zone 'UTC')::date, 1)
  on conflict (feed_id, day) do update set entries = feed_days.entries + 1;
  return null;
end $$;
create trigger feed_day after insert on entries for each row execute function feed_day();

-- labels -----------------------------------------------------------------------------------
create function label_uses() returns trigger language plpgsql as $$
declare
  v_label integer := case when tg_op = 'DELETE' then old.label_id else new.label_id end;
  v_uses integer;
begin
  select count(*) into v_uses from entry_labels where label_id = v_label;
  update labels set uses = v_uses where id = v_label;
  return null;
end $$;
create trigger label_uses after insert or delete on entry_labels for each row execute function label_uses();

-- called by the server ------------------------------------------------------------------------
create function subscribe(p_user uuid, p_url text, p_title text, p_category integer default null) returns integer language plpgsql as $$
declare
  v_feed integer;
begin
  insert into sources (url) values (p_url) on conflict do nothing;
  insert into feeds (user_id, category_id, source_url, title) values (p_user, p_category, p_url, p_title) returning id into v_feed;
  update sources set subscribers_count = subscribers_count + 1 where url = p_url;
  return v_feed;
end $$;

create function unsubscribe(p_feed integer) returns void language plpgsql as $$
declare
  v_url text;
begin
  delete from feeds where id = p_feed returning source_url into v_url;
  update sources set subscribers_count = subscribers_count - 1 where url = v_url;
end $$;

create function feed_fetched(p_feed integer, p_ok boolean) returns void language plpgsql as $$
begin
  update feeds
     set fetch_count = fetch_count + 1,
         parsing_error_count = case when p_ok then 0 else parsing_error_count + 1 end
   where id = p_feed;
end $$;

create function set_reading_time() returns trigger language plpgsql as $$
begin
  new.reading_time := 1 + length(new.content) / 1200;
  return new;
end $$;
create trigger set_reading_time before insert or update of content on entries for each row execute function set_reading_time();

-- data ---------------------------------------------------------------------------------------
insert into users (id, name) values
  ('00000000-0000-4000-8000-000000000001', 'ann'), ('00000000-0000-4000-8000-000000000002', 'bob'), ('00000000-0000-4000-8000-000000000003', 'cid');
insert into categories (user_id, title) select id, t from users, unnest(array['News', 'Tech', 'Fun']) t order by name, t;
select subscribe(u.id, 'https://feed' || n || '.example.org/rss', 'Feed ' || n, c.id)
  from users u join categories c on c.user_id = u.id and c.title = 'News', generate_series(1, 5) n
 where (n + length(u.name) + ascii(u.name)) % 4 > 0 order by u.name, n;
update feeds set category_id = category_id + 1 where id % 3 = 0;
update feeds set category_id = null where id = 4;
insert into entries (feed_id, title, content_bytes, is_read, is_starred, published_at)
  select f.id, 'entry ' || n, case when n % 6 = 0 then null else 100 * n end, n % 3 = 0, n % 4 = 0, timestamptz '2026-02-01 00:00+00' + n * interval '7 hours'
    from feeds f, generate_series(1, 6) n where f.id <> 8 order by f.id, n;
update entries set is_read = true where id % 5 = 0;
update entries set is_read = false where id % 9 = 0;
update entries set is_starred = not is_starred where id % 7 = 0;
delete from entries where id % 11 = 0;
insert into enclosures (entry_id, url) select id, 'https://cdn.example.org/' || id || '.mp3' from entries where id % 2 = 0;
insert into enclosures (entry_id, url) select id, 'https://cdn.example.org/' || id || '.jpg' from entries where id % 3 = 0;
update entries set enclosures_count = (select count(*) from enclosures c where c.entry_id = entries.id);
insert into labels (user_id, name) select id, l from users, unnest(array['later', 'work']) l order by name, l;
insert into entry_labels select e.id, l.id from entries e join feeds f on f.id = e.feed_id join labels l on l.user_id = f.user_id where (e.id + l.id) % 4 = 0;
delete from entry_labels where entry_id < 8;
select feed_fetched(f.id, n < 3) from feeds f, generate_series(1, 4) n;
select unsubscribe(2);
