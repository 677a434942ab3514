import { type RunningProxy, startProxy } from './proxy.ts';

type Words = readonly [from: string, to: string][];

/** A proxy that replaces words, by others of the same length, that the server at `url` sends (`says`) or receives (`hears`). */
export function startRewritingProxy(
  url: string,
  { says = [], hears = [] }: { says?: Words; hears?: Words },
): Promise<RunningProxy> {
  return startProxy(url, {
    received: data => replaced(data, hears),
    sent: data => replaced(data, says),
  });
}

function replaced(data: Buffer, words: Words): Buffer {
  let text = data.toString('latin1');
  for (const [from, to] of words) {
    if (from.length !== to.length) throw new Error(`${from} and ${to} differ in length.`);
    text = text.replaceAll(from, to);
  }
  return Buffer.from(text, 'latin1');
}
