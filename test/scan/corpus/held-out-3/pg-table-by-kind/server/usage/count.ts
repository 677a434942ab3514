// writes: 7 sql
import { sql } from './client';

const tables = { preset: 'presets', lut: 'luts' } as const;
type Kind = keyof typeof tables;

export const countUse = (kind: Kind, id: string) => sql.unsafe(`update ${tables[kind]} set usage_count = usage_count + 1 where id = $1`, [id]);

export const usePreset = (id: string) => countUse('preset', id);
