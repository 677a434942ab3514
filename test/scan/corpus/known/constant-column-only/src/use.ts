// writes: 5 supabase-update
import { db } from './db';
import { COLUMN, TABLE } from './names';

export const use = (id: string, n: number) => db.from(TABLE).update({ [COLUMN]: n + 1 }).eq('id', id);
