import type { Arm } from '../domain/arm.ts';
import type { Person } from '../domain/person.ts';
import type { Programme } from '../domain/programme.ts';
import { unitHash } from '../maths/murmur3.ts';

/**
 * Holdout or treated: a salted hash of the id the person is first met under, written to the person afterwards, so that
 * neither a changed share nor a merge moves anybody.
 */
export function assign(programme: Programme, person: Person): Arm {
  const written = person.arms[programme.id];
  if (written) return written;
  const share = programme.holdout?.share ?? 0;
  const unit = unitHash(`holdout ${programme.id} ${person.aliases[0] ?? person.id}`);
  return unit < share ? 'holdout' : 'treated';
}
