/**
 * A name as it is compared where no name is exactly the one that is looked for: without case and underscores, because
 * `usage_count` is `usageCount` where a library names the columns.
 */
export function foldName(name: string): string {
  return name.toLowerCase().replaceAll('_', '');
}
