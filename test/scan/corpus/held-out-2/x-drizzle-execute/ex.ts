// writes: 2 sql
await db.execute(sql`UPDATE ${presets} SET ${presets.usageCount} = ${presets.usageCount} + 1 WHERE ${presets.id} = ${id}`);
