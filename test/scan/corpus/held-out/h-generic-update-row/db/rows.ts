// writes: none
export async function updateRow(table: string, id: string, values: Record<string, unknown>) {
  const { error } = await client.from(table).update(values).eq('id', id);
  if (error) throw error;
}
