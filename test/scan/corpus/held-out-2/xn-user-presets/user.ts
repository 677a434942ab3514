// writes: none
await supabase.from('user_presets').update({ usage_count: row.usage_count + 1 }).eq('id', row.id);
await prisma.userPreset.update({ where: { id }, data: { usageCount: { increment: 1 } } });
