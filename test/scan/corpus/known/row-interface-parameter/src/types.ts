// writes: none
export interface Preset {
  id: string;
  name: string;
  usage_count: number;
}
