import { resolveTarget } from '../../source/connection/libpq/resolve-target.ts';
import { type ConnectOptions, connect, type Database } from '../../source/connection/transactions.ts';

/** The console's own connection to the database at `url`. */
export function connectTo(url: string, options: Partial<ConnectOptions> = {}): Database {
  return connect(resolveTarget({ text: url, source: 'test' }, {}, '/nowhere'), {
    timeout: 30,
    lockTimeout: 2,
    ...options,
  });
}
