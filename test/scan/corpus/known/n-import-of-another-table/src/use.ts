// writes: none
import { TABLE as PRESETS } from '$tables';
import { TABLE as PRESET } from '@acme/tables';
import { db } from './db';

export const use = (id: string, n: number) => db.from(PRESETS).update({ usage_count: n + 1 }).eq('id', id);
export const style = (id: string, n: number) => db.from(PRESET).update({ usage_count: n + 1 }).eq('id', id);
