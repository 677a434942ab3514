// writes: 9 supabase-update
import { supabase } from './client';

enum Kind { Preset = 'preset', Style = 'style' }
const TABLES = { [Kind.Preset]: 'presets', [Kind.Style]: 'styles' } as const;
const BY_NAME = { preset: 'presets', style: 'styles' } as const;

const bump = (kind: keyof typeof BY_NAME, id: string, n: number) =>
  supabase.from(BY_NAME[kind]).update({ usage_count: n + 1 }).eq('id', id);

export const usePreset = (id: string, n: number) => bump('preset', id, n);
export const useStyle = (id: string, n: number) => bump('style', id, n);
export const useKind = (id: string, n: number) => bump(Kind.Preset, id, n);
export const useStyleKind = (id: string, n: number) => bump(Kind.Style, id, n);
