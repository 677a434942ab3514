/** The schemas of a setting such as `search_path=public, pg_temp`; null if it is not set. */
export function searchPathOf(setting: string | null): string[] | null {
  if (setting === null) return null;
  const names = setting.slice(setting.indexOf('=') + 1).match(/"(?:[^"]|"")*"|[^\s,]+/g) ?? [];
  return names.map(name =>
    name.startsWith('"') ? name.slice(1, -1).replaceAll('""', '"') : name.toLowerCase(),
  );
}
