// writes: 5 supabase-update
import { Names } from '@studio/tables';
import { db } from './db';

export const use = (id: string, n: number) => db.from(Names.Looks).update({ usage_count: n + 1 }).eq('id', id);
export const style = (id: string, n: number) => db.from(Names.Styles).update({ usage_count: n + 1 }).eq('id', id);
