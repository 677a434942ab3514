import { describe, expect, test } from 'vitest';
import { isWholeRow } from '../../../../source/scan/code/rows/whole-row.ts';
import { probed } from '../probed.ts';

/** Whether the probed expression is a preset that was read with its count, or several. */
function isRow(code: string | Record<string, string>): boolean {
  const { follower, ref } = probed(code);
  return isWholeRow(follower, ref);
}

const response = "const got = await supabase.from('presets').select('*');\n";
const rows = `${response}const rows = got.data;\n`;
const row = 'const row = await prisma.preset.findUnique({ where: { id } });\n';

describe('a row, and what is made of it', () => {
  test.each<[code: string, is: boolean]>([
    ['probe(row)', true],
    ['probe(row as any)', true],
    ['probe(row satisfies T)', true],
    ['probe(<T>row)', true],
    ['probe(row!)', true],
    ['const o = { row }; probe(o?.row)', true],
    ['probe(other ? row : other)', true],
    ['probe(other ? other : row)', true],
    ['probe(other ? other : another)', false],
    ['probe(row ?? other)', true],
    ['probe(other ?? row)', true],
    ['probe(other ?? another)', false],
    ['probe(x = row)', true],
    ['probe(x += row)', false],
    ['probe({ ...row })', false],
    ['probe(row.name)', false],
    ['probe(row.value)', true],
    ['probe(row.dataValues)', true],
    ['probe(row.current)', true],
    ['probe(row.valueOf)', false],
    ['probe(row[0])', true],
    ['probe(row[12])', true],
    ['probe(row.revalue)', false],
    ['const o = c ? { row: null } : { row }; probe(o.row)', true],
    ['let other; ({ data: other } = row); probe(other)', false],
    ['const held = useRef(); held.recurrent = row; probe(held)', false],
    ['const held = useRef(); held.current = null; held.current = row; probe(held)', true],
    ['let held; held = null; held = row; probe(held)', true],
    ['const [held, setHeld] = useState(null); other(row, setHeld); probe(held)', false],
    ['const [held, setHeld] = useState(null); setHeld(null); setHeld(row); probe(held)', true],
    ["probe(row['name'])", false],
    ["probe(row['0x'])", false],
    ["probe(row['x0'])", false],
    ['probe(row[key])', true],
    ['probe(row.data)', false],
    ['probe(row.rows)', false],
    ['const { name } = row; probe(name)', false],
    ['const { usage_count, ...rest } = row; probe(rest)', false],
    ['const { name, ...rest } = row; probe(rest)', true],
    ['const { name, owner, ...rest } = row; probe(rest)', true],
    ['const { name, usageCount, ...rest } = row; probe(rest)', false],
    ['const [first] = row; probe(first)', true],
    ['let held; held = row; probe(held)', true],
    ['let held; held += row; probe(held)', false],
    ['let held; other = row; probe(held)', false],
    ['let held; other.held = row; probe(held)', false],
    ['let held; held.other = row; probe(held)', false],
    ['let held; row = held; probe(held)', false],
    ['let held = null; held = row; probe(held)', true],
    ['let held = other; held = row; probe(held)', true],
    ['const held = { value: null }; held.value = row; probe(held)', true],
    ['const held = useRef(); held.current = row; probe(held)', true],
    ['const held = useRef(); held.currently = row; probe(held)', false],
    ['const held = useRef(); held.other = row; probe(held)', false],
    ['const held = useRef(); x[held] = row; probe(held)', false],
    ['const held = useRef(); row.value = held.value; probe(held)', false],
    ['const [held, setHeld] = useState(null); setHeld(row); probe(held)', true],
    ['const [held, setHeld] = useState(null); setHeld(other); probe(held)', false],
    ['const [held, setHeld] = useState(null); setHeld(); probe(held)', false],
    ['const [held, setHeld] = useState(null); other(setHeld, row); probe(held)', false],
    ['const [held, setHeld] = useState(null); new setHeld(row); probe(held)', false],
    ['const [held, setHeld] = useState(null); setHeld(row); probe(setHeld)', false],
    ['const [held] = useState(null); probe(held)', false],
    ['const [held, , setHeld] = useState(null); setHeld(row); probe(held)', false],
    ['const [held, { setHeld }] = useState(null); setHeld(row); probe(held)', false],
    ['const { held, setHeld } = useStore(); setHeld(row); probe(held)', false],
    ['const f = () => row; probe(f())', true],
    ['const f = async () => { return row; }; probe(await f())', true],
    ['const f = () => { if (x) return null; return row; }; probe(f())', true],
    ['const f = () => row.name; probe(f())', false],
    ['const o = { f: () => row }; probe(o.f())', true],
    ['const o = { row }; probe(o.row)', true],
    ['const o = { row }; probe(o.other)', false],
    ['const o = { row }; const { row: held } = o; probe(held)', true],
    ['const make = async () => ({ row }); const { row: held } = await make(); probe(held)', true],
    ['const held = held; probe(held)', false],
    ['probe(7)', false],
    ['probe(unknown)', false],
    ['import held from "./held"; probe(held)', false],
    ['function f(held) { probe(held) }', false],
    ['function held() { return row; } probe(held)', false],
    ['class Row {} probe(Row)', false],
  ])('%s: %s', (code, is) => {
    expect(isRow(row + code)).toBe(is);
  });
});

describe('the response of a query, and the rows in it', () => {
  test.each<[code: string, is: boolean]>([
    ['probe(got)', false],
    ['probe(got.data)', true],
    ['probe(got.rows)', false],
    ['probe(got.value)', false],
    ['probe(got.error)', false],
    ['probe(got[0])', false],
    ['probe(got.data[0])', true],
    ['const { data } = got; probe(data)', true],
    ['const { data: [first] } = got; probe(first)', true],
    ['const { error } = got; probe(error)', false],
    ['const { data: rows } = got; const [first, second] = rows; probe(second)', true],
    ['let rows; ({ data: rows } = got); probe(rows)', true],
    ["let rows; ({ ['data']: rows } = got); probe(rows)", true],
    ['let rows; ({ error: rows } = got); probe(rows)', false],
    ['let rows; ({ data: rows } = other); probe(rows)', false],
    ['let rows; [rows] = got; probe(rows)', false],
    ['let rows; use({ data: rows }); probe(rows)', false],
    ['let rows; const { data = rows } = got; probe(rows)', false],
    ['const held = useRef(); held.current = got; probe(held)', false],
    ['const [held, setHeld] = useState(null); setHeld(got); probe(held)', false],
    ['const [held, setHeld] = useState(null); setHeld(got.data); probe(held)', true],
    ['got.then(({ data }) => { probe(data) })', true],
    ['got.then(answer => { probe(answer) })', false],
    ['got.then(answer => { probe(answer.data) })', true],
    ['got.then((error, { data }) => { probe(data) })', false],
    ['got.forEach(each => { probe(each) })', false],
    ['const f = () => got; const { data } = await f(); probe(data)', true],
    ['probe(structuredClone(got))', false],
    ['probe(structuredClone(got).data)', true],
    ['probe(sortBy(got))', false],
    ['probe(sortBy(got).data)', false],
    ['let rows; ({ data: rows } = other); ({ data: rows } = got); probe(rows)', true],
  ])('%s: %s', (code, is) => {
    expect(isRow(response + code)).toBe(is);
  });
});

describe('one of several rows', () => {
  test.each<[code: string, is: boolean]>([
    ...['map', 'flatMap', 'forEach', 'filter', 'find', 'some', 'every', 'each', 'eachSeries'].flatMap(
      (method): [string, boolean][] => [
        [`rows.${method}(each => { probe(each) })`, true],
        [`rows.${method}((other, each) => { probe(each) })`, false],
        [`others.${method}(each => { probe(each) })`, false],
      ],
    ),
    ...['reduce', 'reduceRight'].flatMap((method): [string, boolean][] => [
      [`rows.${method}((all, each) => { probe(each) }, [])`, true],
      [`rows.${method}((all, each) => { probe(all) }, [])`, false],
    ]),
    ['rows.mapAll(each => { probe(each) })', false],
    ['rows.remap(each => { probe(each) })', false],
    ['rows.map(({ name }) => { probe(name) })', false],
    ['rows.map(({ name, ...rest }) => { probe(rest) })', true],
    ['rows.map(({ usage_count, ...rest }) => { probe(rest) })', false],
    ['map(rows, each => { probe(each) })', false],
    ['rows.then(each => { probe(each) })', true],
    ['for (const each of rows) probe(each)', true],
    ['for (const { name } of rows) probe(name)', false],
    ['for (const each of others) probe(each)', false],
  ])('%s: %s', (code, is) => {
    expect(isRow(rows + code)).toBe(is);
  });
});

describe('what a call leaves of rows', () => {
  const taking =
    'find findLast at filter slice sort toSorted reverse toReversed concat pop shift splice flat values get toJSON toObject toPlain single maybeSingle throwOnError lean exec returns overrideTypes catch finally';
  const copying =
    'structuredClone cloneDeep clone $state ref reactive shallowRef shallowReactive toRaw unref useState useRef freeze produce stringify assign snapshot toRefs readonly untrack get cache defaults mergeWith';
  const arranging =
    'arrayMove arraySwap move swap reorder shuffle sort sortBy orderBy reverse uniq uniqBy filter reject compact take takeRight drop slice head last first nth sample sampleSize maxBy minBy find findLast';
  test.each(taking.split(' '))('rows.%s()', method => {
    expect(isRow(`${rows}probe(rows.${method}(x))`)).toBe(true);
    expect(isRow(`${rows}probe(others.${method}(x))`)).toBe(false);
  });
  test.each(copying.split(' '))('%s(rows)', name => {
    expect(isRow(`${rows}probe(${name}(rows))`)).toBe(true);
    expect(isRow(`${rows}probe(${name}({}, rows))`)).toBe(true);
    expect(isRow(`${rows}probe(${name}(others))`)).toBe(false);
  });
  test.each(arranging.split(' '))('%s(rows, x)', name => {
    expect(isRow(`${rows}probe(${name}(rows, x))`)).toBe(true);
    expect(isRow(`${rows}probe(_.${name}(rows, x))`)).toBe(true);
    expect(isRow(`${rows}probe(${name}(x, others))`)).toBe(false);
  });

  test.each<[code: string, is: boolean]>([
    ['probe(rows.findWhere(x))', false],
    ['probe(rows.refind(x))', false],
    ['probe(find.rows(x))', false],
    ['probe(rows.map(x => x))', false],
    ['probe(recloneDeep(rows))', false],
    ['probe(cloneDeepWith(rows))', false],
    ['probe(resortBy(rows))', false],
    ['probe(sortByName(rows))', false],
    ['probe(sortBy(x, rows))', false],
    ['probe(sortBy())', false],
    ['probe(render(rows))', false],
    ['probe(JSON.parse(rows))', true],
    ['probe(parse(rows))', false],
    ['probe(x.then(() => rows))', true],
    ['probe(x.then(function () { return rows; }))', true],
    ['probe(x.then(() => null))', false],
    ['probe(x.then(() => { if (y) return null; return rows; }))', true],
    ['probe(x.then(load, () => rows))', false],
    ['probe(x.then())', false],
    ['probe(then(() => rows))', false],
    ['const sortBy = list => null; probe(sortBy(rows))', false],
    ['const clone = x => null; probe(clone(rows))', false],
    ['const clone = x => x; probe(clone(rows))', false],
  ])('%s: %s', (code, is) => {
    expect(isRow(rows + code)).toBe(is);
  });
});

describe('what a hook answers', () => {
  const load = "const load = async () => (await supabase.from('presets').select('*')).data;\n";
  const hooks =
    'useQuery useSuspenseQuery createQuery useSWR useAsyncData useFetch useResource createResource resource';
  test.each(hooks.split(' '))('%s', hook => {
    expect(isRow(`${load}const { data } = ${hook}({ queryFn: load }); probe(data)`)).toBe(true);
    expect(isRow(`${load}const { data } = ${hook}('key', load); probe(data)`)).toBe(true);
    expect(isRow(`${load}const { data } = ${hook}('key', () => load()); probe(data)`)).toBe(true);
    expect(isRow(`${load}const { error } = ${hook}('key', load); probe(error)`)).toBe(false);
    expect(isRow(`${load}const { data } = ${hook}('key', other); probe(data)`)).toBe(false);
  });
  test.each<[code: string, is: boolean]>([
    ['const { data } = useQuery({ queryKey: load }); probe(data)', false],
    ['const { data } = useQueryOf(load); probe(data)', false],
    ['const { data } = reuseSWR(load); probe(data)', false],
    ['const { data } = useOther(load); probe(data)', false],
    ['probe(useQuery(load))', false],
  ])('%s: %s', (code, is) => {
    expect(isRow(load + code)).toBe(is);
  });
});

describe('one of several queries', () => {
  const read = "supabase.from('presets').select('*')";
  test.each<[code: string, is: boolean]>([
    [`const [{ data }] = await Promise.all([${read}, other]); probe(data)`, true],
    [`const [{ data }] = await Promise.all([other, ${read}]); probe(data)`, false],
    [`const [, { data }] = await Promise.all([other, ${read}]); probe(data)`, true],
    [`const [{ data }] = await Promise.race([${read}, other]); probe(data)`, false],
    [`const [{ data }] = await Promise.all(list, [${read}]); probe(data)`, false],
    [`const [{ data }] = await Promise.all(); probe(data)`, false],
    [`const [{ data }] = Promise.all([${read}, other]); probe(data)`, false],
    [`const [got] = await Promise.all([${read}, other]); probe(got)`, false],
    [`const [a, , { data }] = await Promise.all([${read}]); probe(data)`, false],
    [`const { data } = await Promise.all([${read}]); probe(data)`, false],
    [`const got = await Promise.all([${read}]); probe(got)`, false],
  ])('%s: %s', (code, is) => {
    expect(isRow(code)).toBe(is);
  });
});

describe('what an object keeps', () => {
  const kept = (body: string, more = '') =>
    `${row}class Editor { open() { ${body} } save() { probe(this.row) } ${more} }`;
  test.each<[code: string, is: boolean]>([
    [kept('this.row = row;'), true],
    [kept('this.row = other;'), false],
    [kept('this.row = null; this.row = row;'), true],
    [`${row}class Editor { #row; open() { this.#row = row; } save() { probe(this.#row) } }`, true],
    [`${row}class Editor { #row; open() { this.row = other; } save() { probe(this.#row) } }`, false],
    [kept('this.other = row;'), false],
    [kept('that.row = row;'), false],
    [kept('other.row = row;'), false],
    [kept('row = this.row;'), false],
    [kept('this.row.name = row;'), false],
    [kept('use(this.row);'), false],
    [kept('const f = () => { this.row = row; };'), true],
    [`${kept('')} class Other { open() { this.row = row; } }`, false],
    [`${row}class Editor { row = row; save() { probe(this.row) } }`, true],
    [`${row}class Editor { open() { this.row = row; } save() { probe(this.row.name) } }`, false],
    [`${row}class Editor { open() { this.row = row; } save() { probe(this['row']) } }`, false],
  ])('%s: %s', (code, is) => {
    expect(isRow(code)).toBe(is);
  });
});

describe('a row by its type', () => {
  const types =
    'interface Preset { id: string; name: string; usage_count: number }\ninterface Patch { name: string }\n';
  test.each<[code: string, is: boolean]>([
    ['function f(row: Preset) { probe(row) }', true],
    ['function f(row: Patch) { probe(row) }', false],
    ['function f(row) { probe(row) }', false],
    ['const f = (row: Preset) => { probe(row) }', true],
    ['function f(x: Preset, row: Patch) { probe(row) }', false],
    ['function f(x: Patch, row: Preset) { probe(row) }', true],
    ['function f(row: Preset = other) { probe(row) }', true],
    ['function f({ row }: { row: Preset }) { probe(row) }', true],
    ['function f({ row }: { row: Patch }) { probe(row) }', false],
    ['function f({ row: { name } }: { row: Preset }) { probe(name) }', false],
    ['function f({ name, ...rest }: Preset) { probe(rest) }', true],
    ['function f({ usage_count, ...rest }: Preset) { probe(rest) }', false],
    ['function f(props: { row: Preset }) { probe(props.row) }', true],
    ['function f(props: { row: Patch }) { probe(props.row) }', false],
    ['function f(props: { row: Preset }) { probe(props.other) }', false],
    ["function f(props: { row: Preset }) { probe(props['row']) }", true],
    ['function f(props: { row: Preset }) { probe(props.row.name) }', false],
    ['function f(props: { rows: Preset[] }) { for (const row of props.rows) probe(row) }', true],
    ['function f(rows: Preset[]) { rows.map(row => probe(row)) }', true],
    ['const row: Preset = load(); probe(row)', false],
    ['let row: Preset; probe(row)', true],
    ['let row: Patch; probe(row)', false],
    ['let row; probe(row)', false],
    ['export let row: Preset; probe(row)', true],
    ['const { row }: { row: Preset } = $props(); probe(row)', true],
    ['const { row }: { row: Preset } = other(); probe(row)', false],
    ['const { row }: { row: Preset } = $propsOf(); probe(row)', false],
    ['const { row } = defineProps<{ row: Preset }>(); probe(row)', true],
    ['const { row } = defineProps<{ row: Patch }>(); probe(row)', false],
    ['const { row } = redefineProps<{ row: Preset }>(); probe(row)', false],
    ['const props = defineProps<{ row: Preset }>(); probe(props.row)', true],
    ['const { row } = withDefaults<{ row: Preset }>(x, {}); probe(row)', true],
    ['const [row, setRow] = useState<Preset>(); probe(row)', true],
    ['const [row, setRow] = useState<Patch>(); probe(row)', false],
    ['const { row } = useLoaderData<{ row: Preset }>(); probe(row)', true],
    ['const row = reactive<Preset>(x); probe(row)', true],
    ['const row = ref<Preset>(); probe(row.value)', true],
    ['const row = ref<Patch>(); probe(row.value)', false],
    ['const [row, setRow] = useState<Preset | null>(null); probe(row)', true],
    ['const [row, setRow] = useState<Patch | null>(null); probe(row)', false],
    ['const row = load<Preset>(); probe(row)', false],
    ['probe(x as Preset)', true],
    ['probe(x as Patch)', false],
    ['probe({ ...x } as Preset)', false],
    ['probe(x satisfies Preset)', false],
    ['probe(<Preset>x)', false],
    ['const row = x as Preset; probe(row)', true],
    ["import type { PresetRow } from './types'; function f(row: PresetRow) { probe(row) }", true],
    ['class C { constructor(private row: Preset) {} save() { probe(this.row) } }', false],
  ])('%s: %s', (code, is) => {
    expect(isRow(types + code)).toBe(is);
  });
});

test('a row that SQL selects', () => {
  expect(isRow('async () => probe(await sql`SELECT * FROM presets`)')).toBe(true);
  expect(isRow('async () => probe(await sql`SELECT id FROM presets`)')).toBe(false);
  expect(isRow('async () => probe((await sql`SELECT * FROM presets`).rows)')).toBe(true);
});

test('a row of another file', () => {
  const load = "export const load = async () => (await supabase.from('presets').select('*')).data;\n";
  expect(isRow({ 'a.ts': "import { load } from './load';\nprobe(await load())", 'load.ts': load })).toBe(
    true,
  );
  expect(
    isRow({ 'a.ts': "import { row } from './row';\nprobe(row)", 'row.ts': `${row}export { row };` }),
  ).toBe(true);
  expect(
    isRow({
      'a.ts': "import { name } from './row';\nprobe(name)",
      'row.ts': `${row}export const name = row.name;`,
    }),
  ).toBe(false);
});
