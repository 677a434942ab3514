-- Photo sharing on Supabase.
do $$ begin create role anon nologin; exception when duplicate_object or unique_violation then null; end $$;
do $$ begin create role authenticated nologin; exception when duplicate_object or unique_violation then null; end $$;

create schema auth;
create table auth.users (
  id uuid primary key default gen_random_uuid(),
  email text unique,
  raw_user_meta_data jsonb not null default '{}',
  created_at timestamptz not null default now()
);
create function auth.uid() returns uuid language sql stable as $$
  select nullif(current_setting('request.jwt.claim.sub', true), '')::uuid
$$;
grant usage on schema auth, public to anon, authenticated;

create table public.profiles (
  id uuid primary key references auth.users (id) on delete cascade,
  username text unique,
  bio text,
  photos_count integer not null default 0,
  followers_count integer not null default 0,
  following_count integer not null default 0,
  total_likes integer not null default 0,
  unread_notifications integer not null default 0,
  storage_bytes bigint not null default 0,
  storage_limit_bytes bigint not null default 1073741824,
  daily_upload_limit integer not null default 50,
  updated_at timestamptz not null default now()
);

create table public.photos (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null references public.profiles (id) on delete cascade,
  caption text,
  path text not null,
  width integer,
  height integer,
  iso integer,
  size_bytes bigint,
  is_archived boolean not null default false,
  likes_count integer not null default 0,
  comments_count integer not null default 0,
  saves_count integer not null default 0,
  reports_count integer not null default 0,
  views integer not null default 0,
  created_at timestamptz not null default now()
);

create table public.likes (
  photo_id uuid not null references public.photos (id) on delete cascade,
  user_id uuid not null references public.profiles (id) on delete cascade,
  created_at timestamptz not null default now(),
  primary key (photo_id, user_id)
);

create table public.comments (
  id uuid primary key default gen_random_uuid(),
  photo_id uuid not null references public.photos (id) on delete cascade,
  user_id uuid not null references public.profiles (id) on delete cascade,
  parent_id uuid references public.comments (id) on delete cascade,
  body text not null check (char_length(body) <= 1000),
  replies_count integer not null default 0,
  is_deleted boolean not null default false,
  created_at timestamptz not null default now()
);

create table public.follows (
  follower_id uuid not null references public.profiles (id) on delete cascade,
  following_id uuid not null references public.profiles (id) on delete cascade,
  status text not null default 'pending' check (status in ('pending', 'accepted')),
  primary key (follower_id, following_id),
  check (follower_id <> following_id)
);

create table public.albums (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null references public.profiles (id) on delete cascade,
  title text not null,
  max_photos integer not null default 500,
  photos_count integer not null default 0
);
create table public.album_photos (
  album_id uuid not null references public.albums (id) on delete cascade,
  photo_id uuid not null references public.photos (id) on delete cascade,
  position integer not null default 0,
  primary key (album_id, photo_id)
);

create table public.saves (
  photo_id uuid not null references public.photos (id) on delete cascade,
  user_id uuid not null references public.profiles (id) on delete cascade,
  primary key (photo_id, user_id)
);

create table public.reports (
  id bigint generated always as identity primary key,
  photo_id uuid not null references public.photos (id) on delete cascade,
  reporter_id uuid references public.profiles (id) on delete set null,
  reason text not null
);

create table public.notifications (
  id bigint generated always as identity primary key,
  recipient_id uuid not null references public.profiles (id) on delete cascade,
  kind text not null,
  payload jsonb not null default '{}',
  read_at timestamptz,
  created_at timestamptz not null default now()
);

create table public.stories (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null references public.profiles (id) on delete cascade,
  viewer_ids uuid[] not null default '{}',
  viewers_count integer not null default 0,
  duration_seconds integer not null default 5
);

create table public.upload_rate_limits (
  user_id uuid primary key references public.profiles (id) on delete cascade,
  window_start timestamptz not null default now(),
  uploads integer not null default 0
);

alter table public.profiles enable row level security;
alter table public.photos enable row level security;
alter table public.likes enable row level security;
alter table public.comments enable row level security;
create policy "profiles are public" on public.profiles for select using (true);
create policy "own profile" on public.profiles for update using (auth.uid() = id);
create policy "photos are public" on public.photos for select using (true);
create policy "own photos" on public.photos for all using (auth.uid() = user_id);
create policy "likes are public" on public.likes for select using (true);
create policy "own likes" on public.likes for all using (auth.uid() = user_id);
create policy "comments are public" on public.comments for select using (not is_deleted);
create policy "own comments" on public.comments for all using (auth.uid() = user_id);
grant select on all tables in schema public to anon;
grant select, insert, update, delete on all tables in schema public to authenticated;

-- a profile for everybody who signs up
create or replace function public.handle_new_user() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  insert into public.profiles (id, username) values (new.id, new.raw_user_meta_data ->> 'username');
  return new;
end;
$$;
create trigger on_auth_user_created after insert on auth.users for each row execute function public.handle_new_user();

-- likes
create or replace function public.handle_new_like() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
  owner_id uuid;
begin
  update public.photos set likes_count = likes_count + 1 where id = new.photo_id returning user_id into owner_id;
  update public.profiles set total_likes = total_likes + 1 where id = owner_id;
  return new;
end;
$$;
create or replace function public.handle_unlike() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
  owner_id uuid;
begin
  update public.photos set likes_count = likes_count - 1 where id = old.photo_id returning user_id into owner_id;
  update public.profiles set total_likes = total_likes - 1 where id = owner_id;
  return old;
end;
$$;
create trigger on_like_created after insert on public.likes for each row execute function public.handle_new_like();
create trigger on_like_deleted after delete on public.likes for each row execute function public.handle_unlike();

-- comments
create or replace function public.update_comment_counts() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  if tg_op = 'INSERT' then
    update public.photos set comments_count = comments_count + 1 where id = new.photo_id and not new.is_deleted;
    if new.parent_id is not null and not new.is_deleted then
      update public.comments set replies_count = replies_count + 1 where id = new.parent_id;
    end if;
    return new;
  elsif tg_op = 'DELETE' then
    update public.photos set comments_count = comments_count - 1 where id = old.photo_id and not old.is_deleted;
    if old.parent_id is not null and not old.is_deleted then
      update public.comments set replies_count = replies_count - 1 where id = old.parent_id;
    end if;
    return old;
  elsif tg_op = 'UPDATE' and old.is_deleted = false and new.is_deleted = true then
    update public.photos set comments_count = comments_count - 1 where id = new.photo_id;
    if new.parent_id is not null then
      update public.comments set replies_count = replies_count - 1 where id = new.parent_id;
    end if;
    return new;
  elsif tg_op = 'UPDATE' and old.is_deleted = true and new.is_deleted = false then
    update public.photos set comments_count = comments_count + 1 where id = new.photo_id;
    if new.parent_id is not null then
      update public.comments set replies_count = replies_count + 1 where id = new.parent_id;
    end if;
    return new;
  end if;
  return null;
end;
$$;
create trigger update_comment_counts after insert or update of is_deleted or delete on public.comments
  for each row execute function public.update_comment_counts();

-- photos of a profile, and the room they take
create or replace function public.update_profile_photos() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  if (tg_op = 'INSERT') then
    update public.profiles
       set photos_count = photos_count + (case when new.is_archived then 0 else 1 end),
           storage_bytes = storage_bytes + coalesce(new.size_bytes, 0)
     where id = new.user_id;
    return new;
  end if;
  if (tg_op = 'DELETE') then
    update public.profiles
       set photos_count = photos_count - (case when old.is_archived then 0 else 1 end),
           storage_bytes = storage_bytes - coalesce(old.size_bytes, 0)
     where id = old.user_id;
    return old;
  end if;
  -- update
  if new.is_archived is distinct from old.is_archived then
    update public.profiles
       set photos_count = photos_count + (case when new.is_archived then -1 else 1 end)
     where id = new.user_id;
  end if;
  if new.size_bytes is distinct from old.size_bytes then
    update public.profiles
       set storage_bytes = storage_bytes - coalesce(old.size_bytes, 0) + coalesce(new.size_bytes, 0)
     where id = new.user_id;
  end if;
  return new;
end;
$$;
create trigger update_profile_photos after insert or update or delete on public.photos
  for each row execute function public.update_profile_photos();

-- follows: only those that were accepted
create or replace function public.handle_follow_change() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  if tg_op in ('UPDATE', 'DELETE') and old.status = 'accepted' then
    update public.profiles set followers_count = greatest(0, followers_count - 1) where id = old.following_id;
    update public.profiles set following_count = greatest(0, following_count - 1) where id = old.follower_id;
  end if;
  if tg_op in ('INSERT', 'UPDATE') and new.status = 'accepted' then
    update public.profiles set followers_count = followers_count + 1 where id = new.following_id;
    update public.profiles set following_count = following_count + 1 where id = new.follower_id;
  end if;
  return coalesce(new, old);
end;
$$;
create trigger handle_follow_change after insert or update or delete on public.follows
  for each row execute function public.handle_follow_change();

-- albums
create or replace function public.album_photos_changed() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  update public.albums a
     set photos_count = (select count(*) from public.album_photos ap where ap.album_id = a.id)
   where a.id in (select c.album_id from changed c);
  return null;
end;
$$;
create trigger album_photos_inserted after insert on public.album_photos referencing new table as changed
  for each statement execute function public.album_photos_changed();
create trigger album_photos_deleted after delete on public.album_photos referencing old table as changed
  for each statement execute function public.album_photos_changed();

-- notifications
create or replace function public.count_unread() returns trigger
language plpgsql security definer set search_path to 'public' as $$
begin
  if tg_op = 'INSERT' then
    if new.read_at is null then
      update profiles set unread_notifications = unread_notifications + 1 where id = new.recipient_id;
    end if;
  elsif tg_op = 'UPDATE' then
    if old.read_at is null and new.read_at is not null then
      update profiles set unread_notifications = unread_notifications - 1 where id = new.recipient_id;
    elsif old.read_at is not null and new.read_at is null then
      update profiles set unread_notifications = unread_notifications + 1 where id = new.recipient_id;
    end if;
  elsif tg_op = 'DELETE' then
    if old.read_at is null then
      update profiles set unread_notifications = unread_notifications - 1 where id = old.recipient_id;
    end if;
  end if;
  return null;
end;
$$;
create trigger count_unread after insert or update of read_at or delete on public.notifications
  for each row execute function public.count_unread();

-- stories
create or replace function public.story_viewers() returns trigger language plpgsql as $$
begin
  new.viewers_count := cardinality(new.viewer_ids);
  return new;
end;
$$;
create trigger story_viewers before insert or update of viewer_ids on public.stories
  for each row execute function public.story_viewers();

-- rpc
create or replace function public.toggle_save(p_photo_id uuid, p_user_id uuid default auth.uid()) returns boolean
language plpgsql security definer set search_path = '' as $$
begin
  delete from public.saves where photo_id = p_photo_id and user_id = p_user_id;
  if found then
    update public.photos set saves_count = saves_count - 1 where id = p_photo_id;
    return false;
  end if;
  insert into public.saves (photo_id, user_id) values (p_photo_id, p_user_id);
  update public.photos set saves_count = saves_count + 1 where id = p_photo_id;
  return true;
end;
$$;

create or replace function public.increment_photo_views(photo_id uuid) returns void
language sql security definer set search_path = '' as $$
  update public.photos set views = views + 1 where id = photo_id;
$$;

create or replace function public.take_upload_slot(p_user uuid) returns boolean
language plpgsql security definer set search_path = '' as $$
declare
  n integer;
begin
  insert into public.upload_rate_limits as r (user_id, uploads) values (p_user, 1)
  on conflict (user_id) do update
    set uploads = case when r.window_start < now() - interval '1 hour' then 1 else r.uploads + 1 end,
        window_start = case when r.window_start < now() - interval '1 hour' then now() else r.window_start end
  returning uploads into n;
  return n <= 20;
end;
$$;

create or replace function public.set_updated_at() returns trigger language plpgsql as $$
begin
  new.updated_at = now();
  return new;
end;
$$;
create trigger set_updated_at before update on public.profiles for each row execute function public.set_updated_at();

-- data
create function pg_temp.u(n bigint) returns uuid language sql immutable as $$ select ('00000000-0000-4000-8000-' || lpad(n::text, 12, '0'))::uuid $$;
insert into auth.users (id, email, raw_user_meta_data)
  select pg_temp.u(n), 'p' || n || '@example.org', jsonb_build_object('username', 'p' || n) from generate_series(1, 10) n;
insert into public.photos (id, user_id, path, size_bytes, is_archived)
  select pg_temp.u(100 + n), pg_temp.u(1 + n % 8), 'photos/' || n || '.jpg', case when n % 5 = 0 then null else 1000 * n end, n % 9 = 0
    from generate_series(1, 26) n;
update public.photos set is_archived = true where id in (pg_temp.u(104), pg_temp.u(105));
update public.photos set is_archived = false where id = pg_temp.u(109);
update public.photos set size_bytes = 12345 where id in (pg_temp.u(105), pg_temp.u(106));
insert into public.likes (photo_id, user_id)
  select pg_temp.u(100 + p), pg_temp.u(u) from generate_series(1, 24) p, generate_series(1, 10) u where (p * u + p) % 7 = 3;
delete from public.likes where user_id = pg_temp.u(5);
insert into public.comments (id, photo_id, user_id, body) select pg_temp.u(200 + n), pg_temp.u(101 + n % 12), pg_temp.u(1 + n % 10), 'nice ' || n from generate_series(1, 24) n;
insert into public.comments (id, photo_id, user_id, parent_id, body)
  select pg_temp.u(300 + n), pg_temp.u(101 + n % 12), pg_temp.u(1 + n % 9), pg_temp.u(200 + n), 'reply' from generate_series(1, 12) n;
insert into public.comments (id, photo_id, user_id, parent_id, body) select pg_temp.u(320 + n), pg_temp.u(102), pg_temp.u(n), pg_temp.u(201), 'me too' from generate_series(1, 4) n;
update public.comments set is_deleted = true where id in (pg_temp.u(205), pg_temp.u(303), pg_temp.u(304), pg_temp.u(322));
update public.comments set is_deleted = false where id = pg_temp.u(304);
delete from public.comments where id in (pg_temp.u(306), pg_temp.u(210));
insert into public.follows (follower_id, following_id, status)
  select pg_temp.u(a), pg_temp.u(b), case when (a + b) % 3 = 0 then 'pending' else 'accepted' end
    from generate_series(1, 10) a, generate_series(1, 9) b where a <> b and (a * b) % 4 = 2;
update public.follows set status = 'accepted' where follower_id = pg_temp.u(2);
update public.follows set status = 'pending' where follower_id = pg_temp.u(6) and following_id = pg_temp.u(1);
delete from public.follows where follower_id = pg_temp.u(10);
insert into public.albums (id, user_id, title) select pg_temp.u(400 + n), pg_temp.u(n), 'Album ' || n from generate_series(1, 5) n;
insert into public.album_photos (album_id, photo_id, position) select pg_temp.u(400 + a), pg_temp.u(100 + p), p from generate_series(1, 4) a, generate_series(1, 20) p where (a + p) % 3 = 0;
delete from public.album_photos where photo_id in (pg_temp.u(102), pg_temp.u(110));
delete from public.photos where id = pg_temp.u(107);
select public.toggle_save(pg_temp.u(100 + p), pg_temp.u(u)) from generate_series(1, 6) p, generate_series(1, 8) u where (p + u) % 3 = 1;
select public.toggle_save(pg_temp.u(101), pg_temp.u(3));
insert into public.notifications (recipient_id, kind, read_at) select pg_temp.u(1 + n % 6), 'like', case when n % 4 = 0 then now() end from generate_series(1, 30) n;
update public.notifications set read_at = now() where id % 7 = 0;
update public.notifications set read_at = null where id = 8;
delete from public.notifications where id in (1, 4, 9);
insert into public.stories (user_id, viewer_ids) values (pg_temp.u(1), array[pg_temp.u(2), pg_temp.u(3)]), (pg_temp.u(2), '{}');
insert into public.reports (photo_id, reporter_id, reason) select pg_temp.u(101 + n % 3), pg_temp.u(1 + n), 'spam' from generate_series(1, 7) n;
update public.photos p set reports_count = (select count(*) from public.reports r where r.photo_id = p.id);
select public.increment_photo_views(pg_temp.u(101 + n % 5)) from generate_series(1, 33) n;
select public.take_upload_slot(pg_temp.u(1 + n % 2)) from generate_series(1, 7) n;

-- somebody typed these into the table editor
update public.photos set likes_count = likes_count + 10 where id = pg_temp.u(103);
update public.photos set likes_count = likes_count + 1 where id = pg_temp.u(112);
update public.profiles set followers_count = followers_count + 1 where id = pg_temp.u(4);
