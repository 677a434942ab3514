// writes: none
const KEY = 'presets';

interface Recent {
  id: string;
  usage_count: number;
  last_used_at: number;
}

function read(): Record<string, Recent> {
  try {
    return JSON.parse(localStorage.getItem(KEY) ?? '{}');
  } catch {
    return {};
  }
}

export function remember(id: string): Recent {
  const presets = read();
  const recent = presets[id] ?? { id, usage_count: 0, last_used_at: 0 };
  recent.usage_count += 1;
  recent.last_used_at = Date.now();
  presets[id] = recent;
  localStorage.setItem(KEY, JSON.stringify(presets));
  return recent;
}

export function recents(limit = 8): Recent[] {
  return Object.values(read())
    .sort((a, b) => b.usage_count - a.usage_count || b.last_used_at - a.last_used_at)
    .slice(0, limit);
}
