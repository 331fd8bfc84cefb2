import type { DeskStore } from '../../core/contracts/store.ts';
import type { Funnel } from '../../core/decide/funnel.ts';
import { addDecided, addUnasked, emptyFunnel } from '../../core/decide/funnel.ts';
import type { ProgrammeId } from '../../core/domain/programme.ts';
import type { Stretch } from './recorded.ts';
import { recorded, Versions } from './recorded.ts';

/** Decisions a report looks at, and how long it may take, in ms. */
const RECENT = 2_000;
const BUDGET_MS = 2_000;

export interface RecentFunnel extends Funnel {
  /** The newest decisions that were counted. */
  decisions: number;
  /** Sends in the same time that it wanted too and was not asked for. */
  lostSends: number;
  /** When the first and the last decision were made, ms since 1970. */
  from?: number | undefined;
  to?: number | undefined;
}

type Reads = Pick<DeskStore, 'decisionsOf' | 'programmeVersion'>;

/** What became of the options of a programme's newest decisions, and of those it had where one of `others` answered. */
export async function recentFunnel(
  store: Reads,
  programme: ProgrammeId,
  clock: () => number,
  others: readonly ProgrammeId[],
): Promise<RecentFunnel> {
  const funnel: RecentFunnel = { decisions: 0, lostSends: 0, ...emptyFunnel() };
  const versions = new Versions(store, programme);
  const stretch: Stretch = { limit: RECENT, until: clock() + BUDGET_MS, clock };
  for await (const page of recorded(store, programme, stretch)) {
    for (const { decision } of page) {
      const version = await versions.get(decision.programmeVersion);
      if (!version) continue;
      funnel.decisions++;
      funnel.from = Math.min(funnel.from ?? Infinity, decision.at);
      funnel.to = Math.max(funnel.to ?? -Infinity, decision.at);
      addDecided(funnel, decision, version);
    }
  }
  // what lies before the oldest decision that was read would be compared with nothing
  const from = funnel.decisions < RECENT ? undefined : funnel.from;
  for (const other of others)
    await addLost(funnel, store, { programme, other, stretch: { ...stretch, from } });
  return funnel;
}

/** Adds the options that a programme had where another answered. One that competes with nobody costs one page. */
async function addLost(
  funnel: RecentFunnel,
  store: Reads,
  { programme, other, stretch }: { programme: ProgrammeId; other: ProgrammeId; stretch: Stretch },
): Promise<void> {
  for await (const page of recorded(store, other, stretch)) {
    const compete = page.flatMap(({ decision }) => decision.arbitration ?? []);
    const unasked = compete.filter((own) => own.programme === programme && own.candidates !== undefined);
    for (const contender of unasked) addUnasked(funnel, contender);
    funnel.lostSends += unasked.length;
    if (compete.length === 0) break;
  }
}
