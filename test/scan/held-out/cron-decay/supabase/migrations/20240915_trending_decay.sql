-- writes: 4 migration-counter
create extension if not exists pg_cron;

select cron.schedule('preset-decay', '0 4 * * 1', $$ update public.presets set usage_count = floor(usage_count * 0.9) $$);
