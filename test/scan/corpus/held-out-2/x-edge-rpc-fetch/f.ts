// writes: 2 rpc
await fetch(SUPABASE_URL + '/rest/v1/rpc/increment_preset_usage_count', {
  method: 'POST',
  headers,
  body: JSON.stringify({ preset_id }),
});
