import { describe, expect, test } from 'vitest';
import { isOnVolume, requireVolume } from '../../../source/config/files/volume.ts';

const directory = '/state/preset-usage-console';
const root = '600 500 0:52 / / ro,relatime master:1 - overlay overlay rw,lowerdir=/a,upperdir=/b';
const mount = (point: string, type = 'ext4', options = 'rw') =>
  `620 600 254:1 /volumes/preset-usage/_data ${point} ${options} master:2 - ${type} /dev/vda1 rw`;
const mounts = (...lines: string[]) => `${[root, mount('/proc', 'proc'), ...lines].join('\n')}\n`;

describe('a directory is on a volume', () => {
  test.each([
    ['below one', mounts(mount('/state'))],
    ['that is itself one', mounts(mount(directory, 'xfs'))],
    ['of a network', mounts(mount('/state', 'nfs4'))],
    [
      'whose optional fields are more',
      mounts('620 600 0:4 / /state rw shared:1 master:2 - btrfs /dev/sda rw'),
    ],
    ['below one on another', mounts(mount('/state', 'tmpfs'), mount('/state'))],
  ])('%s', (_, text) => expect(isOnVolume(directory, text)).toBe(true));

  test.each([
    ['in the layer of the container', mounts()],
    ['in memory', mounts(mount('/state', 'tmpfs'))],
    ['covered by memory', mounts(mount('/state'), mount('/state', 'tmpfs'))],
    ['beside one of a name that begins alike', mounts(mount('/state/preset'), mount('/stat'))],
    ['above one', mounts(mount(`${directory}/receipts`))],
  ])('but not one %s', (_, text) => expect(isOnVolume(directory, text)).toBe(false));

  test('whose name has a blank', () => {
    expect(isOnVolume('/my state/x', mounts(mount('/my\\040state')))).toBe(true);
  });
});

test('nothing is refused where no image asks for a volume', () => {
  expect(() => requireVolume('/dev/shm/preset-usage-console')).not.toThrow();
});
