/**
 * The code of a Vue, Svelte or Astro component. Everything else is blanked out, so that offsets match the file.
 */
export function scriptsOf(text: string): string {
  const blanked = text.replace(/[^\n\r]/g, ' ');
  let script = blanked;
  const keep = (from: number, to: number) => {
    script = script.slice(0, from) + text.slice(from, to) + script.slice(to);
  };
  // After the last end tag there are no more scripts; without this cut every start tag would search the rest of the file.
  const closed = text.slice(0, text.toLowerCase().lastIndexOf('</script>') + '</script>'.length);
  for (const { index, 0: whole, 1: tag = '', 2: code = '' } of closed.matchAll(
    /(<script\b[^>]*>)([\s\S]*?)<\/script>/gi,
  )) {
    if (/\btype=["'](?!module|text\/(java|type)script|application\/javascript)/i.test(tag)) continue;
    const from = index + whole.indexOf(tag) + tag.length;
    keep(from, from + code.length);
  }
  const front = /^---\r?\n([\s\S]*?)\r?\n---/.exec(text);
  if (front?.[1] !== undefined)
    keep(front[0].indexOf(front[1]), front[0].indexOf(front[1]) + front[1].length);
  return script;
}
