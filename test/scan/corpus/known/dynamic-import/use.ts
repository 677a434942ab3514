// writes: 4 rpc
export async function use(sb: Client, id: string) {
  const { NAMES } = await import('./names');
  await sb.rpc(NAMES.increment, { p: id });
}
