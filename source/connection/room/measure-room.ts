import { withDeadline } from '../deadlines.ts';
import { discard, type Pool } from '../pool.ts';

// In milliseconds: a pooler with a connection to spare answers as fast as the first one did.
const within = 1_000;

/**
 * How many connections at a time a pooler gives this console: 1, 2 or 3, where each of its clients keeps a connection of its own to the
 * server, as in pgbouncer's session mode. More clients would wait for one that is never given back. Infinity where clients share
 * connections. `first` is the server process that answers the open connection, which must be idle; `open` prepares another.
 */
export async function measureRoom(first: number, open: () => Pool): Promise<number> {
  const known = [first];
  const probes: Pool[] = [];
  try {
    while (known.length < 3) {
      const probe = open();
      probes.push(probe);
      const answer = probe.sql.unsafe('SELECT pg_catalog.pg_backend_pid() AS pid').then(
        rows => Number(rows[0]?.pid),
        () => null,
      );
      const pid = await withDeadline(answer, within, null);
      if (pid === null) return known.length;
      // A client that is still there has given its connection to another: they are shared.
      if (known.includes(pid)) return Number.POSITIVE_INFINITY;
      known.push(pid);
    }
    return known.length;
  } finally {
    await Promise.all(probes.map(discard));
  }
}
