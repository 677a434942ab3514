import postgres from 'postgres';

/** Clients that use presets until they are stopped, one use per transaction. */
export interface Traffic {
  /** Uses that were committed so far. */
  made(): number;
  /** Stops, and returns the error messages of every use that failed. */
  stop(): Promise<string[]>;
}

/** Starts `clients` connections that use the `presets` in turn, as the application does. */
export function startTraffic(url: string, presets: readonly string[], clients: number): Traffic {
  let made = 0;
  let stopped = false;
  const failures: string[] = [];
  const sql = postgres(url, { max: clients, onnotice: () => {} });
  const use = async (client: number) => {
    for (let turn = client * 7; !stopped; turn += 1) {
      try {
        await sql`SELECT track_preset_usage(${presets[turn % presets.length]!}, 'traffic')`;
        made += 1;
      } catch (error) {
        failures.push((error as Error).message);
      }
    }
  };
  const running = Array.from({ length: clients }, (_, client) => use(client));
  return {
    made: () => made,
    async stop() {
      stopped = true;
      await Promise.all(running);
      await sql.end();
      return failures;
    },
  };
}
