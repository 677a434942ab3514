// writes: none
export enum Table {
  Presets = 'presets',
  PresetUsage = 'preset_usage',
  Projects = 'projects',
}
