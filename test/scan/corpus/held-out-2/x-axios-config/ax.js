// writes: 2 postgrest
await axios({
  method: 'patch',
  url: `${base}/rest/v1/presets`,
  params: { id: `eq.${id}` },
  data: { usage_count: current + 1 },
});
