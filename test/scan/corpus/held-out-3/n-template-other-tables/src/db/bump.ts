// writes: none
import { pool } from './pool';

const bump = (table: 'templates' | 'palettes', id: string) =>
  pool.query(`UPDATE ${table} SET usage_count = usage_count + 1 WHERE id = $1`, [id]);

export const useTemplate = (id: string) => bump('templates', id);
export const usePalette = (id: string) => bump('palettes', id);
export const listPresets = () => pool.query('SELECT id, name, usage_count FROM presets ORDER BY usage_count DESC');
