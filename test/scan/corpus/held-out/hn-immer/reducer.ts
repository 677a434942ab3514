// writes: none
export const reducer = produce((draft, action) => {
  switch (action.type) {
    case 'preset/used': {
      const preset = draft.presets[action.id];
      preset.usage_count += 1;
      preset.last_used_at = action.at;
      break;
    }
  }
});
