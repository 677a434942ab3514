// writes: none
export const note = (sb, usageId: string, usage_count: number) =>
  sb.from('preset_usage').update({ usage_data: { usage_count } }).eq('id', usageId);
