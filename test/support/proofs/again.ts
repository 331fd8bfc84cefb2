import { again, asRecorded, factorsOf, isComplete } from '../../../core/decide/again.ts';
import type { Complete } from '../../../core/decide/again.ts';
import type { LiveProgramme } from '../../../core/decide/decide.ts';
import { timesAsRecorded } from '../../../core/decide/times-as-recorded.ts';
import { explain } from '../../../core/decide/why/explain.ts';
import type { Store } from '../../../core/contracts/store.ts';
import type { Decision } from '../../../core/domain/decision.ts';
import { emptyState } from '../../../core/learn/model.ts';
import { liveOf } from '../../../runtime/engine/live.ts';
import { remedies } from '../../../runtime/engine/remedies.ts';
import type { EngineRig } from '../engine-rig.ts';
import { engineRig } from '../engine-rig.ts';
import { MINUTE } from '../programmes.ts';
import type { Proof } from './proof.ts';
import { CHANGES, RECORDED } from './recorded.ts';
import { RecordedWorld } from './recorded-world.ts';

const AT_ONCE = 32;
/** Some steps are no decisions, some are of people who were erased, some saw a trait that is too large to be kept. */
const STEPS = 2.6;
/** Every so many are explained, which tries changes and takes long. */
const EXPLAINED = 25;

async function everything(rig: EngineRig): Promise<Decision[]> {
  const all: Decision[] = [];
  for (const { id } of RECORDED) {
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

/** The world goes on until so many decisions are made, people and programmes changing all the time. */
async function played(rig: EngineRig, decisions: number, seed: string): Promise<void> {
  const world = new RecordedWorld(rig, seed);
  const [steps, changes] = [decisions * STEPS, [...CHANGES]];
  for (let made = 0; made < steps; made += AT_ONCE) {
    await Promise.all(Array.from({ length: AT_ONCE }, () => world.step()));
    rig.clock.now += world.below(20) * MINUTE;
    if (made % (AT_ONCE * 10) === 0) await rig.folder.catchUp();
    if (made > (steps * (4 - changes.length)) / 5 && changes.length > 0) {
      const now = rig.catalogue.programme('first')!;
      await rig.store.saveProgramme(changes.shift()!(now), now.version, rig.clock.now);
      await rig.catalogue.load(rig.store);
    }
  }
}

const plain = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T;

/** What a decision says by itself: what it took, and who else wanted the send, is written beside it afterwards. */
const itself = (decision: Decision): Decision =>
  plain({
    ...decision,
    arbitration: undefined,
    coupon: undefined,
    route: undefined,
    reservations: undefined,
  });

/** The decision made again from its record, on a model that has learned nothing of what the one that decided had. */
function madeAgain(decision: Complete, live: LiveProgramme): Decision {
  const times = live.times && timesAsRecorded(decision, live.times);
  const factors = () => factorsOf(decision, { ...live, times });
  const { modelVersion } = decision;
  return again(decision, {
    ...live,
    ...{ modelVersion, times, policy: asRecorded(decision, live.policy, factors) },
  });
}

/** What of two records differs. */
const differing = (a: Decision, b: Decision): string[] =>
  [...new Set([...Object.keys(a), ...Object.keys(b)])].filter(
    (key) => JSON.stringify(a[key as keyof Decision]) !== JSON.stringify(b[key as keyof Decision]),
  );

/**
 * Recorded decisions of programmes of every kind, made again from their records alone: dropped, drawn and reasoned alike, to the
 * last field, and explained as what they were.
 */
export async function proveAgain(store: Store, decisions: number, seed: string): Promise<Proof> {
  await store.addCodes(
    'spring',
    Array.from({ length: Math.ceil(decisions / 200) }, (_, i) => `CODE-${i}`),
  );
  const rig = await engineRig({ store, programmes: [...RECORDED] });
  await played(rig, decisions, seed);
  const proof: Proof = { counts: { decisions: 0 }, wrong: [] };
  const count = (what: string): void => void (proof.counts[what] = (proof.counts[what] ?? 0) + 1);
  const lives = new Map<string, LiveProgramme>();
  for (const [i, decision] of (await everything(rig)).map(plain).entries()) {
    if (!isComplete(decision)) {
      count('too large to be kept');
      continue;
    }
    const { programme: id, programmeVersion: version } = decision;
    const key = `${id} ${version}`;
    const live =
      lives.get(key) ??
      liveOf((await store.programmeVersion(id, version))!, { version: 0, state: emptyState() });
    lives.set(key, live);
    const wrong = differing(itself(madeAgain(decision, live)), itself(decision));
    if (wrong.length > 0) proof.wrong.push(`${decision.id} of ${key}: ${wrong.join()}`);
    if (i % EXPLAINED === 0 && explain(decision, live, remedies).recomputed !== true)
      proof.wrong.push(`${decision.id} of ${key}: explained as another`);
    count('decisions');
    for (const reason of [decision.reason, ...decision.dropped.map(({ rule }) => rule)]) count(reason);
    for (const what of [
      'sendAt',
      'retryAt',
      'pieces',
      'arbitration',
      'coupon',
      'route',
      'frequency',
    ] as const)
      if (decision[what] !== undefined) count(what);
  }
  return proof;
}
