import { hash } from 'node:crypto';
import type { Alias, PersonRef } from '../../core/domain/person.ts';
import { aliasesOf } from '../../core/domain/person.ts';

const digestEmail = (email: string): string => hash('sha256', email, 'hex');

/** Every id of a person; of an address only its digest. */
export const toAliases = (ref: PersonRef): Alias[] => aliasesOf(ref, digestEmail);
