// writes: 5 query-builder
await db
  .insertInto('presets')
  .values({ id, name, usage_count: 1 })
  .onConflict(oc => oc.column('id').doUpdateSet({ usage_count: eb => eb('presets.usage_count', '+', 1) }))
  .execute();
