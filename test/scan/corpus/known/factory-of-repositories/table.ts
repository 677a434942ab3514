// writes: none
import { supabase } from './supabase';

export const tableOf = (name: string) => {
  const save = async (id: string, changes: object) => supabase.from(name).update(changes).eq('id', id);
  return { save, read: (id: string) => supabase.from(name).select('id, name').eq('id', id).single() };
};
