// writes: 5 supabase-update
import { patchRow } from '#db/rows';
import tables from '#tables';

export const use = (id: string, n: number) => patchRow(tables.looks, id, { usage_count: n + 1 });
