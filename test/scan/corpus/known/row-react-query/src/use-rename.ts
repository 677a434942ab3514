// writes: 15 supabase-update
import { useMutation, useQuery } from '@tanstack/react-query';
import { supabase } from './client';

async function getPreset(id: string) {
  const { data, error } = await supabase.from('presets').select('*').eq('id', id).single();
  if (error) throw error;
  return data;
}

export function useRename(id: string) {
  const { data: preset } = useQuery({ queryKey: ['preset', id], queryFn: () => getPreset(id) });
  return useMutation({
    mutationFn: async (name: string) =>
      supabase.from('presets').update({ ...preset, name }).eq('id', id),
  });
}
