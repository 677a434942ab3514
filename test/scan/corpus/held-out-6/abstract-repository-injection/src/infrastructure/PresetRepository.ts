// writes: none
import { SupabaseRepository } from './SupabaseRepository';

export interface PresetRow {
  id: string;
  name: string;
  usage_count: number;
  last_used_at: string | null;
}

export class PresetRepository extends SupabaseRepository<PresetRow> {
  protected readonly table = 'presets';
}
