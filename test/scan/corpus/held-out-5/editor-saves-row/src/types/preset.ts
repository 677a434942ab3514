// writes: none
export interface Preset {
  id: string;
  user_id: string;
  name: string;
  description: string;
  settings: Record<string, number>;
  is_public: boolean;
  usage_count: number;
  created_at: string;
}
