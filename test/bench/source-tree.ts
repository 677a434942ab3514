import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** How many files are written, and every how many of them names the counter or writes it. */
export const treeOf = { files: 5_000, naming: 25, writing: 100 };

/**
 * Writes an application's source as it might be: modules of a hundred lines or so that import one another, some of which
 * read the counter and a few of which write it.
 */
export async function writeTree(directory: string): Promise<{ bytes: number; writes: number }> {
  let [bytes, writes] = [0, 0];
  for (let index = 0; index < treeOf.files; index += 1) {
    const path = join(directory, `packages/p${index % 25}/src/f${index % 400}/module-${index}.tsx`);
    const writing = index % treeOf.writing === 0;
    if (writing) writes += 1;
    const text = moduleOf(index, writing ? bump : index % treeOf.naming === 0 ? show : '');
    bytes += text.length;
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, text);
  }
  await writeFile(join(directory, '.gitignore'), 'dist/\n*.log\n');
  return { bytes, writes };
}

const bump = `
export async function use(supabase: Client, id: string) {
  const { data } = await supabase.from('presets').select('usage_count').eq('id', id).single();
  await supabase.from('presets').update({ usage_count: data.usage_count + 1 }).eq('id', id);
}
`;

const show = `
export const popular = (presets: { usage_count: number }[]) => presets.filter(({ usage_count }) => usage_count > 10);
`;

function moduleOf(index: number, extra: string): string {
  const parts = Array.from(
    { length: 12 },
    (_, part) => `
export interface Props${part} { id: string; title: string; children?: ReactNode }

export function Component${part}({ id, title, children }: Props${part}) {
  const [open, setOpen] = useState(false);
  const label = useMemo(() => \`\${title} \${id} ${index}\`, [title, id]);
  return <section onClick={() => setOpen(!open)} aria-label={label}>{open ? children : null}</section>;
}
`,
  );
  return `import { type ReactNode, useMemo, useState } from 'react';\nimport { helper } from './module-${(index + 400) % treeOf.files}';\n${parts.join('')}${extra}`;
}
