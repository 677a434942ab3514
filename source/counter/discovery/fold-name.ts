/**
 * A name without case and underscores, for comparing when no name matches exactly: libraries that name columns write
 * `comments_count` as `commentsCount`.
 */
export function foldName(name: string): string {
  return name.toLowerCase().replaceAll('_', '');
}
