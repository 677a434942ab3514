// writes: none
export interface Preset {
  id: string;
  name: string;
  description: string | null;
  usage_count: number;
}
