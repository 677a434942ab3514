// writes: 3 postgrest
export const patch = (base: string, table: string, id: string, n: number) =>
  fetch(`${base}/rest/v1/${table}?id=eq.${id}`, { method: 'PATCH', body: JSON.stringify({ usage_count: n + 1 }) });
export const use = (base: string, id: string, n: number) => patch(base, 'presets', id, n);
