import { murmur3 } from '../../core/maths/murmur3.ts';

/** Logical partition of a person, 0-255: in the key of every per-person table, and never changed. */
export const partitionOf = (person: string): number => murmur3(person)[0]! & 255;
