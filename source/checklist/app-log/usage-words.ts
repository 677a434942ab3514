/** The tables, columns and functions of usage tracking, also within longer names such as `idx_preset_usage_daily_unique`. */
const usage = /preset[\s_-]?usages?(?![a-z])|usage[\s_-]?counts?(?![a-z])|(?<![a-z])presets(?![a-z])/i;
const inCamelCase = /[pP]resetUsage(?![a-z])|[uU]sageCount(?![a-z])/;

/** True if a text names usage tracking: one of its tables, columns or functions, or "preset usage" in words. */
export function isAboutUsage(text: string): boolean {
  // JSON writes a line break as \n; its n would be joined to a name after it.
  const words = text.includes('\\') ? text.replaceAll(/\\[nrt]/g, ' ') : text;
  return usage.test(words) || inCamelCase.test(words);
}
