import { describe, expect, test } from 'vitest';
import { readBody } from '../../source/sql/parser/parser-process.ts';
import {
  doneBy,
  meansOf,
  type ReachedBody,
  sideEffectsOf,
  unknownSideEffects,
} from '../../source/trigger/side-effects.ts';

async function body(statements: string, more: Partial<ReachedBody> = {}): Promise<ReachedBody> {
  const source = `BEGIN ${statements}; RETURN NEW; END`;
  const reading = await readBody({ language: 'plpgsql', source, result: 'trigger' });
  return {
    identity: 'public.f()',
    schema: 'public',
    source,
    language: 'plpgsql',
    trusted: true,
    reading,
    ...more,
  };
}

describe('what a rollback cannot undo', () => {
  test.each([
    ["PERFORM pg_logical_emit_message(false, 'p', 'm')", /replication sends immediately/],
    ["PERFORM pg_logical_emit_message(NEW.now, 'p', 'm')", /replication sends immediately/],
    ["PERFORM setval('s', 1)", /sequence keeps/],
    ["NEW.id := pg_catalog.setval('s', 1, false)", /sequence keeps/],
    ['PERFORM pg_terminate_backend(1)', /ended or cancelled/],
    ['PERFORM pg_cancel_backend(pid) FROM pg_stat_activity', /ended or cancelled/],
    ['PERFORM pg_reload_conf()', /whole server/],
    ['PERFORM pg_switch_wal()', /whole server/],
    ['PERFORM pg_rotate_logfile()', /whole server/],
    ["PERFORM pg_create_restore_point('r')", /whole server/],
    ['PERFORM pg_log_backend_memory_contexts(1)', /whole server/],
    ["PERFORM pg_start_backup('b')", /whole server/],
    ['PERFORM pg_stat_reset()', /statistics/],
    ["PERFORM pg_stat_reset_shared('io')", /statistics/],
    ['PERFORM extensions.pg_stat_statements_reset()', /statistics/],
    ["PERFORM pg_create_logical_replication_slot('s', 'p')", /replication: a slot/],
    ["PERFORM pg_drop_replication_slot('s')", /replication: a slot/],
    ["PERFORM * FROM pg_logical_slot_get_changes('s', NULL, NULL)", /replication: a slot/],
    ['PERFORM pg_advisory_lock(1)', /advisory lock/],
    ['IF pg_try_advisory_lock_shared(1) THEN NULL; END IF', /advisory lock/],
    ['PERFORM pg_advisory_unlock_all()', /advisory lock/],
    ["PERFORM lo_export(1, '/tmp/x')", /a file/],
    ["PERFORM lo_import('/tmp/x')", /a file/],
    ["PERFORM pg_file_write('x', 'y', true)", /a file/],
    ["COPY presets TO '/tmp/x'", /a file/],
    ["COPY presets FROM '/tmp/x'", /a file/],
    ["COPY presets TO PROGRAM 'mail'", /PROGRAM/],
    ["COPY presets FROM PROGRAM 'date'", /PROGRAM/],
    ["PERFORM dblink_exec('c', 'x')", /dblink/],
    ["PERFORM pg_background_launch('x')", /pg_background/],
    ["PERFORM http_post('u', 'x', 'y')", /http/],
    ["PERFORM net.http_post('u')", /pg_net/],
    ["PERFORM aws_lambda.invoke('f')", /service outside/],
    ['NOTIFY uses', /NOTIFY/],
    ['CHECKPOINT', /CHECKPOINT/],
    ["LOAD 'auto_explain'", /LOAD/],
    ["PERFORM heap_force_kill('t', ARRAY['(0,1)'::tid])", /directly in the data files/],
    ["PERFORM pg_notify('uses', 'x')", /NOTIFY/],
    ["PERFORM http('x')", /http/],
    ["PERFORM extensions.pg_background_launch('x')", /pg_background/],
    ["PERFORM admin.pg_file_write('x', 'y', true)", /a file/],
    ["PERFORM extensions.heap_force_kill('t', NULL)", /directly in the data files/],
    ["PERFORM extensions.http_get('u')", /http/],
    // Wherever it stands.
    ["EXECUTE 'SELECT setval(''s'', 1)'", /sequence keeps/],
    ["EXECUTE 'SELECT pg_reload_conf() FROM ' || NEW.name", /whole server/],
    ["DO $do$ BEGIN PERFORM setval('s', 1); END $do$", /sequence keeps/],
    ["CREATE RULE r AS ON INSERT TO log DO ALSO SELECT setval('s', 1)", /sequence keeps/],
    ["INSERT INTO log SELECT setval('s', 1)", /sequence keeps/],
    ["UPDATE presets SET name = (SELECT setval('s', 1)::text)", /sequence keeps/],
    ["this is no SQL; PERFORM setval('s', 1)", /sequence keeps/],
    ["this is no SQL; COPY presets TO '/tmp/x'", /a file/],
    ["this is no SQL; COPY presets TO PROGRAM 'mail'", /PROGRAM/],
    ['this is no SQL; PERFORM pg_reload_conf ()', /whole server/],
    ["this is no SQL; PERFORM aws_lambda . invoke('f')", /service outside/],
    ["this is no SQL; PERFORM http_get ('u')", /^http/],
    ["this is no SQL; PERFORM http('u')", /^http/],
    ["this is no SQL; PERFORM net . http_get('u')", /^pg_net/],
    ["this is no SQL; PERFORM net.http_get('u')", /^pg_net/],
    ['this is no SQL; PERFORM pg_notify(channel, text)', /NOTIFY/],
    ['this is no SQL; NOTIFY  uses', /NOTIFY/],
    ['this is no SQL; perform SETVAL(a, 1)', /sequence keeps/],
    ['this is no SQL; perform AWS_Lambda.invoke(f)', /service outside/],
    ["DO $do$ BEGIN this is no SQL; PERFORM setval('s', 1); END $do$", /sequence keeps/],
    // Each effect once.
    ["PERFORM setval('s', 1); PERFORM setval('t', 1)", /sequence keeps/],
  ])('%s', async (statements, means) => {
    expect(meansOf(await body(statements))).toEqual([expect.stringMatching(means)]);
  });

  test.each([
    "PERFORM pg_logical_emit_message(true, 'p', 'm')",
    "PERFORM pg_logical_emit_message('t'::boolean, 'p', 'm')",
    "PERFORM set_config('a.b', 'c', false)",
    'PERFORM pg_advisory_xact_lock(1)',
    'PERFORM lo_unlink(1)',
    "NEW.id := nextval('s')",
    "PERFORM app.setval('s', 1)",
    "PERFORM cron.schedule('* * * * *', 'SELECT 1')",
    "NEW.name := 'setval(1)'",
    '-- PERFORM pg_reload_conf()\n NULL',
    'COPY presets TO STDOUT',
    "PERFORM my_http('u')",
    "PERFORM tell('setval(1)')",
    'PERFORM http_request_count()',
    'PERFORM net.worker_restart()',
    'PERFORM pg_background(1)',
    "RAISE EXCEPTION 'no'",
    "EXECUTE 'SELECT ' || NEW.name",
    "CREATE FUNCTION later() RETURNS bigint LANGUAGE sql AS 'SELECT setval(''s'', 1)'",
    "this is no SQL; PERFORM my_http('u')",
    'this is no SQL; PERFORM http_request_count()',
    'this is no SQL; PERFORM net.worker_restart()',
    'this is no SQL; notify := true',
    'this is no SQL; COPY presets TO STDOUT',
  ])('but not %s', async statements => {
    expect(meansOf(await body(statements))).toEqual([]);
  });
});

describe('what is not known', () => {
  test.each<[string, string, Partial<ReachedBody>, RegExp]>([
    ['SQL that is put together', 'EXECUTE NEW.name', {}, /dynamic SQL/],
    [
      'SQL that is put together in a block',
      'DO $do$ BEGIN EXECUTE current_query(); END $do$',
      {},
      /dynamic SQL/,
    ],
    ['a text that is pasted into SQL', "EXECUTE 'SELECT ' || NEW.name", {}, /dynamic SQL/],
    ['a text that format() pastes into SQL', "EXECUTE format('SELECT %s', NEW.name)", {}, /dynamic SQL/],
    ['what cannot be parsed', 'this is no SQL', {}, /cannot be read/],
    ['C of an extension', 'NULL', { language: 'c' }, /written in C/],
  ])('%s', async (_, statements, more, means) => {
    expect(unknownSideEffects([await body(statements, more)])).toEqual([
      { function: 'public.f()', means: expect.stringMatching(means) },
    ]);
  });

  test.each<[string, Partial<ReachedBody>, string?]>([
    ['a text that is read', {}],
    ['a value in quotes', {}, "EXECUTE format('UPDATE t SET a = %L WHERE b = $1', NEW.name) USING NEW.id"],
    ['a constant', {}, "EXECUTE 'UPDATE t SET a = 1'"],
    ['what the server brings itself', { language: 'internal', schema: 'pg_catalog' }],
    ['what is asked about anyway', { language: 'plpython3u', trusted: false }],
  ])('but not %s', async (_, more, statements = 'NULL') => {
    expect(unknownSideEffects([await body(statements, more)])).toEqual([]);
  });

  test('is what a function of the server makes of a text that is put together', async () => {
    const texts = "PERFORM query_to_xml('SELECT ' || NEW.name, true, true, '')";
    expect(unknownSideEffects([await body(texts)])).toEqual([
      { function: 'public.f()', means: 'it runs dynamic SQL' },
    ]);
    const inner = `DO $do$ BEGIN ${texts}; END $do$`;
    expect(unknownSideEffects([await body(inner)])).toHaveLength(1);
    expect(
      sideEffectsOf([await body("PERFORM query_to_xml('SELECT setval(''s'', 1)', true, true, '')")]),
    ).toEqual([{ function: 'public.f()', means: expect.stringMatching(/sequence keeps/) }]);
  });

  test('is not what the server brings itself, whatever its text', async () => {
    const odd = 'EXECUTE NEW.name';
    expect(unknownSideEffects([await body(odd, { language: 'internal' })])).toEqual([]);
    expect(unknownSideEffects([await body(odd, { language: 'c', schema: 'pg_catalog' })])).toEqual([]);
    expect(unknownSideEffects([await body(odd, { language: 'plpython3u', trusted: false })])).toEqual([]);
    for (const language of ['c', 'internal']) {
      expect(meansOf(await body("PERFORM setval('s', 1)", { language, trusted: false }))).toEqual([]);
    }
  });

  test('an untrusted language can do anything', async () => {
    expect(sideEffectsOf([await body('NULL', { language: 'plpython3u', trusted: false })])).toEqual([
      { function: 'public.f()', means: expect.stringMatching(/plpython3u: .*anything/) },
    ]);
  });
});

test('what a body calls, writes and reads includes its blocks', async () => {
  const { reading } = await body(
    "PERFORM one(); DO $do$ BEGIN INSERT INTO log SELECT two() FROM likes; END $do$; UPDATE presets SET name = ''",
  );
  const { calls, writes, reads } = doneBy(reading);
  expect(calls.map(({ name }) => name)).toEqual(['one', 'two']);
  expect(writes.map(({ table }) => table.name)).toEqual(['presets', 'log']);
  expect(reads.map(({ name }) => name)).toContain('likes');
});
