// writes: none
export { db } from './client';
export * from './schema';
