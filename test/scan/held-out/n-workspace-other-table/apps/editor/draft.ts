// writes: none
import { PRESETS, USES } from '@studio/names';
import { supabase } from './supabase';

export const draftUsed = (draft: { id: string; usage_count: number }) =>
  supabase.from(PRESETS).update({ [USES]: draft.usage_count + 1 }).eq('id', draft.id);
