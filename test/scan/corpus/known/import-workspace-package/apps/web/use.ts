// writes: 5 supabase-update
import { patchRow } from '@acme/data';
import { LOOKS, STYLES } from '@acme/data/tables';

export const use = (id: string, n: number) => patchRow(LOOKS, id, { usage_count: n + 1 });
export const style = (id: string, n: number) => patchRow(STYLES, id, { usage_count: n + 1 });
