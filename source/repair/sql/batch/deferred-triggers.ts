import { byOwnPath } from '../../../connection/search-path.ts';

/**
 * Runs deferred triggers before the count is written: those that keep it would change it afterwards. One that checks it refuses
 * now, and runs again once the count is written. A conflict with another session is no such refusal.
 */
export const deferredFirst = `BEGIN
    ${byOwnPath('SET CONSTRAINTS ALL IMMEDIATE;')}
  EXCEPTION
    WHEN lock_not_available OR transaction_rollback THEN RAISE;
    WHEN OTHERS THEN NULL;
  END;`;
