/**
 * The usual names of the counter that this console was made for. They stand here alone: everything else takes them from the
 * definition, which is made from what the database has.
 */
export const presetNames = {
  schema: 'public',
  rows: 'presets',
  records: 'preset_usage',
  key: 'id',
  label: ['name', 'display_name', 'title'],
  count: 'usage_count',
  touched: 'last_used_at',
  reference: 'preset_id',
  time: ['created_at', 'used_at'],
  kind: 'usage_type',
  data: 'usage_data',
  dailyIndex: 'idx_preset_usage_daily_unique',
  trigger: 'trigger_auto_increment_preset_usage_count',
  track: 'track_preset_usage',
  triggerFunction: 'auto_increment_preset_usage_count',
} as const;
