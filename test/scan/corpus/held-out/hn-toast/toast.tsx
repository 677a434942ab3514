// writes: none
toast.success(`Used ${preset.usage_count + 1} times`);
trackEvent('preset_update', { usage_count: preset.usage_count + 1 });
