// writes: none
socket.emit('preset:update', { id, usage_count: preset.usage_count + 1 });
queue.add('presets', { update: { usage_count: 1 } });
