// writes: none
export interface Preset {
  id: string;
  name: string;
  usage_count: number;
}
export type PresetInput = Omit<Preset, 'id' | 'usage_count'>;
