// writes: none
export * from './tables';
export { createServerClient } from './client';
