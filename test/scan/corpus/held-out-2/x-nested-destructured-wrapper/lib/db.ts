// writes: none
export const db = {
  presets: {
    patch: async ({ id, values }: { id: string; values: Partial<Preset> }) =>
      supabase.from('presets').update(values).eq('id', id),
  },
};
