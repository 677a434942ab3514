import type { SqlCall } from '../sql/sql-effects.ts';

/** A way for a function to have effects outside its transaction. */
interface SideEffectMeans {
  call: (call: SqlCall) => boolean;
  /** Finds the same in a text that cannot be parsed. */
  words: RegExp;
  how: string;
}

const nothing = () => false;

/** Calls of functions with these names. A built-in one is not meant if the call names another schema. */
function named(
  pattern: string,
  how: string,
  { builtIn = true, but = nothing }: { builtIn?: boolean; but?: (call: SqlCall) => boolean } = {},
): SideEffectMeans {
  const name = new RegExp(`^(?:${pattern})$`);
  return {
    call: call =>
      name.test(call.name) &&
      (!builtIn || call.schema === null || call.schema === 'pg_catalog') &&
      !but(call),
    words: new RegExp(`\\b(?:${pattern})\\s*\\(`, 'i'),
    how,
  };
}

/** Calls of any function in these schemas. */
function within(schemas: string, how: string): SideEffectMeans {
  const schema = new RegExp(`^(?:${schemas})$`);
  return {
    call: call => call.schema !== null && schema.test(call.schema),
    words: new RegExp(`\\b(?:${schemas})\\s*\\.`, 'i'),
    how,
  };
}

// A transactional message is sent at commit. Only a literal true is trusted to say that it is transactional.
const isTransactional = ({ literals }: SqlCall) =>
  ['t', 'true', 'y', 'yes', 'on', '1'].includes(literals[0]?.toLowerCase() ?? '');

/**
 * Effects that a rollback cannot undo, from the volatile functions of PostgreSQL 13 to 18 and of well-known extensions.
 * It leaves out what a rollback does undo (set_config(), large objects, cron.schedule()) and what only leaves a gap
 * (nextval()).
 */
export const sideEffectMeans: readonly SideEffectMeans[] = [
  {
    call: ({ name }) => name.startsWith('dblink'),
    words: /\bdblink/i,
    how: 'dblink: statements on another connection, which commit separately',
  },
  named('pg_background_\\w+', 'pg_background: statements in another session, which commit separately', {
    builtIn: false,
  }),
  {
    call: ({ schema, name }) =>
      schema !== 'net' && /^http(?:_(?:get|post|put|patch|delete|head))?$/.test(name),
    words: /(?<!net\s*\.\s*)\bhttp(?:_(?:get|post|put|patch|delete|head))?\s*\(/i,
    how: 'http: a request that is sent immediately',
  },
  // pg_net and NOTIFY normally wait for the commit, but a person should still know about them.
  {
    call: ({ schema, name }) => schema === 'net' && name.startsWith('http_'),
    words: /\bnet\s*\.\s*http_/i,
    how: 'pg_net: a request in the background',
  },
  {
    call: ({ name }) => name === 'pg_notify',
    words: /\bpg_notify\b|\bnotify\s+\w/i,
    how: 'NOTIFY: listeners receive it at commit',
  },
  {
    call: () => false,
    words: /\bcopy\b[^;]*\bprogram\b/i,
    how: 'COPY ... PROGRAM: a command on the server',
  },
  // COPY with a file name instead of STDIN or STDOUT.
  {
    call: () => false,
    words: /\bcopy\b[^;]*\b(?:to|from)\s+'/i,
    how: 'a file or a service outside the database',
  },
  named(
    'lo_export|lo_import|pg_file_(?:write|rename|unlink|sync)',
    'a file or a service outside the database',
    {
      builtIn: false,
    },
  ),
  within(
    'aws_s3|aws_lambda|azure_storage|azure_ai|google_ml|amqp|kafka|utl_file|utl_http|utl_mail|utl_smtp|dbms_pipe',
    'a file or a service outside the database',
  ),
  named('pg_logical_emit_message', 'pg_logical_emit_message: a message that replication sends immediately', {
    but: isTransactional,
  }),
  named('setval', 'setval: the sequence keeps its new value'),
  named(
    'pg_terminate_backend|pg_cancel_backend',
    'pg_terminate_backend or pg_cancel_backend: other sessions are ended or cancelled',
  ),
  named(
    'pg_reload_conf|pg_rotate_logfile(?:_old|_v2)?|pg_switch_wal|pg_create_restore_point|pg_log_backend_memory_contexts|pg_log_standby_snapshot|' +
      'pg_promote|pg_wal_replay_(?:pause|resume)|pg_(?:start|stop)_backup|pg_backup_(?:start|stop)|pg_sync_replication_slots',
    'administration of the whole server',
  ),
  named(
    'pg_stat_reset\\w*|pg_stat_\\w+_reset|pg_(?:qualstats|store_plans|wait_sampling)_reset\\w*',
    'server statistics are reset',
    { builtIn: false },
  ),
  named(
    'pg_(?:create|copy)_(?:physical|logical)_replication_slot|pg_drop_replication_slot|pg_replication_slot_advance|' +
      'pg_logical_slot_get_(?:binary_)?changes|pg_replication_origin_(?:advance|session_setup|session_reset)',
    'replication: a slot or an origin is created, moved, read or dropped immediately',
  ),
  named(
    'pg_(?:try_)?advisory_lock(?:_shared)?|pg_advisory_unlock(?:_shared|_all)?',
    'a session-level advisory lock, which outlives the transaction',
  ),
  named(
    'heap_force_(?:kill|freeze)|pg_truncate_visibility_map',
    'rows or pages are changed directly in the data files',
    {
      builtIn: false,
    },
  ),
];
