// writes: none
export type Json = string | number | boolean | null | { [key: string]: Json | undefined } | Json[];

export interface Database {
  public: {
    Tables: {
      presets: {
        Row: { id: string; name: string; settings: Json; usage_count: number; last_used_at: string | null };
        Insert: { id?: string; name: string; settings?: Json; usage_count?: number; last_used_at?: string | null };
        Update: { id?: string; name?: string; settings?: Json; usage_count?: number; last_used_at?: string | null };
        Relationships: [];
      };
    };
    Functions: {
      track_preset_usage: { Args: { p_preset_id: string; p_usage_type: string }; Returns: string };
    };
  };
}
