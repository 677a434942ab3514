import type { WriteStream } from 'node:tty';
import type { Config } from './config.ts';

/** Whether to write colours to a stream: as flags and environment say, else if it is a terminal that has some. */
export function usesColor({ color }: Pick<Config, 'color'>, stream: NodeJS.WriteStream): boolean {
  return color ?? ((stream as Partial<WriteStream>).isTTY === true && stream.hasColors());
}

/** Makes chalk agree. It decides when it is loaded, by FORCE_COLOR and the arguments, and does not know NO_COLOR. */
export function forceColor(color: boolean): void {
  if (!color) process.env.FORCE_COLOR = '0';
  else if (!process.stdout.hasColors()) process.env.FORCE_COLOR = '1';
}
