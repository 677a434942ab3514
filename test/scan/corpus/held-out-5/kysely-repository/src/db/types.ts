// writes: none
import type { ColumnType, Generated } from 'kysely';

export interface PresetsTable {
  id: Generated<string>;
  name: string;
  usage_count: Generated<number>;
  last_used_at: ColumnType<Date | null, Date | undefined, Date>;
}

export interface DB {
  presets: PresetsTable;
  preset_usage: { id: Generated<string>; preset_id: string; user_id: string };
}
