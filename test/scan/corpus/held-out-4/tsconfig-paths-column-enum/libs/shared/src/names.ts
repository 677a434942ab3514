// writes: none
export enum Table {
  Presets = 'presets',
  Usage = 'preset_usage',
  Styles = 'styles',
}

export const PresetColumn = {
  Id: 'id',
  Name: 'name',
  Uses: 'usage_count',
} as const;
