-- writes: 7 migration-counter
-- Old favourites fade: every Monday the counts lose a tenth.
create extension if not exists pg_cron with schema extensions;

create index if not exists presets_usage_count_idx on public.presets (usage_count desc);

select cron.schedule('decay-preset-usage', '0 3 * * 1', $$ update public.presets set usage_count = floor(usage_count * 0.9) where usage_count > 10 $$);

select cron.schedule('purge-old-exports', '30 3 * * *', $$ delete from public.exports where created_at < now() - interval '30 days' $$);
