// writes: none
const [record] = await sql`
  insert into preset_usage ${sql({ preset_id: id, user_id: user.id })} returning id,
    (select usage_count from presets where id = ${id}) as usage_count`;
