-- writes: none
create table public.preset_monthly (
  month       date not null,
  preset_id   uuid not null references public.presets (id) on delete cascade,
  usage_count integer not null,
  primary key (month, preset_id)
);

create function public.snapshot_presets() returns void language sql as $$
  insert into public.preset_monthly (month, preset_id, usage_count)
  select date_trunc('month', now())::date, id, usage_count
    from public.presets
  on conflict (month, preset_id) do update set usage_count = excluded.usage_count;
$$;

create materialized view public.preset_ranking as
select preset_id, rank() over (order by count(*) desc) as position, count(*) as usage_count
  from public.preset_usage
 group by preset_id;

select cron.schedule('snapshot-presets', '0 1 1 * *', 'select public.snapshot_presets()');
