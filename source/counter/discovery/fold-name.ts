/**
 * A name without case and underscores, for comparing when no name matches exactly: libraries that name columns write
 * `usage_count` as `usageCount`.
 */
export function foldName(name: string): string {
  return name.toLowerCase().replaceAll('_', '');
}
