// writes: none
import { supabase } from './supabase';

/** How often somebody opened a preset out of the own favourites: the favourite counts that, not the preset. */
export async function openFavorite(favoriteId: string) {
  const { data: favorite, error } = await supabase
    .from('favorites')
    .select('id, usage_count, presets (id, name, usage_count)')
    .eq('id', favoriteId)
    .single();
  if (error) throw error;

  await supabase
    .from('favorites')
    .update({ usage_count: favorite.usage_count + 1 })
    .eq('id', favoriteId);

  return favorite.presets;
}

export async function forget(favoriteId: string) {
  await supabase.from('favorites').update({ usage_count: 0, pinned: false }).eq('id', favoriteId);
}

export const favoritesOf = (userId: string) =>
  supabase.from('favorites').select('*').eq('user_id', userId).order('usage_count', { ascending: false });
