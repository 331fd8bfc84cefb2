import type { ReservationWrite } from '../../../core/contracts/resources.ts';
import type { Store } from '../../../core/contracts/store.ts';
import type { Programme } from '../../../core/domain/programme.ts';
import { NEVER } from '../../../core/domain/resource.ts';
import { HOUR } from '../programmes.ts';
import type { Log } from './happenings.ts';
import type { Thing } from './standing.ts';
import { Standing } from './standing.ts';

const PAGE = 10_000;

/** The reservations on record, each as it was written last. */
async function reservations(store: Store): Promise<ReservationWrite[]> {
  const last = new Map<string, ReservationWrite>();
  for (let from = 1; ; from += PAGE) {
    const rows = await store.ledger(from, PAGE);
    for (const { kind, body } of rows) {
      if (kind !== 'reservation') continue;
      const written = JSON.parse(body!) as ReservationWrite;
      last.set(`${written.resource} ${written.id}`, written);
    }
    if (rows.length < PAGE) return [...last.values()];
  }
}

/** When what a contact took of a resource is over, after all that was told of it; 0 where it was given back. */
function endOf({ spans, sent, aborted, hours = 0, workedAt = Infinity }: Thing, resource: string): number {
  if (aborted && !sent) return 0;
  const { until: stands, at } = spans.at(-1)!;
  if (resource.startsWith('cap/')) return Math.min(stands, at + Number(resource.split('/').at(-1)) * HOUR);
  return resource.endsWith('/now') ? Math.min(stands, at + hours * HOUR, workedAt) : stands;
}

/** Reservations on record that end at another time than they should, by the log. */
export async function outliving(store: Store, log: Log, programmes: readonly Programme[]): Promise<string[]> {
  const { contacts } = new Standing(log, programmes);
  const things = new Map(contacts.map((own) => [own.key, own]));
  return (await reservations(store)).flatMap(({ resource, id, endsAt }) => {
    const own = things.get(id);
    if (!own) return [`${id} took of ${resource} and made no contact`];
    const end = Math.min(NEVER, endOf(own, resource));
    return end === endsAt ? [] : [`what ${id} took of ${resource} ends at ${endsAt}, and should at ${end}`];
  });
}
