import { type RunningProxy, startProxy } from './proxy.ts';

/** A proxy to a server that delays the messages selected by `late`, and everything after them, by some milliseconds. */
export function startDelayingProxy(
  url: string,
  milliseconds: number,
  late: (data: Buffer) => boolean,
): Promise<RunningProxy> {
  return startProxy(url, {
    async received(data) {
      if (late(data)) await new Promise(resolve => setTimeout(resolve, milliseconds));
      return data;
    },
  });
}
