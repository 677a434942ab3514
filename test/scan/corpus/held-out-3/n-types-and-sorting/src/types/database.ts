// writes: none
export interface Database {
  public: {
    Tables: {
      presets: {
        Row: { id: string; name: string; usage_count: number };
        Insert: { id?: string; name: string; usage_count?: number };
        Update: { id?: string; name?: string; usage_count?: number };
      };
    };
  };
}
