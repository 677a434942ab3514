// writes: none
import type { Generated } from 'kysely';

export interface Database {
  presets: { id: string; name: string; usage_count: Generated<number> };
  preset_usage: { id: Generated<string>; preset_id: string; user_id: string };
}
