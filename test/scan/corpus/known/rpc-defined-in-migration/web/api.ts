// writes: 3 rpc
import { supabase } from './supabase';
export const onApply = (id: string) => supabase.rpc('bump', { preset: id });
