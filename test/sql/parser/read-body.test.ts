import { describe, expect, test } from 'vitest';
import { readBody } from '../../../source/sql/parser/parser-process.ts';
import { tell } from '../tell.ts';

const inTrigger = async (body: string, declared = '') =>
  tell(
    await readBody({
      language: 'plpgsql',
      source: `${declared} BEGIN ${body} RETURN NEW; END`,
      result: 'trigger',
    }),
  );
const adds = ['update presets usage_count adds 1'];
const hit = 'UPDATE presets SET usage_count = usage_count + 1 WHERE id = NEW.preset_id;';

describe('a body of PL/pgSQL', () => {
  test.each([
    [hit, adds],
    ['UPDATE presets p SET usage_count = coalesce(p.usage_count, 0) OPERATOR(pg_catalog.+) 1;', adds],
    [`-- ${hit}\n/* ${hit} */`, []],
    [`RAISE NOTICE 'UPDATE presets SET usage_count = 1 %', NEW.id;`, []],
    [`IF NEW.preset_id IS NOT NULL THEN ${hit} END IF;`, adds],
    [`IF false THEN NULL; ELSIF true THEN ${hit} ELSE TRUNCATE log; END IF;`, [...adds, 'truncate log *']],
    [`CASE NEW.kind WHEN 'a' THEN ${hit} ELSE DELETE FROM a; END CASE;`, [...adds, 'delete a *']],
    [`<<again>> LOOP ${hit} EXIT again WHEN true; END LOOP;`, adds],
    [`WHILE true LOOP ${hit} END LOOP;`, adds],
    [`FOR i IN 1..3 LOOP ${hit} END LOOP;`, adds],
    [`BEGIN BEGIN ${hit} END; EXCEPTION WHEN others THEN DELETE FROM a; END;`, [...adds, 'delete a *']],
    [`WITH x AS (${hit.replace(';', ' RETURNING 1')}) INSERT INTO log SELECT 1;`, ['insert log *', ...adds]],
    ['NEW.usage_count := OLD.usage_count + 1;', ['new.usage_count adds 1']],
    ['new . "usage_count" = coalesce(old.usage_count, 0) - 1;', ['new.usage_count subtracts 1']],
    ['NEW.usage_count := 0;', ['new.usage_count zero']],
    ['NEW.usage_count := (SELECT count(*) FROM preset_usage);', ['new.usage_count counts']],
    ['IF NEW.usage_count = 100 THEN NULL; END IF;', []],
    [`NEW = jsonb_populate_record(NEW, '{"usage_count": 1}');`, ['new as a whole']],
    ['SELECT 5 INTO NEW.usage_count;', ['new.usage_count sets']],
    ['SELECT * INTO NEW FROM presets;', ['new as a whole']],
    [
      'UPDATE presets SET usage_count = 0 RETURNING id INTO NEW.id;',
      ['update presets usage_count zero', 'new.id sets'],
    ],
  ])('%s', async (body, expected) => expect(await inTrigger(body)).toEqual(expected));

  test.each([
    ['r presets%ROWTYPE;', 'FOR r IN SELECT * FROM presets LOOP r.usage_count := 1; END LOOP;', []],
    ['r public.presets % rowtype;', `r.usage_count := 1; ${hit}`, adds],
    ['n presets.usage_count%TYPE;', `SELECT usage_count INTO n FROM presets; ${hit}`, adds],
    [
      'n int;',
      'SELECT usage_count INTO n FROM presets; UPDATE presets SET usage_count = n + 1;',
      ['update presets usage_count sets'],
    ],
    [
      'r record;',
      'FOR r IN DELETE FROM preset_usage RETURNING * LOOP NULL; END LOOP;',
      ['delete preset_usage *'],
    ],
    ['c CURSOR FOR SELECT 1; r record;', `OPEN c; FETCH c INTO r; ${hit} CLOSE c;`, adds],
    ['n int := (SELECT count(*) FROM preset_usage);', 'GET DIAGNOSTICS n = ROW_COUNT;', []],
    ['a int; b app.kind; c text[];', `a := 1; c[a] := 'x'; b := 'y'; ${hit}`, adds],
  ])('DECLARE %s ... %s', async (declared, body, expected) =>
    expect(await inTrigger(body, `DECLARE ${declared}`)).toEqual(expected),
  );
});

describe('SQL that is put together as it runs', () => {
  test.each([
    ["EXECUTE 'UPDATE presets SET usage_count = usage_count + 1';", adds],
    ["EXECUTE 'UPDATE presets SET usage_count = usage_count + 1 WHERE id = $1' USING NEW.preset_id;", adds],
    [
      "EXECUTE 'UPDATE presets SET usage_count = usage_count + 1 WHERE id = ' || quote_literal(NEW.id);",
      adds,
    ],
    ["EXECUTE 'UPDATE presets SET usage_count = usage_count + 1 WHERE id = ''' || NEW.id || '''';", adds],
    [
      "EXECUTE format('UPDATE %I.%I SET usage_count = usage_count + 1 WHERE id = %L', 'public', 'presets', NEW.id);",
      ['update public.presets usage_count adds 1'],
    ],
    [
      "EXECUTE format('UPDATE %2$I SET %1$I = 0', 'usage_count', 'presets');",
      ['update presets usage_count zero'],
    ],
    [
      "EXECUTE format('UPDATE %I SET usage_count = 0', TG_TABLE_NAME);",
      ["dynamic format('UPDATE %I SET usage_count = 0', TG_TABLE_NAME)"],
    ],
    [
      "EXECUTE format('UPDATE presets SET %I = 0', TG_ARGV[0]);",
      ["dynamic format('UPDATE presets SET %I = 0', TG_ARGV[0])"],
    ],
    [
      "EXECUTE 'UPDATE ' || TG_TABLE_NAME || ' SET a = 1';",
      ["dynamic 'UPDATE ' || TG_TABLE_NAME || ' SET a = 1'"],
    ],
    ['EXECUTE TG_ARGV[0];', ['dynamic TG_ARGV[0]']],
    [
      "FOR r IN EXECUTE 'DELETE FROM preset_usage RETURNING 1' LOOP NULL; END LOOP;",
      ['delete preset_usage *'],
    ],
    ["q := 'DELETE FROM preset_usage'; EXECUTE q;", ['delete preset_usage *']],
    ["q := 'DELETE FROM preset_usage'; q := q || ' WHERE false'; EXECUTE q;", ['dynamic q']],
    ["EXECUTE 'SELECT bump(1)';", []],
  ])('%s', async (body, expected) =>
    expect(await inTrigger(body, 'DECLARE q text; r record;')).toEqual(expected),
  );
});

describe('other bodies', () => {
  const told = async (language: string, source: string, more = {}) =>
    tell(await readBody({ language, source, ...more }));

  test('of SQL, as text and as BEGIN ATOMIC', async () => {
    expect(
      await told('sql', 'SELECT 1; UPDATE presets SET usage_count = usage_count + 1 WHERE id = p;'),
    ).toEqual(adds);
    expect(
      await told(
        'sql',
        'CREATE OR REPLACE FUNCTION public.f(p uuid)\n RETURNS void\n LANGUAGE sql\nBEGIN ATOMIC\n UPDATE presets SET usage_count = (presets.usage_count + 1)\n  WHERE (presets.id = f.p);\nEND',
      ),
    ).toEqual(adds);
  });

  test('that return rows, or take parameters', async () => {
    const signature = { arguments: 'p uuid, n integer DEFAULT 1, OUT total bigint', result: 'bigint' };
    expect(
      await told(
        'plpgsql',
        'BEGIN UPDATE presets SET usage_count = usage_count + n; total := n; END',
        signature,
      ),
    ).toEqual(['update presets usage_count adds']);
    expect(
      await told('plpgsql', 'BEGIN RETURN QUERY DELETE FROM preset_usage RETURNING *; END', {
        result: 'SETOF public.preset_usage',
      }),
    ).toEqual(['delete preset_usage *']);
    expect(
      await told('plpgsql', 'BEGIN DELETE FROM preset_usage; COMMIT; done := true; END', {
        kind: 'procedure',
        arguments: 'INOUT done boolean',
        result: null,
      }),
    ).toEqual(['delete preset_usage *']);
  });

  test('that cannot be parsed as a whole are read in pieces, and said to be', async () => {
    expect(await told('plpgsql', `BEGIN nobody := 1; IF true THEN ${hit} END IF; END`)).toEqual([
      ...adds,
      'problem "nobody" is not a known variable',
    ]);
  });

  test('in other languages are not read, and said to be', async () => {
    expect(await told('plv8', 'plv8.execute("DELETE FROM preset_usage")')).toEqual([
      'problem the language plv8 is not supported',
    ]);
  });

  test('keep the places of their effects, calls and exceptions', async () => {
    const source = `\nDECLARE\n  n int;\nBEGIN\n  -- größer\n  PERFORM app.bump(NEW.id), 'é';\n  SELECT usage_count INTO n FROM presets WHERE audit('x');\n  ${hit}\n  EXECUTE 'DELETE FROM a';\n  IF late() THEN RAISE EXCEPTION 'no'; END IF;\n  RETURN NEW;\nEND`;
    const { writes, calls, also } = await readBody({ language: 'plpgsql', source, result: 'trigger' });
    const at = (length: number) => (each: { offset: number }) =>
      source.slice(each.offset, each.offset + length);
    expect(calls.map(at(4))).toEqual(['app.', 'audi', 'late']);
    expect(writes.map(at(6))).toEqual(['UPDATE', "'DELET"]);
    expect(also).toEqual(['raises']);
  });
});
