// writes: none
export type Database = {
  public: {
    Tables: {
      presets: {
        Row: { id: string; usage_count: number };
        Insert: { id?: string; usage_count?: number };
        Update: { id?: string; usage_count?: number };
      };
    };
    Functions: { increment_preset_usage_count: { Args: { preset_id: string }; Returns: undefined } };
  };
};
