import type { SqlCall } from '../sql/sql-effects.ts';

/** A way by which a function reaches outside its transaction. */
interface SideEffectMeans {
  call: (call: SqlCall) => boolean;
  /** The same for a text that cannot be parsed. */
  words: RegExp;
  how: string;
}

const nothing = () => false;

/** Functions of these names, wherever they are; those of the server itself only where no schema of the database's own is named. */
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

/** Anything in these schemas. */
function within(schemas: string, how: string): SideEffectMeans {
  const schema = new RegExp(`^(?:${schemas})$`);
  return {
    call: call => call.schema !== null && schema.test(call.schema),
    words: new RegExp(`\\b(?:${schemas})\\s*\\.`, 'i'),
    how,
  };
}

// A message that is transactional is sent with the commit, and never where that is said by anything but a constant.
const isTransactional = ({ literals }: SqlCall) =>
  ['t', 'true', 'y', 'yes', 'on', '1'].includes(literals[0]?.toLowerCase() ?? '');

/**
 * What no rollback takes back, from the list of the server's own volatile functions (PostgreSQL 13 to 18) and of well-known
 * extensions. Not among them is what a rollback does take back, whatever its name: set_config(), large objects, cron.schedule();
 * and what leaves nothing but a gap: nextval().
 */
export const sideEffectMeans: readonly SideEffectMeans[] = [
  {
    call: ({ name }) => name.startsWith('dblink'),
    words: /\bdblink/i,
    how: 'dblink: statements on another connection, which commit by themselves',
  },
  named('pg_background_\\w+', 'pg_background: statements in another session, which commit by themselves', {
    builtIn: false,
  }),
  {
    call: ({ schema, name }) =>
      schema !== 'net' && /^http(?:_(?:get|post|put|patch|delete|head))?$/.test(name),
    words: /(?<!net\s*\.\s*)\bhttp(?:_(?:get|post|put|patch|delete|head))?\s*\(/i,
    how: 'http: a request that is sent at once',
  },
  // pg_net and NOTIFY wait for a commit where they behave; a person has to know about them as well.
  {
    call: ({ schema, name }) => schema === 'net' && name.startsWith('http_'),
    words: /\bnet\s*\.\s*http_/i,
    how: 'pg_net: a request in the background',
  },
  {
    call: ({ name }) => name === 'pg_notify',
    words: /\bpg_notify\b|\bnotify\s+\w/i,
    how: 'NOTIFY: listeners hear of it at a commit',
  },
  {
    call: () => false,
    words: /\bcopy\b[^;]*\bprogram\b/i,
    how: 'COPY ... PROGRAM: a command on the server',
  },
  // The last is with a file name in place of STDIN and STDOUT.
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
  named('pg_logical_emit_message', 'pg_logical_emit_message: a message that replication sends at once', {
    but: isTransactional,
  }),
  named('setval', 'setval: a sequence keeps the number that it was set to'),
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
    'statistics of the server are reset',
    { builtIn: false },
  ),
  named(
    'pg_(?:create|copy)_(?:physical|logical)_replication_slot|pg_drop_replication_slot|pg_replication_slot_advance|' +
      'pg_logical_slot_get_(?:binary_)?changes|pg_replication_origin_(?:advance|session_setup|session_reset)',
    'replication: a slot or an origin is made, moved, read or dropped at once',
  ),
  named(
    'pg_(?:try_)?advisory_lock(?:_shared)?|pg_advisory_unlock(?:_shared|_all)?',
    'an advisory lock of the session, which outlives the transaction',
  ),
  named(
    'heap_force_(?:kill|freeze)|pg_truncate_visibility_map',
    'rows or pages are changed in the files themselves',
    {
      builtIn: false,
    },
  ),
];
