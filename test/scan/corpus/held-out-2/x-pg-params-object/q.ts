// writes: 4 sql
await client.query({
  name: 'bump',
  text: 'update public.presets set usage_count = usage_count + $2 where id = $1',
  values: [id, 1],
});
