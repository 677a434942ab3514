// writes: 6 supabase-update
export async function onComplete(db: SupabaseClient, job: Job) {
  const preset = await fetchPreset(db, job.presetId);
  await Promise.all([
    db.from('jobs').update({ status: 'done' }).eq('id', job.id),
    db.from('presets').update({ usage_count: preset.usage_count + 1 }).eq('id', preset.id),
    db.from('preset_usage').insert({ preset_id: preset.id, user_id: job.userId }),
  ]);
}
