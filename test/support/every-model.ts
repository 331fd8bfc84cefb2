import type { DomainEvent } from '../../core/domain/event.ts';
import type { Busy } from './busy-traffic.ts';
import { OVER } from './busy-traffic.ts';
import type { EngineRig, RigOptions } from './engine-rig.ts';
import { engineRig } from './engine-rig.ts';
import { EVERY_POLICY } from './every-policy.ts';
import { DAY } from './programmes.ts';
import { said } from './said.ts';
import { idsOf } from './traffic.ts';

/** The human who is erased: some of the newest decisions are theirs. */
export const GONE = 0;
/** When models are compared, ms since 1970: while something is awaited, and when nothing is any more. */
export const TIMES: readonly number[] = [OVER, OVER + 40 * DAY];

export const eventsOf = ({ happenings }: Pick<Busy, 'happenings'>): DomainEvent[] =>
  happenings.map(({ event }) => event);

/** One deletion for each id, as a platform sends them. */
export const deletions = (): DomainEvent[] =>
  idsOf(GONE).map((person, i) => {
    return { type: 'delete', source: 'segment', id: `delete ${i}`, at: OVER, person };
  });

/** Decisions as they stand in the ledger before anything came of them. */
export async function decided(
  { decisions }: Pick<Busy, 'decisions'>,
  options: RigOptions = {},
): Promise<EngineRig> {
  const rig = await engineRig({ programmes: EVERY_POLICY, ...options });
  rig.clock.now = OVER + 90 * DAY;
  await Promise.all(decisions.map((spooled) => rig.engine.settle(spooled)));
  await rig.folder.catchUp();
  return rig;
}

/** What the models of all programmes say at some times. */
export const sayings = (rig: EngineRig, times: readonly number[]): ReturnType<typeof said> =>
  new Map(
    EVERY_POLICY.flatMap((own) =>
      times.flatMap((at) =>
        [...said(own, rig.catalogue.model(own.id).state, at)].map(([what, is]) => {
          return [`${own.id} ${what} after ${(at - OVER) / DAY} d`, is] as const;
        }),
      ),
    ),
  );
