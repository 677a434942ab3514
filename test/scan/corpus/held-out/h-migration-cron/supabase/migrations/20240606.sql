-- writes: 2 migration-counter
select cron.schedule('add-uses', '*/5 * * * *', $$
  update presets p set usage_count = usage_count + q.n from queue q where q.preset_id = p.id
$$);
