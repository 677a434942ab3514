// writes: 25 supabase-update
import AsyncStorage from '@react-native-async-storage/async-storage';
import NetInfo from '@react-native-community/netinfo';
import { supabase } from '../api/supabase';

const KEY = '@presets/pendingUsage';

export async function rememberUse(presetId: string) {
  const pending: Record<string, number> = JSON.parse((await AsyncStorage.getItem(KEY)) ?? '{}');
  pending[presetId] = (pending[presetId] ?? 0) + 1;
  await AsyncStorage.setItem(KEY, JSON.stringify(pending));
}

export async function flushUsage() {
  const { isConnected } = await NetInfo.fetch();
  if (!isConnected) return;

  const pending: Record<string, number> = JSON.parse((await AsyncStorage.getItem(KEY)) ?? '{}');
  for (const [presetId, uses] of Object.entries(pending)) {
    const { data, error } = await supabase.from('presets').select('usage_count').eq('id', presetId).single();
    if (error) continue;

    const { error: failed } = await supabase
      .from('presets')
      .update({ usage_count: (data.usage_count ?? 0) + uses })
      .eq('id', presetId);
    if (!failed) delete pending[presetId];
  }
  await AsyncStorage.setItem(KEY, JSON.stringify(pending));
}
