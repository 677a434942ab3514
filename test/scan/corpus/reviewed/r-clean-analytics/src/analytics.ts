// writes: none
export const onUse = (p: Preset) => {
  posthog.capture('preset_usage', { preset_id: p.id, usage_count: p.usage_count + 1 })
  analytics.track('presets.update', { usage_count: p.usage_count })
  logger.info({ usage_count: p.usage_count }, 'update presets set usage_count after use')
}
