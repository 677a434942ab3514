import { createContext } from 'react';

/**
 * How far the text on screen can be scrolled, in rows: known only once it is laid out, and needed by the key that scrolls back
 * from beyond its end.
 */
export const ScrollLimit = createContext({ rows: Number.MAX_SAFE_INTEGER });
