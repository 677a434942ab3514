import { expect, test } from 'vitest';
import { lookup } from '../../../../source/scan/code/follow/lookup.ts';
import { assignedTo, referencesTo } from '../../../../source/scan/code/follow/references.ts';
import { probed } from '../probed.ts';

test.each<[code: string, references: number, assigned: string[]]>([
  ['let a; probe(a)', 1, []],
  ['let a; a = 1; a = 2; probe(a)', 3, ['1', '2']],
  ['let a; a += 1; a ??= 2; probe(a)', 3, []],
  ['let a; b = a; probe(a)', 2, []],
  ['let a; b = a = 1; probe(a)', 2, ['1']],
  ['let a; [a] = b; probe(a)', 2, []],
  ['let a; b.a = 1; probe(a)', 1, []],
  ['let a; b[a] = 1; probe(a)', 2, []],
  ['let a; a.b = 1; probe(a)', 2, []],
  ['let a; b({ a: 1 }); probe(a)', 1, []],
  ['let a; b({ [a]: 1 }); probe(a)', 2, []],
  ['let a; b({ c: a }); probe(a)', 2, []],
  ['let a; { let a; a = 1; } probe(a)', 1, []],
  ['let a; const f = a => a; probe(a)', 1, []],
  ['let a; const f = () => { a = 1; }; probe(a)', 2, ['1']],
])('%s', (code, references, assigned) => {
  const { module, ref } = probed(code);
  const binding = lookup(module, 'a', ref.node);
  if (!binding) throw new Error('a is not declared');
  expect(referencesTo(module, binding)).toHaveLength(references);
  expect(assignedTo(module, binding).map(({ start, end }) => module.text.slice(start, end))).toEqual(
    assigned,
  );
});
