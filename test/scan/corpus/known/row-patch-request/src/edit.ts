// writes: 5 postgrest
export async function edit(url: string, headers: HeadersInit, id: string, name: string) {
  const rows = (await (await fetch(`${url}/rest/v1/presets?id=eq.${id}`, { headers })).json()) as PresetRow[];
  const next = { ...rows[0], name };
  await fetch(`${url}/rest/v1/presets?id=eq.${id}`, { method: 'PATCH', headers, body: JSON.stringify(next) });
}

interface PresetRow {
  id: string;
  name: string;
  usage_count: number;
}
