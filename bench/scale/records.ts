import type { Store } from '../../core/contracts/store.ts';
import type { Decision } from '../../core/domain/decision.ts';
import type { Programme, Variant } from '../../core/domain/programme.ts';
import { rngFromNumber } from '../../core/maths/xoshiro.ts';
import { programmeSchema, toProgramme } from '../../runtime/programmes/schema.ts';
import { engineRig } from '../../test/support/engine-rig.ts';
import { approved } from '../core.ts';

const PEOPLE = 1_000;
/** Of each person, two days apart: later ones have contacts to tell of. */
const DECISIONS = 6;
const AT_ONCE = 100;
const TWO_DAYS_MS = 48 * 3_600_000;

const content = (i: number): Variant['content'] => ({
  subject: `Subject ${i}: three things to try first`,
  body: `<p>Hello {{ first_name | default: 'there' }},</p><p>${'here is what is new this week. '.repeat(6)}</p>`,
});

const variants = (count: number) =>
  Array.from({ length: count }, (_, i) => ({ id: `v${i}`, channel: 'email', content: content(i) }));

const pieces = (slot: string, count: number) =>
  Array.from({ length: count }, (_, i) => ({
    id: `${slot}${i}`,
    content: { [slot]: `${slot} number ${i}` },
  }));

/** Features of a request, fifteen numbers and five categories. */
const CONTEXT = Object.fromEntries(
  Array.from({ length: 20 }, (_, i) => [
    `feature${i}`,
    i < 15 ? { type: 'number', min: 0, max: 10 } : { type: 'category', values: ['yes'] },
  ]),
);

const CAPS = { caps: [{ per: 'person', channel: 'email', count: 30, hours: 720 }] };

/** Programmes whose records are measured, by what is special about them. */
export const KINDS: Readonly<Record<string, object>> = {
  '3 variants': { variants: variants(3) },
  '50 variants, 20 features, a cap': { variants: variants(50), context: CONTEXT, guardrails: CAPS },
  '10 variants x 49 hours, a cap': {
    variants: variants(10),
    timing: { horizonHours: 48 },
    guardrails: CAPS,
  },
  '3 slots of 5 pieces, one takes 2': {
    variants: [
      {
        ...variants(1)[0],
        content: { body: content(0).body! },
        slots: { subject: pieces('subject', 5), cta: pieces('cta', 5), item: pieces('item', 5) },
        pick: { item: 2 },
        pairs: [['subject', 'cta']],
      },
    ],
  },
};

function programmeOf(kind: string): Programme {
  const given = programmeSchema.parse({
    ...{ id: 'bench', name: 'Bench', status: 'live' },
    goal: { signals: [{ signal: 'Order Completed', weight: 1, windowHours: 168 }] },
    ...KINDS[kind],
  });
  return approved(toProgramme(given));
}

/** What the record of one decision is made of. */
export interface Recorded {
  persons: number;
  decisions: number;
  /** Mean characters of its JSON. */
  json: number;
  /** The largest fields, in characters of JSON. */
  fields: [name: string, characters: number][];
}

const lengthOf = (value: unknown): number => JSON.stringify(value)?.length ?? 0;

/** Lets people be decided for, by a programme that folds in between, and says what the last records are made of. */
export async function recorded(store: Store, kind: string): Promise<Recorded> {
  const own = programmeOf(kind);
  const rig = await engineRig({ store, programmes: [own] });
  const rng = rngFromNumber(7);
  const context = (): Decision['context'] =>
    own.context === undefined
      ? {}
      : Object.fromEntries(
          Object.entries(own.context).map(([name, { type }]) => [
            name,
            type === 'number' ? Math.round(rng.uniform() * 100) / 10 : rng.uniform() < 0.5 ? 'yes' : 'no',
          ]),
        );
  let last: Decision[] = [];
  for (let round = 0; round < DECISIONS; round++) {
    last = [];
    for (let from = 0; from < PEOPLE; from += AT_ONCE) {
      const asked = Array.from({ length: AT_ONCE }, (_, i) =>
        rig.decide({ userId: `u${from + i}` }, { send: `${round} ${from + i}`, context: context() }),
      );
      last.push(...(await Promise.all(asked)));
    }
    await rig.folder.catchUp();
    rig.clock.now += TWO_DAYS_MS;
  }
  const mean = (sizeOf: (one: Decision) => number): number =>
    Math.round(last.reduce((sum, one) => sum + sizeOf(one), 0) / last.length);
  const names = [...new Set(last.flatMap((one) => Object.keys(one)))] as (keyof Decision)[];
  const fields = names
    .map((name): [string, number] => [name, mean((one) => lengthOf(one[name]))])
    .sort((a, b) => b[1] - a[1]);
  return { persons: PEOPLE, decisions: PEOPLE * DECISIONS, json: mean(lengthOf), fields: fields.slice(0, 5) };
}
