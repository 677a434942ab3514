// writes: none
function counted(preset) {
  return { usage_count: preset.usage_count + 1 };
}
module.exports = { counted };
