-- writes: 5 migration-counter
create extension if not exists pg_cron;

-- Popularity on the landing page was stale, so it is brought up to date every hour.
select cron.schedule(
  'preset-popularity',
  '5 * * * *',
  $$
    update public.presets p
       set usage_count = p.usage_count + recent.uses
      from (
        select preset_id, count(*) as uses
          from public.preset_usage
         where created_at >= now() - interval '1 hour'
         group by preset_id
      ) recent
     where recent.preset_id = p.id;
  $$
);

select cron.schedule('purge-sessions', '0 3 * * *', $$ delete from public.sessions where expires_at < now() $$);
