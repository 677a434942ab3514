-- Subscriptions of a service: plans, limits, seats that customers buy. Nothing is counted into a column.
create schema billing;
set search_path = billing;

create table plans (
  code text primary key,
  price_cents integer not null,
  max_projects integer,
  max_members integer,
  included_seats integer not null default 1,
  trial_days integer not null default 14,
  sort_order integer not null default 0
);

create table organizations (
  id bigint generated always as identity primary key,
  name text not null,
  plan text not null references plans,
  seat_count integer not null default 1,
  employees integer,
  founded_year integer,
  credit_balance_cents integer not null default 0,
  api_calls_limit integer not null default 1000,
  session_timeout_minutes integer not null default 30
);

create table members (
  id bigint generated always as identity primary key,
  organization_id bigint not null references organizations on delete cascade,
  email text not null,
  age integer,
  failed_logins integer not null default 0,
  notification_level smallint not null default 2
);

create table projects (
  id bigint generated always as identity primary key,
  organization_id bigint not null references organizations on delete cascade,
  title text not null,
  required_approvals integer not null default 1,
  budget numeric(12,2),
  revision integer not null default 1
);
create table approvals (
  project_id bigint not null references projects on delete cascade,
  member_id bigint not null references members on delete cascade,
  approved_at timestamptz not null default now(),
  primary key (project_id, member_id)
);

create table coupons (
  code text primary key,
  max_uses integer not null default 1,
  duration_months integer,
  percent_off integer not null check (percent_off between 1 and 100)
);

create table invoices (
  id bigint generated always as identity primary key,
  organization_id bigint not null references organizations,
  number integer not null,
  quantity integer not null default 1,
  amount_due_cents integer not null,
  attempt_count integer not null default 0,
  lines jsonb not null default '[]',
  unique (organization_id, number)
);

create table api_usage (
  organization_id bigint not null references organizations on delete cascade,
  bucket timestamptz not null,
  calls integer not null default 0,
  primary key (organization_id, bucket)
);

create table change_log (
  id bigint generated always as identity primary key,
  table_name text not null,
  operation text not null,
  at timestamptz not null default now(),
  changed_columns integer
);

create function limit_members() returns trigger language plpgsql as $$
begin
  if (select count(*) from billing.members m where m.organization_id = new.organization_id)
     >= (select o.seat_count from billing.organizations o where o.id = new.organization_id) then
    raise exception 'no seat left';
  end if;
  return new;
end $$;
create trigger limit_members before insert on members for each row execute function limit_members();

create function number_invoice() returns trigger language plpgsql as $$
begin
  select coalesce(max(i.number), 0) + 1 into new.number from billing.invoices i where i.organization_id = new.organization_id;
  return new;
end $$;
create trigger number_invoice before insert on invoices for each row execute function number_invoice();

create function log_change() returns trigger language plpgsql as $$
begin
  insert into billing.change_log (table_name, operation, changed_columns)
  values (tg_table_name, tg_op, (select count(*) from jsonb_each(to_jsonb(new)) n join jsonb_each(to_jsonb(old)) o using (key) where n.value <> o.value));
  return null;
end $$;
create trigger log_change after update on organizations for each row execute function log_change();
create trigger log_change after update on projects for each row execute function log_change();

create function bump_revision() returns trigger language plpgsql as $$
begin
  if new is distinct from old then
    new.revision := coalesce(old.revision, 0) + 1;
  end if;
  return new;
end $$;
create trigger bump_revision before update on projects for each row execute function bump_revision();

create function count_call(p_organization bigint) returns boolean language plpgsql as $$
declare
  n integer;
  allowed integer;
begin
  insert into billing.api_usage as u (organization_id, bucket, calls) values (p_organization, date_trunc('hour', now()), 1)
  on conflict (organization_id, bucket) do update set calls = u.calls + 1
  returning u.calls into n;
  select api_calls_limit into allowed from billing.organizations where id = p_organization;
  return n <= allowed;
end $$;

create function buy_seats(p_organization bigint, p_seats integer) returns void language sql as $$
  update billing.organizations set seat_count = p_seats where id = p_organization
$$;

create view organization_sizes as
  select o.id, o.name, count(m.id) as members_count, o.seat_count from organizations o left join members m on m.organization_id = o.id group by o.id;

insert into plans values ('free', 0, 1, 3, 1, 0, 1), ('team', 2900, 10, 25, 5, 14, 2), ('business', 9900, null, null, 20, 30, 3);
insert into organizations (name, plan, seat_count, employees, founded_year) select 'Org ' || n, (array['free', 'team', 'business'])[1 + n % 3], 10 + 5 * n, 7 * n, 1990 + n from generate_series(1, 8) n;
insert into members (organization_id, email, age) select 1 + n % 7, 'm' || n || '@example.org', 25 + n % 30 from generate_series(1, 34) n;
insert into projects (organization_id, title, required_approvals, budget) select 1 + n % 8, 'Project ' || n, 1 + n % 3, 100 * n from generate_series(1, 15) n;
insert into approvals (project_id, member_id) select p, 1 + (p * k) % 34 from generate_series(1, 12) p, generate_series(1, 2) k where (p + k) % 4 > 0;
insert into coupons values ('HELLO', 100, 3, 20), ('PARTNER', 5, null, 50);
insert into invoices (organization_id, quantity, amount_due_cents, attempt_count) select 1 + n % 8, n, 100 * n, n % 3 from generate_series(1, 22) n;
select count_call(1 + n % 5) from generate_series(1, 25) n;
select buy_seats(2, 40);
update projects set title = title || '!' where id < 6;
