import { parseConnectionUrl } from '../../source/connection-url.ts';
import { type ConnectOptions, connect, type Database } from '../../source/database/connection.ts';

/** The console's own connection to the database at `url`. */
export function connectTo(url: string, options: Partial<ConnectOptions> = {}): Database {
  const {
    host = 'localhost',
    port = 5432,
    database = '',
    user = '',
    password,
  } = parseConnectionUrl(url, 'test');
  return connect(
    {
      kind: 'server',
      host,
      port,
      database,
      user,
      password,
      sslmode: 'prefer',
      applicationName: 'preset-usage-console',
      source: 'test',
    },
    { timeout: 30, lockTimeout: 2, ...options },
  );
}
