import { describe, expect, test } from 'vitest';
import { parseCode } from '../../../source/scan/code/parse/parse-code.ts';
import { wholeOf } from '../../../source/scan/code/read-sql-texts.ts';
import { isRun } from '../../../source/scan/code/sql-use.ts';
import './probed.ts';

/** Whether the text that begins with SQL is run. */
function runs(code: string): boolean {
  const module = parseCode('a.tsx', code.replaceAll('#{', '${'));
  if ('offset' in module) throw new Error(module.message);
  const node = module.strings.find(({ start, end }) => module.text.slice(start + 1, end).startsWith('SQL'));
  if (!node) throw new Error('no SQL');
  return isRun(module, wholeOf(node));
}

describe('SQL is run where it is given to a call', () => {
  test.each<[code: string, is: boolean]>([
    ["run('SQL')", true],
    ["db.query('SQL')", true],
    ["db.query(x, 'SQL')", true],
    ["new Query('SQL')", true],
    ["run({ text: 'SQL' })", true],
    ["run(['SQL'])", true],
    ["run(x ? 'SQL' : y)", true],
    ["run('SQL' as string)", true],
    ["run('SQL' + x)", true],
    ["run('SQL'.trim())", true],
    ["let q = 'SQL'; q = q.trim();", false],
    ["let q = 'SQL'; q = q.trim(); run(q);", true],
    ["let [p, q] = []; q = 'SQL'; p = q; q = p;", false],
    ["log(['SQL'].a.b.c.d.e.f.g.h.i.j)", false],
    ["let q; q = 'SQL'; run(q);", true],
    ["let q; q = 'SQL';", false],
    ["this.q = 'SQL';", true],
    ["[q] = 'SQL';", true],
    ["await run('SQL')", true],
    ["'SQL'()", false],
    ["new ('SQL')()", false],
    ["class A extends B { constructor() { super('SQL'); } }", false],
    ["'SQL'", false],
    ["'SQL';", false],
    ["if ('SQL') x;", false],
    ["switch (x) { case 'SQL': }", false],
    ["throw 'SQL'", false],
    ["x === 'SQL'", false],
    ["x - 'SQL'", false],
    ["run(x === 'SQL')", false],
    ["x['SQL']", false],
    ["<p>{'SQL'}</p>", false],
    ["<p title='SQL' />", false],
    ["<p title={'SQL'} />", false],
    ["run('SQL', () => x)", true],
    ["function f() { return 'SQL'; }", true],
    ["const f = () => 'SQL';", true],
    ["const f = (x = 'SQL') => y;", false],
    ["export default 'SQL'", true],
    ["class A { sql = 'SQL'; }", true],
    ["x.y = 'SQL'", true],
    ["x = 'SQL'", true],
    ["x['SQL'] = y", false],
    ['sql`SQL`', true],
    ['db.sql`SQL`', true],
    ["sql`#{'SQL'}`", true],
  ])('%s: %s', (code, is) => {
    expect(runs(code)).toBe(is);
  });
});

describe('SQL that is told is not run', () => {
  const telling =
    'log info warn error debug trace fatal notice print println write writeLine alert confirm toast success notify expect describe it test t translate markdown md html css gql graphql styled dedent outdent captureMessage Error TypeError highlight copy writeText toContain toBe toEqual toMatch includes startsWith endsWith indexOf match test replace split';
  test.each(telling.split(' '))('%s', name => {
    expect(runs(`${name}('SQL')`)).toBe(false);
    expect(runs(`x.${name}('SQL')`)).toBe(false);
    expect(runs(`new ${name}('SQL')`)).toBe(false);
    expect(runs(`re${name}('SQL')`)).toBe(true);
    expect(runs(`${name}2('SQL')`)).toBe(true);
    expect(runs(`${name}\`SQL\``)).toBe(false);
  });
  test.each(['console', 'logger', 'log', 'chalk', 'process', 'winston', 'pino'])('%s', name => {
    expect(runs(`${name}.any('SQL')`)).toBe(false);
    expect(runs(`this.${name}.any('SQL')`)).toBe(false);
    expect(runs(`my${name}.any('SQL')`)).toBe(true);
    expect(runs(`${name}s.any('SQL')`)).toBe(true);
    expect(runs(`${name}('SQL')`)).toBe(name !== 'log');
  });
  test.each<[code: string, is: boolean]>([
    ["setText2('SQL')", false],
    ["setState('SQL')", false],
    ["settle('SQL')", true],
    ["resetAll('SQL')", true],
    ['styled.div`SQL`', false],
    ['css.global`SQL`', false],
    ['html.raw`SQL`', false],
    ['gqlOf.x`SQL`', false],
    ['my.styled.div`SQL`', true],
    ['sql.log`SQL`', false],
  ])('%s: %s', (code, is) => {
    expect(runs(code)).toBe(is);
  });
  const texts =
    'description message title help label example summary placeholder content children hint doc docs Description HINT';
  test.each(texts.split(' '))('{ %s }', key => {
    expect(runs(`run({ ${key}: 'SQL' })`)).toBe(false);
    expect(runs(`run({ '${key}': 'SQL' })`)).toBe(false);
    expect(runs(`run({ my${key}: 'SQL' })`)).toBe(true);
    expect(runs(`run({ ${key}Of: 'SQL' })`)).toBe(true);
  });
  test('as a key', () => {
    expect(runs("run({ 'SQL': x })")).toBe(false);
    expect(runs("run({ ['SQL']: x })")).toBe(false);
    expect(runs("run({ 7: 'SQL' })")).toBe(true);
    expect(runs("run({ [key]: 'SQL' })")).toBe(true);
    expect(runs("run({ ['a' + b]: 'SQL' })")).toBe(true);
  });
});

describe('SQL that has a name is run where the name is', () => {
  test.each<[code: string, is: boolean]>([
    ["const text = 'SQL'; run(text);", true],
    ["const text = 'SQL'; log(text);", false],
    ["const text = 'SQL'; log(text); run(text);", true],
    ["const text = 'SQL';", false],
    ["export const text = 'SQL';", true],
    ["const text = 'SQL'; { const text = 1; run(text); }", false],
    ["const { text } = 'SQL'; run(text);", false],
    ["const text = 'SQL'; const other = text; run(other);", true],
    ["const text = 'SQL'; const other = text; log(other);", false],
    ["const texts = { a: 'SQL' }; run(texts.a);", true],
    ["let text; text = 'SQL'; run(text);", true],
    ["let text; text = 'SQL'; log(text);", false],
    ["let text; text = 'SQL';", false],
    ["let text; other = text = 'SQL'; run(text);", true],
    ["text = 'SQL'; log(text);", true],
    ["const text = 'SQL'; const f = () => text;", true],
    ["const text = 'SQL'; if (text) x;", false],
    ["const text = 'SQL'; run(`#{text} more`);", true],
    ["const text = 'SQL'; log(`#{text} more`);", false],
    ["const text = 'SQL'; x.y = text;", true],
    ["const text = 'SQL'; throw text;", false],
    ["const text = 'SQL'; text.x;", false],
    ["const text = 'SQL'; x[text];", false],
  ])('%s: %s', (code, is) => {
    expect(runs(code)).toBe(is);
  });
});
