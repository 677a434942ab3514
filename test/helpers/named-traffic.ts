import { randomUUID } from 'node:crypto';
import postgres from 'postgres';

/** The uses of clients, by the ids of their records. */
export interface NamedUses {
  /** Those that the server has confirmed. */
  made: ReadonlySet<string>;
  /** Those that failed; for some it is unknown whether they were committed. */
  unsure: ReadonlySet<string>;
  /** Why they failed. */
  failures: readonly string[];
}

/** Clients that use presets until they are stopped, and remember every record they have made. */
export interface NamedTraffic {
  /** Uses that were confirmed so far. */
  made(): number;
  stop(): Promise<NamedUses>;
}

// In milliseconds: the pause between two uses, and between two attempts to reach a server that is down.
const longestThought = 20;
const afterFailure = 50;

/** Starts `clients` connections that use the `presets` in turn; after a failure they go on with the next. */
export function startNamedTraffic(url: string, presets: readonly string[], clients: number): NamedTraffic {
  const made = new Set<string>();
  const unsure = new Set<string>();
  const failures: string[] = [];
  let stopped = false;
  const sql = postgres(url, {
    max: clients,
    onnotice: () => {},
    backoff: () => 0.1,
    connection: { application_name: 'traffic' },
  });
  const use = async (client: number) => {
    for (let turn = client * 7; !stopped; turn += 1) {
      const id = randomUUID();
      try {
        await sql`INSERT INTO preset_usage (id, preset_id, usage_type) VALUES (${id}, ${presets[turn % presets.length]!}, 'traffic')`;
        made.add(id);
        await after(Math.random() * longestThought);
      } catch (error) {
        unsure.add(id);
        failures.push((error as Error).message);
        await after(afterFailure);
      }
    }
  };
  const running = Array.from({ length: clients }, (_, client) => use(client));
  return {
    made: () => made.size,
    async stop() {
      stopped = true;
      await Promise.all(running);
      await sql.end({ timeout: 1 });
      return { made, unsure, failures };
    },
  };
}

function after(milliseconds: number): Promise<void> {
  return new Promise(resolve => setTimeout(resolve, milliseconds));
}
