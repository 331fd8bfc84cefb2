import { expect, it } from 'vitest';
import { again, asRecorded, isComplete } from '../../../core/decide/again.ts';
import type { LiveProgramme } from '../../../core/decide/decide.ts';
import type { Decision } from '../../../core/domain/decision.ts';
import type { DomainEvent } from '../../../core/domain/event.ts';
import type { PersonRef } from '../../../core/domain/person.ts';
import type { Programme } from '../../../core/domain/programme.ts';
import { emptyState } from '../../../core/learn/model.ts';
import { rngFromText } from '../../../core/maths/xoshiro.ts';
import { liveOf } from '../../../runtime/engine/live.ts';
import type { EngineRig } from '../../support/engine-rig.ts';
import { engineRig } from '../../support/engine-rig.ts';
import { DAY, HOUR, LEFT, MINUTE, NOON, ORDER, programme, variant } from '../../support/programmes.ts';

const DECISIONS = 10_000;
/** Some are no decisions, some are of people who were erased, some saw a trait that is too large to be kept. */
const STEPS = DECISIONS * 2.6;
const PEOPLE = 300;
const AT_ONCE = 32;

const FIRST = programme({
  id: 'first',
  goal: { signals: [ORDER, LEFT] },
  silence: true,
  fallback: 'a',
  holdout: { kind: 'random', share: 0.1 },
  variants: [
    variant('a'),
    variant('b', { eligible: 'history.count("Order Completed", "3d") == 0 || context.plan == "pro"' }),
    variant('c', { channel: 'sms', endsAt: new Date(NOON + 3 * DAY).toISOString() }),
    variant('d', { approval: undefined }),
  ],
  guardrails: {
    eligible: 'traits.age >= 18.0 && !("blocked" in traits.tags)',
    eligibleByChannel: { sms: 'history.lastVariant() != "c" && traits["__proto__"].ok' },
    consent: { email: ['marketing', 'offers'] },
    caps: [
      { per: 'person', channel: 'email', count: 3, hours: 48 },
      { per: 'person-variant', count: 1, hours: 6 },
    ],
    quietHours: { from: '21:00', to: '07:00', channels: ['sms'], fallbackZone: 'UTC' },
    suppressAfterIgnored: { count: 4, hours: 24 },
    restAfterSignal: [{ signal: 'complained', hours: 12 }],
    releaseAfterHours: 5,
  },
  frequency: { perDays: 3, least: 1, most: 4 },
  fatigue: [
    { per: 'person', cost: 0.2, halfLifeHours: 7 },
    { per: 'variant', channel: 'email', cost: 0.3, halfLifeHours: 60 },
  ],
});
const SECOND = programme({
  id: 'second',
  context: {
    since: { type: 'number', min: 0, max: 720, from: 'hoursSinceContact' },
    often: { type: 'number', min: 0, max: 9, from: 'contactsIn', days: 7 },
    last: { type: 'category', values: ['ignored', 'opened', 'goal'], from: 'lastResponse' },
    age: { type: 'number', min: 12, max: 40, from: 'traits.age' },
  },
  policy: { kind: 'linear-thompson', recovering: true },
  holdout: { kind: 'business-as-usual', share: 0.1 },
  fallback: 'c',
  guardrails: {
    eligible: 'now - history.lastContact() > duration("2h")',
    caps: [{ per: 'person-programme', count: 2, hours: 700 }],
  },
});
/** What somebody makes of them in between. */
const CHANGES: readonly ((own: Programme) => Programme)[] = [
  (own) => ({ ...own, guardrails: { ...own.guardrails, eligible: 'has(traits.age)' } }),
  (own) => ({ ...own, status: 'paused' }),
  (own) => ({ ...own, status: 'live', variants: own.variants.slice(0, 2) }),
];

/** Everything that may change what is decided about somebody, at random. */
class World {
  readonly rig: EngineRig;
  readonly #rng = rngFromText('decisions that are made again');
  #number = 0;

  constructor(rig: EngineRig) {
    this.rig = rig;
  }

  below(n: number): number {
    return Math.floor(this.#rng.uniform() * n);
  }

  pick<T>(...of: readonly T[]): T {
    return of[this.below(of.length)]!;
  }

  ref(): PersonRef {
    const id = `u${this.below(PEOPLE)}`;
    return this.below(4) === 0 ? { anonymousId: id } : { userId: id };
  }

  async step(): Promise<void> {
    if (this.below(100) >= 55) return void (await this.rig.engine.ingest([this.event()]));
    const request = {
      programme: this.pick('first', 'second'),
      send: `s${++this.#number}`,
      context: this.pick<Decision['context']>({}, { plan: 'pro' }, { plan: 'free', vip: true }),
      pin: this.below(10) === 0 ? this.pick('a', 'c', 'none') : undefined,
    };
    await this.rig.decide(this.ref(), request);
  }

  event(): DomainEvent {
    const at = this.rig.clock.now - this.below(30 * HOUR);
    const base = { source: 's', id: `e${++this.#number}`, at, person: this.ref() };
    const kind = this.below(100);
    if (kind < 30) return { ...base, type: 'identify', ...this.#profile() };
    if (kind < 40) {
      const state = this.pick('subscribed' as const, 'unsubscribed' as const);
      return { ...base, type: 'subscription', channel: this.pick('email', 'sms'), state };
    }
    if (kind < 44) {
      const id = `u${this.below(PEOPLE)}`;
      return { ...base, type: 'alias', person: { userId: id }, previous: { anonymousId: id } };
    }
    if (kind < 45 && this.below(3) === 0) return { ...base, type: 'delete' };
    const name = this.pick(
      'Order Completed',
      'email_opened',
      'email_sent',
      'SMS Sent',
      'complained',
      'other',
    );
    const orderId = name === 'Order Completed' ? this.pick(undefined, `o${this.below(40)}`) : undefined;
    return { ...base, type: 'signal', name, values: {}, orderId, machine: this.pick(undefined, true) };
  }

  #profile() {
    const proto = this.pick('{"ok":true}', '{"ok":false}', '1');
    const traits = JSON.parse(`{"__proto__":${proto}}`) as Record<string, unknown>;
    traits.age = this.pick<unknown>(12, 18, 40, 'old', null);
    traits.tags = this.pick<unknown>([], ['blocked'], ['new'], 'x'.repeat(this.pick(3, 3, 3, 3, 5_000)));
    traits.timezone = this.pick<unknown>('America/New_York', '+05:30', 7);
    traits.unread = this.#number;
    const consent = this.pick<Record<string, boolean> | undefined>(
      undefined,
      { marketing: true, offers: true },
      { marketing: true },
      {},
    );
    return { traits, consent };
  }
}

async function everything(rig: EngineRig): Promise<Decision[]> {
  const all: Decision[] = [];
  for (const { id } of [FIRST, SECOND]) {
    for (let before: number | undefined = Number.MAX_SAFE_INTEGER; before !== undefined;) {
      const page: Awaited<ReturnType<EngineRig['store']['decisionsOf']>> = await rig.store.decisionsOf(
        id,
        before,
        500,
      );
      all.push(...page.decisions.map(({ decision }) => decision));
      before = page.next;
    }
  }
  return all;
}

it(`${DECISIONS} recorded decisions, made again from their records, are dropped, drawn and reasoned alike`, async () => {
  const rig = await engineRig({ programmes: [FIRST, SECOND] });
  const world = new World(rig);
  const changes = [...CHANGES];
  for (let made = 0; made < STEPS; made += AT_ONCE) {
    await Promise.all(Array.from({ length: AT_ONCE }, () => world.step()));
    rig.clock.now += world.below(20) * MINUTE;
    if (made % (AT_ONCE * 10) === 0) await rig.folder.catchUp();
    if (made > (STEPS * (4 - changes.length)) / 5 && changes.length > 0) {
      const now = rig.catalogue.programme('first')!;
      const next = changes.shift()!(now);
      await rig.store.saveProgramme(next, now.version, rig.clock.now);
      await rig.catalogue.load(rig.store);
    }
  }
  const decisions = (await everything(rig)).map((own) => JSON.parse(JSON.stringify(own)) as Decision);
  const lives = new Map<string, LiveProgramme>();
  const reasons = new Map<string, number>();
  let large = 0;
  for (const decision of decisions) {
    const { programme: id, programmeVersion: version } = decision;
    if (!isComplete(decision)) {
      expect(decision.read?.large).toEqual(['tags']);
      large++;
      continue;
    }
    const key = `${id} ${version}`;
    const own = await rig.store.programmeVersion(id, version);
    // that nothing was learned yet: probabilities are those that were recorded
    if (!lives.has(key)) lives.set(key, liveOf(own!, { version: 0, state: emptyState() }));
    const on = lives.get(key)!;
    const { modelVersion } = decision;
    const made = again(decision, { ...on, modelVersion, policy: asRecorded(decision, on.policy) });
    expect(JSON.parse(JSON.stringify(made))).toEqual(decision);
    for (const reason of [decision.reason, ...decision.dropped.map(({ rule }) => rule)]) {
      reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
    }
  }
  // that everything had something to do
  expect(decisions.length - large).toBeGreaterThanOrEqual(DECISIONS);
  const all = ['policy', 'holdout', 'guardrail', 'pinned'];
  all.push('approval', 'dates', 'consent', 'eligibility', 'quiet-hours', 'suppression', 'caps');
  for (const reason of all) expect(reasons.get(reason) ?? 0, reason).toBeGreaterThan(20);
}, 120_000);
