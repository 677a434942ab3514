// writes: none
export const cachePreset = async (redis: any, p: Preset) => {
  await redis.hset(`presets:${p.id}`, { usage_count: p.usage_count + 1 })
  presetCache.set(p.id, { ...p, usage_count: p.usage_count + 1 })
  localStorage.setItem('presets', JSON.stringify({ ...p, usage_count: p.usage_count + 1 }))
}
