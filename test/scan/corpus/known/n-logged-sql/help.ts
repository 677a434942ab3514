// writes: none
export function printHelp(preset) {
  console.log("To fix it by hand: UPDATE presets SET usage_count = 0 WHERE id = '" + preset.id + "'");
  throw new Error('UPDATE presets SET usage_count = usage_count + 1 is not allowed here');
}
