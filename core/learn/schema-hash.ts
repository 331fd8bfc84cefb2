import { hash32 } from '../maths/murmur3.ts';

/** The same for the same features in the same columns. */
export const schemaHash = (description: unknown): string => hash32(JSON.stringify(description));
