-- writes: 2 migration-counter
select cron.schedule(
  'flush-preset-uses', '*/5 * * * *',
  $$
    update public.presets p set usage_count = p.usage_count + b.uses
    from public.preset_use_buffer b where b.preset_id = p.id;
  $$
);
