// writes: 10 supabase-update
import { PresetColumn, Table } from '#shared/names';
import { db } from './supabase';

export async function onPresetApplied(presetId: string) {
  const { data } = await db.from(Table.Presets).select(PresetColumn.Uses).eq(PresetColumn.Id, presetId).single();
  const before = data?.[PresetColumn.Uses] ?? 0;

  await db.from(Table.Usage).insert({ preset_id: presetId });
  await db.from(Table.Presets).update({ [PresetColumn.Uses]: before + 1 }).eq(PresetColumn.Id, presetId);
}

export const onStyleRenamed = (id: string, name: string) =>
  db.from(Table.Styles).update({ [PresetColumn.Name]: name }).eq(PresetColumn.Id, id);
