import * as z from 'zod/mini';
import { ConsoleError, exitCodes } from '../errors/errors.ts';
import { addressOf } from '../errors/server-address.ts';
import type { ReplayPosition } from './replay-position.ts';
import { readSystem } from './server.ts';
import type { Database, Reader } from './transactions.ts';

const replayText = `SELECT pg_is_in_recovery() AS standby, pg_last_wal_replay_lsn()::text AS lsn,
  (extract(epoch FROM pg_last_xact_replay_timestamp()) * 1000)::float8 AS at`;
// The database that writes may itself be a standby, of which this one is a standby.
const behindText = `SELECT greatest(0, pg_wal_lsn_diff(
  CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn() ELSE pg_current_wal_lsn() END, $1::pg_lsn))::float8 AS bytes`;

const replay = z.object({ standby: z.boolean(), lsn: z.nullable(z.string()), at: z.nullable(z.number()) });

/**
 * A database whose large reads go to its physical standby, and everything else to the server itself. The first of them finds out
 * whether the other server really is a standby of this one, and each that it still was at the end: what a promoted one holds is
 * another history. Rejects with exit code 3 where it is not.
 */
export function withReplica(primary: Database, standby: Database): Database {
  let proved: Promise<void> | null = null;
  let position: ReplayPosition | null = null;
  const { place } = standby;
  const prove = async () => {
    const [ours, theirs] = await Promise.all([identify(primary, primary), identify(standby, primary)]);
    if (ours !== theirs) throw notAStandby(place, 'It holds another database');
  };
  const readThere: Database['read'] = async (work, options) => {
    proved ??= prove();
    await proved;
    const { value, lsn, at } = await standby.read(async reader => {
      const value = await work(reader);
      return { value, ...(await readReplay(reader, standby)) };
    }, options);
    const behindBytes = await primary.read(reader => readBehind(reader, lsn), options);
    position = { host: place.host, port: place.port, replayedLsn: lsn, replayedAt: at, behindBytes };
    return value;
  };
  return {
    get place() {
      return primary.place;
    },
    timeouts: primary.timeouts,
    read: (work, { large = false, ...options } = {}) =>
      large ? readThere(work, options) : primary.read(work, options),
    replayed: () => position,
    room: primary.room,
    write: primary.write,
    openWriting: primary.openWriting,
    policiesApply(apply) {
      primary.policiesApply(apply);
      standby.policiesApply(apply);
    },
    encryption: primary.encryption,
    async close() {
      await Promise.all([primary.close(), standby.close()]);
    },
  };
}

async function identify(of: Database, primary: Database): Promise<string> {
  const { system, oid } = await of.read(readSystem);
  if (system === null) throw notProved(of.place, primary.place.user);
  return `${system}/${oid}`;
}

async function readReplay(reader: Reader, { place }: Database): Promise<{ lsn: string; at: number | null }> {
  const { standby, lsn, at } = replay.parse((await reader.rows(replayText))[0]);
  if (!standby || lsn === null) throw notAStandby(place, 'It is no standby, or was promoted meanwhile');
  return { lsn, at };
}

async function readBehind(reader: Reader, lsn: string): Promise<number> {
  const [row] = (await reader.rows(behindText, [lsn])) as { bytes: number }[];
  return row?.bytes ?? Number.NaN;
}

type Place = Database['place'];

function notAStandby({ host, port }: Place, why: string): ConsoleError {
  return new ConsoleError({
    code: 'not-a-standby',
    message: `The server of --replica, ${addressOf(host, port)}, is no standby of this database. ${why}; nothing of it is used.`,
    hint: 'Name a physical standby with --replica, or leave it out to read from the server itself.',
    exitCode: exitCodes.unreachable,
  });
}

function notProved({ host, port }: Place, user: string): ConsoleError {
  return new ConsoleError({
    code: 'replica-not-proved',
    message: `${user} may not read which server ${addressOf(host, port)} is, so it may be no standby of this database.`,
    hint: `Let the role see it with GRANT EXECUTE ON FUNCTION pg_control_system() TO ${user}, or leave out --replica.`,
    exitCode: exitCodes.unreachable,
  });
}
