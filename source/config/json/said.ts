import * as z from 'zod/mini';

/** Adds what an editor shows beside a key. */
export function said<Type extends z.core.$ZodType>(type: Type, description: string): Type {
  z.globalRegistry.add(type, { description });
  return type;
}
