// writes: 9 supabase-update
import React, { useState } from 'react';
import { Button, TextInput, View } from 'react-native';
import { supabase } from '../services/supabase';

async function saveName(id: string, name: string) {
  const { data: preset, error } = await supabase.from('presets').select('*').eq('id', id).single();
  if (error) throw error;
  await supabase.from('presets').update({ ...preset, name, updated_at: new Date().toISOString() }).eq('id', id);
}

export function EditPresetScreen({ route, navigation }: any) {
  const [name, setName] = useState(route.params.name);

  const onSave = async () => {
    await saveName(route.params.id, name.trim());
    navigation.goBack();
  };

  return (
    <View>
      <TextInput value={name} onChangeText={setName} placeholder="Name of the preset" />
      <Button title="Save" onPress={onSave} />
    </View>
  );
}
