// writes: none
cache.modify({ id: cache.identify(preset), fields: { usage_count: n => n + 1 } });
client.writeFragment({ id: `Preset:${id}`, fragment, data: { usage_count: current + 1 } });
