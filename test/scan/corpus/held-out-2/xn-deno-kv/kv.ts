// writes: none
await kv.set(['presets', id], { ...preset, usage_count: preset.usage_count + 1 });
redis.hincrby(`presets:${id}`, 'usage_count', 1);
