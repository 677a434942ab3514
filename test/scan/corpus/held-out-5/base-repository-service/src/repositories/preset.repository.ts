// writes: none
import type { SupabaseClient } from '@supabase/supabase-js';
import { BaseRepository } from './base.repository';

export interface PresetRow {
  id: string;
  name: string;
  usage_count: number;
  last_used_at: string | null;
}

export class PresetRepository extends BaseRepository<PresetRow> {
  constructor(client: SupabaseClient) {
    super(client, 'presets');
  }
}
