import { readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { ConsoleError, exitCodes } from '../../errors/errors.ts';

/** Throws (exit code 4) in a container whose state directory is not on a volume. Elsewhere the directory may be anywhere. */
export function requireVolume(directory: string): void {
  // An image of this program sets it, because without a volume a container's files end with it.
  if (!process.env.PRESET_USAGE_NEEDS_VOLUME) return;
  const mounts = readMounts();
  if (mounts === null || isOnVolume(directory, mounts)) return;
  throw new ConsoleError({
    code: 'no-volume',
    message: `Receipts would go to ${directory}, which is not on a volume and ends with this container.`,
    hint: `Nothing was changed. Mount a volume there: docker run --volume preset-usage:${dirname(directory)} ...`,
    exitCode: exitCodes.refused,
  });
}

/** Null where the system does not tell, so that nothing is known. */
function readMounts(): string | null {
  try {
    return readFileSync('/proc/self/mountinfo', 'utf8');
  } catch {
    return null;
  }
}

// What is kept in memory or in the container's own layer.
const fleeting = new Set(['tmpfs', 'ramfs', 'overlay', 'aufs']);

/** Whether a directory is below a mount other than the root, and one that lasts, by the text of /proc/self/mountinfo. */
export function isOnVolume(directory: string, mounts: string): boolean {
  const above = mounts
    .split('\n')
    .map(readMount)
    .filter(({ point }) => directory === point || directory.startsWith(`${point === '/' ? '' : point}/`));
  // Of two at the same place the later one is seen.
  const nearest = above.reduce(
    (best, each) => (each.point.length >= best.point.length ? each : best),
    nowhere,
  );
  return nearest.point.length > 1 && !fleeting.has(nearest.type);
}

const nowhere = { point: '', type: '' };

/** The fifth field is where it is mounted, with blanks as \040; its type comes after a lone dash. */
function readMount(line: string): { point: string; type: string } {
  const [fields = '', rest = ''] = line.split(' - ');
  const point = (fields.split(' ')[4] ?? '').replace(/\\([0-7]{3})/g, (_, octal: string) =>
    String.fromCharCode(Number.parseInt(octal, 8)),
  );
  return { point, type: rest.split(' ')[0] ?? '' };
}
