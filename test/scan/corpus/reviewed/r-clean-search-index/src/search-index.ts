// writes: none
export const reindex = (client: any, p: Preset) => client.index('presets').updateDocuments([{ id: p.id, usage_count: p.usage_count }])
