// writes: none
import { supabase } from './client';
import { TableRepository } from './TableRepository';

export interface PresetRow {
  id: string;
  name: string;
  usage_count: number;
}

export interface BrushRow {
  id: string;
  usage_count: number;
}

export const presetRepository = new TableRepository<PresetRow>(supabase, 'presets');
export const brushRepository = new TableRepository<BrushRow>(supabase, 'brushes');
