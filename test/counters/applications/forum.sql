-- A forum: boards, topics, posts, members. Topics are moved between boards, posts between topics.
create table members (
    id serial primary key,
    name varchar(60) not null unique,
    signature text,
    post_count integer not null default 0,
    topics_count integer not null default 0,
    likes_received integer not null default 0,
    likes_given integer not null default 0,
    warning_level smallint not null default 0,
    age smallint,
    posts_per_page smallint not null default 20,
    joined_at timestamp not null default now()
);

create table boards (
    id serial primary key,
    parent_id integer references boards (id),
    title varchar(120) not null,
    position integer not null default 0,
    topics_count integer default 0,
    posts_count integer default 0,
    min_posts_to_write integer not null default 0,
    last_post_at timestamp
);

create table topics (
    id serial primary key,
    board_id integer not null references boards (id) on delete cascade,
    author_id integer not null references members (id),
    title varchar(200) not null,
    is_pinned boolean not null default false,
    posts_count integer not null default 0,
    views integer not null default 0,
    created_at timestamp not null default now(),
    last_post_at timestamp,
    deleted_at timestamp
);

create table posts (
    id serial primary key,
    topic_id integer not null references topics (id) on delete cascade,
    author_id integer not null references members (id),
    reply_to integer references posts (id) on delete set null,
    body text not null,
    edit_count smallint not null default 0,
    replies_count integer not null default 0,
    likes_count integer not null default 0,
    created_at timestamp not null default now(),
    deleted_at timestamp
);

create table post_likes (
    post_id integer not null references posts (id) on delete cascade,
    member_id integer not null references members (id) on delete cascade,
    liked_at timestamp not null default now(),
    primary key (post_id, member_id)
);

create table attachments (
    id serial primary key,
    post_id integer not null references posts (id) on delete cascade,
    file_name text not null,
    bytes integer not null,
    downloads integer not null default 0
);

create table conversations (
    id serial primary key,
    subject text not null,
    message_count integer not null default 0,
    max_participants integer not null default 10,
    last_message_at timestamp
);
create table messages (
    id serial primary key,
    conversation_id integer not null references conversations (id) on delete cascade,
    sender_id integer references members (id) on delete set null,
    body text not null,
    sent_at timestamp not null default now()
);

create table announcements (
    id serial primary key,
    body text not null,
    acknowledged_by integer[] not null default '{}',
    acks_count integer not null default 0
);

-- one row for the whole forum
create table forum_totals (
    id integer primary key default 1 check (id = 1),
    posts integer not null default 0,
    topics integer not null default 0,
    members integer not null default 0,
    most_online integer not null default 0
);
insert into forum_totals (id) values (1);

-- posts -------------------------------------------------------------------------
create function forum_post_added() returns trigger as $$
begin
    if new.deleted_at is not null then
        return new;
    end if;
    update topics set posts_count = posts_count + 1, last_post_at = new.created_at where id = new.topic_id;
    update boards
       set posts_count = coalesce(posts_count, 0) + 1, last_post_at = new.created_at
     where id = (select t.board_id from topics t where t.id = new.topic_id);
    update members set post_count = post_count + 1 where id = new.author_id;
    update forum_totals set posts = posts + 1;
    return new;
end;
$$ language plpgsql;

create function forum_post_removed() returns trigger as $$
begin
    if old.deleted_at is null then
        update topics set posts_count = posts_count - 1 where id = old.topic_id;
        update boards
           set posts_count = coalesce(posts_count, 0) - 1
         where id = (select t.board_id from topics t where t.id = old.topic_id);
        update members set post_count = post_count - 1 where id = old.author_id;
        update forum_totals set posts = posts - 1;
    end if;
    return old;
end;
$$ language plpgsql;

-- soft deletion, restoring, and a post that moderators split off to another topic
create function forum_post_changed() returns trigger as $$
begin
    if old.deleted_at is null then
        update topics set posts_count = posts_count - 1 where id = old.topic_id;
        update boards set posts_count = coalesce(posts_count, 0) - 1
         where id = (select t.board_id from topics t where t.id = old.topic_id);
        update members set post_count = post_count - 1 where id = old.author_id;
        update forum_totals set posts = posts - 1;
    end if;
    if new.deleted_at is null then
        update topics set posts_count = posts_count + 1 where id = new.topic_id;
        update boards set posts_count = coalesce(posts_count, 0) + 1
         where id = (select t.board_id from topics t where t.id = new.topic_id);
        update members set post_count = post_count + 1 where id = new.author_id;
        update forum_totals set posts = posts + 1;
    end if;
    return new;
end;
$$ language plpgsql;

create trigger t_post_added after insert on posts for each row execute procedure forum_post_added();
create trigger t_post_removed before delete on posts for each row execute procedure forum_post_removed();
create trigger t_post_changed after update of topic_id, author_id, deleted_at on posts
    for each row when (old.topic_id <> new.topic_id or old.author_id <> new.author_id or (old.deleted_at is null) <> (new.deleted_at is null))
    execute procedure forum_post_changed();

-- answers to a post: counted anew
create function forum_replies() returns trigger as $$
declare
    parent integer;
begin
    foreach parent in array case tg_op
        when 'INSERT' then array[new.reply_to]
        when 'DELETE' then array[old.reply_to]
        else array[old.reply_to, new.reply_to] end
    loop
        if parent is not null then
            update posts p
               set replies_count = (select count(*) from posts r where r.reply_to = p.id and r.deleted_at is null)
             where p.id = parent;
        end if;
    end loop;
    return null;
end;
$$ language plpgsql;
create trigger t_replies after insert or update of reply_to, deleted_at or delete on posts
    for each row execute function forum_replies();

-- topics --------------------------------------------------------------------------
create function forum_topic() returns trigger as $$
begin
    if tg_op = 'INSERT' then
        if new.deleted_at is null then
            update boards set topics_count = topics_count + 1 where id = new.board_id;
            update forum_totals set topics = topics + 1 where id = 1;
        end if;
        return new;
    elsif tg_op = 'DELETE' then
        if old.deleted_at is null then
            update boards set topics_count = topics_count - 1 where id = old.board_id;
            update forum_totals set topics = topics - 1 where id = 1;
        end if;
        return old;
    elsif tg_op = 'UPDATE' then
        if old.deleted_at is null and new.deleted_at is not null then
            update boards set topics_count = topics_count - 1 where id = old.board_id;
            update forum_totals set topics = topics - 1 where id = 1;
        elsif old.deleted_at is not null and new.deleted_at is null then
            update boards set topics_count = topics_count + 1 where id = new.board_id;
            update forum_totals set topics = topics + 1 where id = 1;
        elsif new.deleted_at is null and new.board_id <> old.board_id then
            update boards set topics_count = topics_count - 1 where id = old.board_id;
            update boards set topics_count = topics_count + 1 where id = new.board_id;
        end if;
        if new.board_id <> old.board_id then
            -- the posts go with their topic
            update boards set posts_count = posts_count - (select count(*) from posts where topic_id = new.id and deleted_at is null)
             where id = old.board_id;
            update boards set posts_count = posts_count + (select count(*) from posts where topic_id = new.id and deleted_at is null)
             where id = new.board_id;
        end if;
        return new;
    end if;
    return null;
end;
$$ language plpgsql;
create trigger t_topic after insert or update or delete on topics for each row execute function forum_topic();

-- likes ---------------------------------------------------------------------------
create function forum_like_added() returns trigger as $$
declare
    v_author members.id%type;
begin
    update posts set likes_count = likes_count + 1 where id = new.post_id;
    update members set likes_given = likes_given + 1 where id = new.member_id;
    select author_id into v_author from posts where id = new.post_id;
    update members set likes_received = likes_received + 1 where id = v_author;
    return new;
end;
$$ language plpgsql;
create function forum_like_removed() returns trigger as $$
declare
    v_author members.id%type;
begin
    update posts set likes_count = likes_count - 1 where id = old.post_id;
    update members set likes_given = likes_given - 1 where id = old.member_id;
    select author_id into v_author from posts where id = old.post_id;
    update members set likes_received = likes_received - 1 where id = v_author;
    return old;
end;
$$ language plpgsql;
create trigger t_like_added after insert on post_likes for each row execute function forum_like_added();
create trigger t_like_removed after delete on post_likes for each row execute function forum_like_removed();

create function forum_member_totals() returns trigger as $$
begin
    update forum_totals set members = (select count(*) from members);
    return null;
end;
$$ language plpgsql;
create trigger t_member_totals after insert or delete on members for each statement execute function forum_member_totals();

create function forum_acks() returns trigger as $$
begin
    new.acks_count := coalesce(array_length(new.acknowledged_by, 1), 0);
    return new;
end;
$$ language plpgsql;
create trigger t_acks before insert or update of acknowledged_by on announcements for each row execute function forum_acks();

-- called by the application ----------------------------------------------------------
create function send_message(p_conversation integer, p_sender integer, p_body text) returns integer as $$
declare
    v_id integer;
begin
    insert into messages (conversation_id, sender_id, body) values (p_conversation, p_sender, p_body) returning id into v_id;
    update conversations set message_count = message_count + 1, last_message_at = now() where id = p_conversation;
    return v_id;
end;
$$ language plpgsql;

create function view_topic(p_topic integer) returns void as $$
    update topics set views = views + 1 where id = p_topic;
$$ language sql;

create function attachment_downloaded(p_attachment integer) returns void as $$
begin
    update attachments set downloads = downloads + 1 where id = p_attachment;
end;
$$ language plpgsql;

-- data ---------------------------------------------------------------------------------
insert into members (name, age) select 'member ' || n, 18 + n from generate_series(1, 10) n;
delete from members where id = 10;
insert into boards (title, position) values ('News', 1), ('Help', 2), ('Off topic', 3), ('Archive', 4);
update boards set parent_id = 1 where id = 4;
insert into topics (board_id, author_id, title) select 1 + n % 3, 1 + n % 9, 'topic ' || n from generate_series(1, 14) n;
insert into posts (topic_id, author_id, body) select 1 + n % 14, 1 + n % 9, 'post ' || n from generate_series(1, 50) n;
insert into posts (topic_id, author_id, reply_to, body) select p.topic_id, 1 + (p.id * 7) % 9, p.id, 'answer' from posts p where p.id % 3 = 0 order by p.id;
update topics set board_id = 4 where id in (3, 6);
update topics set deleted_at = now() where id in (5, 6);
update topics set deleted_at = null where id = 6;
update topics set board_id = 2 where id = 8;
update posts set deleted_at = now() where id in (3, 7, 20, 55);
update posts set deleted_at = null where id = 7;
update posts set topic_id = 2 where id in (12, 13);
update posts set author_id = 1 where id = 30;
update posts set reply_to = 21 where id = 58;
delete from posts where id in (40, 41, 52);
insert into post_likes (post_id, member_id) select p.id, m.id from posts p, members m where (p.id * 3 + m.id) % 11 = 0;
delete from post_likes where member_id = 6;
insert into attachments (post_id, file_name, bytes) select n, n || '.zip', n * 99 from generate_series(1, 9) n;
select view_topic(1 + n % 5) from generate_series(1, 30) n;
select attachment_downloaded(1 + n % 3) from generate_series(1, 8) n;
insert into conversations (subject) values ('Hello'), ('About the rules'), ('Lunch'), ('Empty');
select send_message(1 + n % 3, 1 + n % 9, 'line ' || n) from generate_series(1, 16) n;
insert into announcements (body, acknowledged_by) values ('New rules', '{1,2,3}'), ('Maintenance', '{4}'), ('Party', '{}');
-- as the application does it
update members m set topics_count = (select count(*) from topics t where t.author_id = m.id);
update members set topics_count = topics_count + 1 where id = 4;

-- wrong by hand
update boards set posts_count = posts_count + 5 where id = 2;
update topics set posts_count = 0 where id = 9;
