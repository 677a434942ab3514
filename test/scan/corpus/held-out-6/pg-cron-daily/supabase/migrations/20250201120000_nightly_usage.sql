-- writes: 5 migration-counter
create extension if not exists pg_cron;

-- Adds what was used yesterday, so that the gallery can sort by popularity.
select cron.schedule(
  'nightly-preset-usage',
  '15 2 * * *',
  $job$
    update public.presets p
       set usage_count = p.usage_count + d.uses
      from (
        select preset_id, count(*)::int as uses
          from public.preset_usage
         where used_at >= current_date - 1
           and used_at < current_date
         group by preset_id
      ) d
     where d.preset_id = p.id;
  $job$
);
