// writes: 3 sql
await sql`
  update presets
  set usage_count = case when usage_count is null then 1 else usage_count + 1 end
  where id = ${id}
`;
