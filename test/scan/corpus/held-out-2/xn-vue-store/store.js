// writes: none
export const usePresets = defineStore('presets', {
  state: () => ({ presets: [] }),
  actions: {
    markUsed(id) {
      const preset = this.presets.find(p => p.id === id);
      preset.usage_count++;
      return api.post(`/presets/${id}/use`);
    },
  },
});
