import { createContext } from 'react';

/** How far the text on screen can be scrolled, in rows. Only the layout knows, and the scroll keys need it. */
export const ScrollLimit = createContext({ rows: Number.MAX_SAFE_INTEGER });
